import type { CohortRecord, Estimate, EvaluatedScan } from '../../core/cohortRecord.ts';
import { metricCatalogue, metricEntry, type MetricId } from '../../metrics/catalogue.ts';
import { html, type Html } from '../html.ts';
import { directionMark, formatNumber, formatP, formatPercent, quantity, reasonText } from '../quantity.ts';
import { intervalLine } from './finding.ts';
import { featureLabels, regionLabels } from './labels.ts';
import { modalityTexts } from './modalityTexts.ts';

/** Value with its interval below; an absent one with its reason. */
export function estimateCell(estimate: Estimate, format: (value: number) => string = formatNumber): Html {
  if ('unavailable' in estimate) return html`<span class="absent">${reasonText(estimate.unavailable)}</span>`;
  return html`${quantity(estimate.value, format)}${intervalLine(estimate, format)}`;
}

export function renderDistances({ distances }: CohortRecord): Html {
  const features = [...new Set(distances.map(({ feature }) => feature))];
  return html`${features.map((feature) => html`<div class="scroll"><table class="wide"><caption>${featureLabels[feature]?.name ?? feature} <span class="unit">${featureLabels[feature]?.meaning}</span></caption>
<thead><tr><th scope="col">Distance to the reference</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Floor</th><th scope="col" class="number">Gain</th><th scope="col" class="number">p, after = reference</th><th scope="col" class="number">p of the gain</th></tr></thead>
<tbody>${distances.filter((row) => row.feature === feature).map((row) => html`<tr><th scope="row">${metricEntry(row.measure).name} ${directionMark(metricEntry(row.measure).better)}</th>
<td class="number">${estimateCell(row.before)}</td><td class="number">${estimateCell(row.after)}</td><td class="number">${estimateCell(row.floor)}</td>
<td class="number">${estimateCell(row.gain, formatPercent)}</td><td class="number">${estimateCell(row.pAfter, formatP)}</td><td class="number">${estimateCell(row.pGain, formatP)}</td></tr>`)}</tbody></table></div>`)}`;
}

export function renderPaired({ modality, paired, counts }: CohortRecord): Html {
  if (paired.length === 0) return html`<p>Absent: no truth was given. With scans of the same people on the reference scanner, <code>--truth</code> adds the error that remains.</p>`;
  return html`<div class="scroll"><table class="wide"><thead><tr><th scope="col">Error to the same person’s scan</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Share of the gap closed</th><th scope="col" class="number">p</th></tr></thead>
<tbody>${paired.map((row) => html`<tr><th scope="row">${regionLabels[row.region]}: ${row.measure === 'mae' ? html`mean absolute error <span class="unit">${modalityTexts[modality].unit}</span> ${directionMark('lower')}` : html`PSNR <span class="unit">dB, range 1</span> ${directionMark('higher')}`}</th>
<td class="number">${estimateCell(row.before)}</td><td class="number">${estimateCell(row.after)}</td><td class="number">${row.measure === 'mae' ? estimateCell(row.gapClosed, formatPercent) : html`<span class="absent">–</span>`}</td><td class="number">${estimateCell(row.p, formatP)}</td></tr>`)}</tbody></table></div>
<p class="caption">${counts.truth} of ${counts.matched} scans have a truth. Noise, resampling and registration leave an error that no method can remove: 100 % is out of reach.</p>`;
}

export function renderSummaries({ summaries }: CohortRecord): Html {
  return html`<div class="scroll"><table class="wide"><thead><tr><th scope="col">Mean over scans</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Reference</th><th scope="col" class="number">Order kept</th><th scope="col" class="number">Spread after / before</th></tr></thead>
<tbody>${summaries.map((row) => html`<tr><th scope="row">${metricEntry(row.id).name} <span class="unit">${metricEntry(row.id).unit}</span></th>
<td class="number">${estimateCell(row.before)}</td><td class="number">${estimateCell(row.after)}</td><td class="number">${estimateCell(row.reference)}</td>
<td class="number">${estimateCell(row.orderKept)}</td><td class="number">${estimateCell(row.spreadRatio)}</td></tr>`)}</tbody></table></div>
<p class="caption">Order kept is Spearman’s rank correlation of subjects before and after; 1 means that nobody changed place. A spread ratio below 0.8 warns of over-correction: people were made alike, not only scanners.</p>`;
}

/** Column of a scan's values → catalogue entry, or an error of this table alone. */
const scanColumns: readonly Readonly<{ key: string; title: string; id: MetricId }>[] = [
  { key: 'wasserstein1.source', title: 'W1 before', id: 'wasserstein1' },
  { key: 'wasserstein1.harmonized', title: 'W1 after', id: 'wasserstein1' },
  { key: 'gradientCorrelation', title: 'Gradient corr.', id: 'gradientCorrelation' },
  { key: 'displacementMedian', title: 'Displacement', id: 'displacementMedian' },
  { key: 'ssim', title: 'SSIM', id: 'ssim' },
  { key: 'nmi', title: 'NMI', id: 'nmi' },
  { key: 'huChange', title: 'Change', id: 'huChange' },
  { key: 'regionShift', title: 'Region shift', id: 'regionShift' },
  { key: 'noiseSd.source', title: 'Noise SD before', id: 'noiseSd' },
  { key: 'noiseSd.harmonized', title: 'Noise SD after', id: 'noiseSd' },
  { key: 'maeBrain.source', title: 'Error before', id: 'mae' },
  { key: 'maeBrain.harmonized', title: 'Error after', id: 'mae' },
  { key: 'maeBody.source', title: 'Error before', id: 'mae' },
  { key: 'maeBody.harmonized', title: 'Error after', id: 'mae' },
];

/** Every scan, the ones that ended farthest from the reference first. */
export function renderScans({ scans }: CohortRecord): Html {
  const far = (scan: EvaluatedScan): number => scan.values['wasserstein1.harmonized'] ?? Infinity;
  const columns = scanColumns.filter(({ key }) => scans.some(({ values }) => typeof values[key] === 'number'));
  return html`<div class="scroll"><table><thead><tr><th scope="col">Scan</th>${columns.map(({ title, id }) => html`<th scope="col" class="number">${title} ${metricCatalogue[id].better !== 'change' && directionMark(metricCatalogue[id].better)}</th>`)}</tr></thead>
<tbody>${[...scans].sort((a, b) => far(b) - far(a)).map(({ name, values }) => html`<tr><th scope="row">${name}</th>${columns.map(({ key }) => html`<td class="number">${quantity(values[key])}</td>`)}</tr>`)}</tbody></table></div>`;
}

export function renderCohortIssues({ issues }: CohortRecord): Html {
  if (issues.length === 0) return html`<p>None: every scan was found, paired and read.</p>`;
  return html`<div class="scroll"><table><thead><tr><th scope="col">Scan</th><th scope="col">Set</th><th scope="col">Code</th><th scope="col">What was found</th><th scope="col">What to do</th></tr></thead>
<tbody>${issues.map(({ role, scan, issue }) => html`<tr><th scope="row">${scan}</th><td>${role}</td><td><code>${issue.code}</code></td><td>${issue.detail}</td><td>${issue.remedy}</td></tr>`)}</tbody></table></div>`;
}
