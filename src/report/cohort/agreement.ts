import type { Drawings, Finding, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { evaluatedArm, findingText, spelled, valueOf } from './finding.ts';

/** More panels than this tell no more; the record has them all. */
const MOST_PANELS = 4;

type Agreement = Drawings['blandAltman'][number];

/** Bland–Altman: what a feature changed by, against its size, one point a scan. */
export function drawAgreement(validation: ValidationRecord): Html {
  const arm = evaluatedArm(validation)?.arm;
  const drawn = validation.drawings.blandAltman.filter((one) => one.arm === arm && one.points.length > 0).slice(0, MOST_PANELS);
  if (drawn.length === 0) return html`<figure><h3>Bland–Altman</h3><p>Absent: no feature was measured before and after on the same scans.</p></figure>`;
  return html`<figure><h3>How much features changed, scan by scan (Bland–Altman)</h3><div class="pair">${drawn.map(panel)}</div>
<figcaption>The solid line is the mean change, dashed lines hold 95 % of the scans, the dotted line is no change. A shift of all scans alike is what harmonization is for. A slope, a fan or a lone point
far outside means that scans were treated unlike.</figcaption></figure>`;
}

function panel({ feature, bias, lower, upper, points }: Agreement): Html {
  const limits = [bias, lower, upper].flatMap((finding) => { const value = valueOf(finding); return value === null ? [] : [value]; });
  const y = span([...points.map(([, difference]) => difference), ...limits, 0]);
  const x = span(points.map(([mean]) => mean));
  const level = (finding: Finding, stroke: 'harmonized' | 'limit'): ChartLayer[] => { const value = valueOf(finding); return value === null ? [] : [{ kind: 'level', stroke, y: value }]; };
  return html`<div><p class="panel">${spelled(feature)} <span class="unit">n = ${points.length}</span></p>${renderChart({
    width: 460, height: 300, marginLeft: 62,
    x: { label: 'Mean of before and after', domain: x, ticks: 5 }, y: { label: 'After − before', domain: y, ticks: 6 },
    layers: [{ kind: 'level', stroke: 'reference', y: 0 }, ...level(bias, 'harmonized'), ...level(lower, 'limit'), ...level(upper, 'limit'), { kind: 'dots', stroke: 'source', points: points.map(([mean, difference]): Point => [mean, difference]) }],
    alt: `Change of ${spelled(feature)} against its mean, ${points.length} scans: bias ${plain(bias)}, limits of agreement ${plain(lower)} to ${plain(upper)}.`,
  })}<p class="caption">Bias ${findingText(bias)}; limits ${findingText(lower)} and ${findingText(upper)}.</p></div>`;
}

function plain(finding: Finding): string {
  return 'value' in finding ? finding.value.toPrecision(3) : 'absent';
}

function span(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.08 * (high - low) || 0.1;
  return [low - margin, high + margin];
}
