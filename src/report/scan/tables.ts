import type { GateVerdict, MetricValue, ScanRecord } from '../../core/scanRecord.ts';
import { metricCatalogue, metricEntry, metricKey, type MetricId } from '../../metrics/catalogue.ts';
import { html, type Html } from '../html.ts';
import { directionMark, metricQuantity, quantity } from '../quantity.ts';

/** Rows of the metrics tables, in reading order: what changed, then what stayed, then image quality. */
const metricTables: readonly Readonly<{ title: string; ids: readonly MetricId[]; columns: 'distance' | 'pair' | 'each' }>[] = [
  { title: 'Is it like the reference?', ids: ['wasserstein1', 'ks', 'jsd', 'npsDistance', 'detailSdRatio'], columns: 'distance' },
  { title: 'Is it still the same anatomy?', ids: ['gradientCorrelation', 'displacementMedian', 'displacementP99', 'ssim', 'nmi', 'clippedFraction', 'mae', 'psnr', 'regionShift', 'regionShiftP99', 'huClipped', 'huChange', 'softChange'], columns: 'pair' },
  { title: 'Intensity and image quality', ids: ['brainMean', 'brainMedian', 'tissueContrast', 'localContrast', 'fwhm', 'cjv', 'cnr', 'snr', 'efc', 'fber', 'noiseSd', 'detailSd', 'laa950', 'perc15'], columns: 'each' },
];

const columnTitles = {
  distance: ['Source → reference', 'Harmonized → reference'],
  pair: ['Source → harmonized'],
  each: ['Source', 'Harmonized', 'Reference'],
} as const;

const columnRoles = {
  distance: ['source', 'harmonized'],
  pair: [undefined],
  each: ['source', 'harmonized', 'reference'],
} as const;

/** The metrics tables of one scan: every value of the record once, names and meaning from the catalogue. */
export function renderMetricTables(metrics: readonly MetricValue[]): Html {
  const byKey = new Map(metrics.map((metric) => [metric.id, metric]));
  const listed = new Set(metricTables.flatMap(({ ids, columns }) => ids.flatMap((id) => columnRoles[columns].map((role) => metricKey(id, role)))));
  const others = metrics.filter(({ id }) => !listed.has(id));
  return html`${metricTables.map(({ title, ids, columns }) => {
    const rows = ids.filter((id) => columnRoles[columns].some((role) => byKey.has(metricKey(id, role))));
    return rows.length === 0 ? null : html`<div class="scroll"><table class="metrics"><caption>${title}</caption>
<thead><tr><th>Measure</th><th>Good is</th>${columnTitles[columns].map((name) => html`<th class="number">${name}</th>`)}<th>What it says</th></tr></thead>
<tbody>${rows.map((id) => html`<tr><th scope="row">${metricCatalogue[id].name} <span class="unit">${metricCatalogue[id].unit}</span></th>
<td>${directionMark(metricCatalogue[id].better)}</td>${columnRoles[columns].map((role) => html`<td class="number">${metricQuantity(byKey.get(metricKey(id, role)))}</td>`)}
<td class="meaning">${metricCatalogue[id].meaning}</td></tr>`)}</tbody></table></div>`;
  })}${others.length > 0 && renderOthers(others)}
<details><summary>Formulas and sources of these measures</summary><dl>${Object.entries(metricCatalogue)
    .filter(([id]) => metrics.some((metric) => metric.id.split('.')[0] === id))
    .map(([, { name, formula, source }]) => html`<dt>${name}</dt><dd>${formula} <span class="unit">(${source})</span></dd>`)}</dl></details>`;
}

function renderOthers(metrics: readonly MetricValue[]): Html {
  return html`<div class="scroll"><table><caption>Further values</caption><tbody>${metrics.map((metric) => {
    const { name, unit, better, meaning } = metricEntry(metric.id);
    return html`<tr><th scope="row">${name} <span class="unit">${metric.id}, ${unit}</span></th><td>${directionMark(better)}</td><td class="number">${metricQuantity(metric)}</td><td class="meaning">${meaning}</td></tr>`;
  })}</tbody></table></div>`;
}

const verdictSigns = { pass: '✓ pass', flag: '! flagged', refuse: '✕ refused' } as const;

export function renderGates(gates: readonly GateVerdict[]): Html {
  if (gates.length === 0) return html`<p>No gate was reached: the scan was refused before its style was changed.</p>`;
  return html`<div class="scroll"><table><thead><tr><th>Gate</th><th>Verdict</th><th class="number">Value</th><th class="number">Limit</th><th>Detail</th></tr></thead>
<tbody>${gates.map(({ gate, verdict, value, limit, detail, issue }) => html`<tr><th scope="row">${spaced(gate)}</th>
<td class="verdict ${verdict}">${verdictSigns[verdict]}</td><td class="number">${quantity(value)}</td><td class="number">${quantity(limit)}</td>
<td class="meaning">${issue !== undefined && html`<code>${issue}</code> `}${detail}</td></tr>`)}</tbody></table></div>`;
}

/** Warnings: everything about the scan that did not end it. */
export function renderIssues(issues: ScanRecord['issues']): Html {
  if (issues.length === 0) return html`<p>None.</p>`;
  return html`<div class="scroll"><table><thead><tr><th>Code</th><th>What was found</th><th>What to do</th></tr></thead>
<tbody>${issues.map(({ code, detail, remedy }) => html`<tr><th scope="row"><code>${code}</code></th><td>${detail}</td><td>${remedy}</td></tr>`)}</tbody></table></div>`;
}

/** `gradientCorrelation` → `Gradient correlation`. */
export function spaced(name: string): string {
  const words = name.replace(/[-_]/g, ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
