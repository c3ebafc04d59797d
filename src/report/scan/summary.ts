import type { CtFacts } from '../../core/ctRecord.ts';
import type { GateVerdict, MetricValue, ScanRecord } from '../../core/scanRecord.ts';
import { metricKey, type MetricId, type MetricRole } from '../../metrics/catalogue.ts';
import { html, type Html } from '../html.ts';
import { quantity, scanCount } from '../quantity.ts';
import { acquisitionText } from './provenance.ts';
import { spaced } from './tables.ts';

/** What stands under the title: verdict, one sentence, the numbers to know first, and why, where refused. */
export function renderOpening(record: ScanRecord): Html {
  const { reference, source } = record;
  const isRefused = record.status === 'refused';
  return html`<p class="status ${record.status}">${isRefused ? '✕ Refused: no image was written' : '✓ Harmonized'}</p>
<p class="lede">${isRefused ? 'Not brought' : 'Brought'} to the style <b>${reference.styleId}</b> (${scanCount(reference.scans)}; ${acquisitionText(reference.acquisition)}).</p>
<p class="caption">Acquired with: ${acquisitionText(source.acquisition)}.</p>
${isRefused && renderRefusal(record)}`;
}

/** The numbers to know first. */
export function renderSummary(record: ScanRecord): Html {
  const value = (id: MetricId, role?: MetricRole): number | undefined => valueOf(record.metrics, metricKey(id, role));
  const before = value('wasserstein1', 'source');
  const after = value('wasserstein1', 'harmonized');
  if (record.ct !== undefined) return renderCtSummary(record, record.ct);
  return html`<div class="keys">
<div><div class="label">Distance to the reference</div><div class="figure">${before !== undefined && html`<span class="from">${quantity(before, fourDecimals)} → </span>`}${quantity(after, fourDecimals)}</div><div class="note">Wasserstein-1 of brain intensities; lower is better. ${distanceVerdict(before, after)}</div></div>
<div><div class="label">Anatomy kept</div><div class="figure">${quantity(value('gradientCorrelation'), (r) => r.toFixed(3))}</div><div class="note">Gradient correlation with the source; 1 is perfect, and a change of tissue contrast lowers it.</div></div>
<div><div class="label">Displacement</div><div class="figure">${quantity(value('displacementMedian'), (d) => d.toFixed(3))}</div><div class="note">Median shift in voxels; nothing should move.</div></div>
${gateCard(record.gates)}
</div>`;
}

/** The same four cards for CT: grain, sharpness and noise together, Hounsfield units, gates. */
function renderCtSummary({ metrics, gates }: ScanRecord, { anchors }: CtFacts): Html {
  const value = (id: MetricId, role?: MetricRole): number | undefined => valueOf(metrics, metricKey(id, role));
  const [before, after] = [value('npsDistance', 'source'), value('npsDistance', 'harmonized')];
  const [detailBefore, detailAfter] = [value('detailSdRatio', 'source'), value('detailSdRatio', 'harmonized')];
  const shift = anchors.length === 0 ? undefined : Math.max(...anchors.map((anchor) => Math.abs(anchor.shift)));
  return html`<div class="keys">
<div><div class="label">Grain to the reference</div><div class="figure">${before !== undefined && html`<span class="from">${quantity(before, twoDecimals)} → </span>`}${quantity(after, twoDecimals)}</div><div class="note">Noise power distance in octaves; lower is better. ${distanceVerdict(before, after)}</div></div>
<div><div class="label">Detail, reference = 1</div><div class="figure">${detailBefore !== undefined && html`<span class="from">${quantity(detailBefore, twoDecimals)} → </span>`}${quantity(detailAfter, twoDecimals)}</div><div class="note">SD of fine structure and noise; another patient’s anatomy makes it approximate.</div></div>
<div><div class="label">Hounsfield units</div><div class="figure">${quantity(shift, twoDecimals)}</div><div class="note">Largest shift of the mean of a tissue (of blood and bone, of the 10 mm squares that hold them), HU.</div></div>
${gateCard(gates)}
</div>`;
}

function gateCard(gates: readonly GateVerdict[]): Html {
  const passed = gates.filter(({ verdict }) => verdict === 'pass').length;
  return html`<div><div class="label">Gates passed</div><div class="figure"><data value="${passed}">${passed}</data> of <data value="${gates.length}">${gates.length}</data></div><div class="note">${gateNote(gates)}</div></div>`;
}

function twoDecimals(value: number): string {
  return value.toFixed(2);
}

function fourDecimals(value: number): string {
  return value.toFixed(4);
}

function distanceVerdict(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return '';
  if (after < before) return 'The scan came closer.';
  return after === before ? 'Unchanged.' : 'The scan moved away: prefer the source.';
}

function gateNote(gates: readonly GateVerdict[]): string {
  if (gates.length === 0) return 'The scan ended before the gates.';
  const flagged = gates.filter(({ verdict }) => verdict !== 'pass').map(({ gate }) => spaced(gate).toLowerCase());
  return flagged.length === 0 ? 'Every safety check held its limit.' : `Look at: ${flagged.join(', ')}.`;
}

/** Why a scan was refused, and what its owner can do. */
function renderRefusal({ issues, gates }: ScanRecord): Html {
  const ending = issues.filter(({ severity }) => severity !== 'flag');
  const failed = gates.filter(({ verdict }) => verdict === 'refuse');
  return html`<div class="notice"><h3>Why</h3>
${ending.map(({ code, detail, remedy }) => html`<p><code>${code}</code> ${detail}</p><p><b>What to do:</b> ${remedy}</p>`)}
${failed.map(({ gate, detail }) => html`<p>Gate “${gate}”: ${detail}</p>`)}
${ending.length === 0 && failed.length === 0 && html`<p>The record names no reason; keep the source, and report this with the scan record.</p>`}</div>`;
}

function valueOf(metrics: readonly MetricValue[], key: string): number | undefined {
  const metric = metrics.find(({ id }) => id === key);
  return metric !== undefined && 'value' in metric ? metric.value : undefined;
}
