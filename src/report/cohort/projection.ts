import type { DrawnScan, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { formatPercent } from '../quantity.ts';
import { legendMark, type StrokeName } from '../strokes.ts';
import { evaluatedArm } from './finding.ts';

type Panel = Readonly<{ title: string; arm: string; stroke: StrokeName }>;
type Frame = Readonly<{ x: readonly [number, number]; y: readonly [number, number] }>;
type Labels = Readonly<{ x: string; y: string; subject: string }>;

/** First two principal components, before and after on one basis and one pair of axes (V-18). */
export function drawPca(validation: ValidationRecord): Html {
  const { pca } = validation.drawings;
  if (pca === null) return html`<figure><h3><span class="item">V-18</span> Principal components</h3><p>Absent: too few scans, or no feature that varies.</p></figure>`;
  const axis = (n: number): string => `Component ${n + 1} (${formatPercent(pca.explained[n] ?? 0)} of variance)`;
  return html`<figure><h3><span class="item">V-18</span> Principal components of all features, one basis</h3>${panels(validation, pca.scans, { x: axis(0), y: axis(1), subject: 'Principal components' })}
<figcaption>The basis is fitted on the scans before and the reference; the scans after are laid onto it. Squares should mingle with triangles: a cloud that moved beside the reference is not gone.
A cloud that shrank to a point has lost its people.</figcaption></figure>`;
}

/** Illustrative only (V-19): folded away, and said so. */
export function drawUmap(validation: ValidationRecord): Html {
  const { umap } = validation.drawings;
  if (umap.length === 0) return html``;
  return html`<details><summary>UMAP, for illustration only (V-19)</summary>${umap.map(({ neighbors, minDistance, seed, scans }) => html`<figure><h3>UMAP, ${neighbors} neighbours, least distance ${minDistance}, seed ${seed}</h3>${panels(validation, scans, { x: 'first coordinate', y: 'second coordinate', subject: `UMAP with ${neighbors} neighbours` })}</figure>`)}
<p class="caption">Nothing is inferred from these pictures: distances between groups, their sizes and their gaps depend on the settings as much as on the scans.</p></details>`;
}

function panels(validation: ValidationRecord, scans: readonly DrawnScan[], labels: Labels): Html {
  const after = evaluatedArm(validation);
  const frame = frameOf(scans.filter(({ arm }) => arm === 'before' || arm === 'reference' || arm === after?.arm));
  const references = scans.filter(({ arm }) => arm === 'reference');
  const drawn: readonly Panel[] = [{ title: 'Before', arm: 'before', stroke: 'source' }, { title: after?.name ?? 'After', arm: after?.arm ?? '', stroke: 'harmonized' }];
  return html`<div class="legend"><span>${legendMark('source')}before</span><span>${legendMark('harmonized')}after</span><span>${legendMark('reference')}reference (${references.length})</span></div>
<div class="pair">${drawn.map((panel) => panelChart(panel, scans.filter(({ arm }) => arm === panel.arm), references, frame, labels))}</div>`;
}

function panelChart(panel: Panel, scans: readonly DrawnScan[], references: readonly DrawnScan[], frame: Frame, labels: Labels): Html {
  const points = (all: readonly DrawnScan[]): Point[] => all.map(({ x, y }): Point => [x, y]);
  const layers: ChartLayer[] = [
    { kind: 'dots', stroke: 'reference', points: points(references) },
    { kind: 'dots', stroke: panel.stroke, points: points(scans) },
    ...siteNames(scans).map(({ site, at }) => ({ kind: 'words', at, text: site, anchor: 'middle', above: 14 }) as const),
    ...siteNames(references).map(({ site, at }) => ({ kind: 'words', at, text: `${site} (reference)`, anchor: 'middle', above: 14 }) as const),
  ];
  return html`<div><p class="panel">${panel.title} <span class="unit">n = ${scans.length}</span></p>${renderChart({
    width: 460, height: 360, x: { label: labels.x, domain: frame.x, ticks: 6 }, y: { label: labels.y, domain: frame.y, ticks: 6 }, layers,
    alt: `${labels.subject}, ${panel.title}: ${scans.length} scans and ${references.length} of the reference. ${distanceWords(scans, references)}`,
  })}</div>`;
}

/** One name per site, over its highest scan. */
function siteNames(scans: readonly DrawnScan[]): { site: string; at: Point }[] {
  return [...new Set(scans.map(({ site }) => site))].map((site) => {
    const { x, y } = scans.filter((scan) => scan.site === site).reduce((top, scan) => (scan.y > top.y ? scan : top));
    return { site, at: [x, y] };
  });
}

function centerOf(scans: readonly DrawnScan[]): Point {
  const sum = (pick: (scan: DrawnScan) => number): number => scans.reduce((total, scan) => total + pick(scan), 0);
  return [sum(({ x }) => x) / scans.length, sum(({ y }) => y) / scans.length];
}

function distanceWords(scans: readonly DrawnScan[], references: readonly DrawnScan[]): string {
  if (scans.length === 0 || references.length === 0) return '';
  const [a, b] = [centerOf(scans), centerOf(references)];
  return `Their centres are ${Math.hypot(a[0] - b[0], a[1] - b[1]).toPrecision(2)} apart.`;
}

/** Both panels share it, so that a move can be seen. */
function frameOf(scans: readonly DrawnScan[]): Frame {
  const span = (values: readonly number[]): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = 0.1 * (high - low) || 1;
    return [low - margin, high + margin];
  };
  return { x: span(scans.map(({ x }) => x)), y: span(scans.map(({ y }) => y)) };
}
