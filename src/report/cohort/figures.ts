import type { CohortRecord } from '../../core/cohortRecord.ts';
import { renderChart, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { legendKey } from '../strokes.ts';
import { scanCount } from '../quantity.ts';
import { modalityTexts } from './modalityTexts.ts';

/** Pooled histograms of the first feature and their cumulative curves, before, after and reference, side by side. */
export function drawCohortFigures(record: CohortRecord): Html {
  const { matched, reference } = record.counts;
  return html`<div class="legend"><span>${legendKey('source')}before (${scanCount(matched)})</span><span>${legendKey('harmonized')}after (${matched})</span><span>${legendKey('reference')}reference (${reference})</span></div>
<div class="pair">${drawPooled(record)}${drawCumulative(record)}</div>
${drawScanDistances(record)}`;
}

function drawPooled({ modality, histograms: { binWidth, before, after, reference } }: CohortRecord): Html {
  const { title, axis, shareAxis, end, noun } = modalityTexts[modality].figure;
  // smoothed for the eye by [1 2 1]/4: integer-valued scans fill fine bins unevenly
  const points = (shares: readonly number[]): Point[] =>
    shares.flatMap((share, bin): Point[] => {
      const smooth = (2 * share + (shares[bin - 1] ?? share) + (shares[bin + 1] ?? share)) / 4;
      return (bin + 0.5) * binWidth < end ? [[(bin + 0.5) * binWidth, 100 * smooth]] : [];
    });
  const curves = [['source', points(before)], ['harmonized', points(after)], ['reference', points(reference)]] as const;
  const peak = Math.max(...curves.flatMap(([, curve]) => curve.map(([, share]) => share)), 0.1);
  return html`<figure><h3>${title}</h3>${renderChart({
    width: 460,
    height: 330,
    x: { label: axis, domain: [0, end], ticks: 7 },
    y: { label: `${shareAxis}, % per ${binWidth.toFixed(3)}`, domain: [0, peak * 1.08], ticks: 5 },
    layers: curves.map(([stroke, curve]) => ({ kind: 'line', stroke, points: curve }) as const),
    alt: `Pooled histograms of ${noun} before, after and of the reference.`,
  })}<figcaption>The solid line should lie on the dotted one more closely than the dashed line does.</figcaption></figure>`;
}

function drawCumulative({ modality, histograms: { binWidth, before, after, reference } }: CohortRecord): Html {
  const { axis, cumulativeTitle, end, noun } = modalityTexts[modality].figure;
  const points = (shares: readonly number[]): Point[] => {
    let sum = 0;
    return shares.flatMap((share, bin): Point[] => {
      sum += share;
      return (bin + 1) * binWidth <= end ? [[(bin + 1) * binWidth, 100 * sum]] : [];
    });
  };
  return html`<figure><h3>The same, cumulative</h3>${renderChart({
    width: 460,
    height: 330,
    x: { label: axis, domain: [0, end], ticks: 7 },
    y: { label: cumulativeTitle, domain: [0, 100], ticks: 5 },
    layers: [
      { kind: 'line', stroke: 'source', points: points(before) },
      { kind: 'line', stroke: 'harmonized', points: points(after) },
      { kind: 'line', stroke: 'reference', points: points(reference) },
    ],
    alt: `Cumulative distributions of ${noun} before, after and of the reference.`,
  })}<figcaption>The Wasserstein distance is the area between two of these curves, the Kolmogorov–Smirnov distance their largest vertical gap.</figcaption></figure>`;
}

/** More rows than this do not fit a page; the table of scans has them all. */
const MOST_ROWS = 40;

function drawScanDistances({ modality, scans, distances }: CohortRecord): Html {
  const { feature: drawn, distanceAxis } = modalityTexts[modality].figure;
  const rows = scans
    .map(({ name, values }) => ({ name, before: values['wasserstein1.source'] ?? 0, after: values['wasserstein1.harmonized'] ?? 0 }))
    .sort((a, b) => b.after - a.after)
    .slice(0, MOST_ROWS);
  const floor = distances.find(({ feature, measure }) => feature === drawn && measure === 'wasserstein1')?.floor;
  const longest = Math.max(...rows.flatMap(({ before, after }) => [before, after]), 0.001);
  return html`<figure><h3>Each scan’s distance to the reference</h3>${renderChart({
    width: 960,
    height: 74 + 22 * rows.length,
    marginLeft: 190,
    x: { label: distanceAxis, domain: [0, longest * 1.05], ticks: 8 },
    y: { label: '', domain: [rows.length - 0.4, -0.6], ticks: rows.map((_, row) => row) },
    rowLabels: rows.map(({ name }) => shortened(name)),
    layers: [
      ...(floor !== undefined && 'value' in floor ? [{ kind: 'rule', stroke: 'identity', x: floor.value } as const] : []),
      { kind: 'segments', stroke: 'identity', from: rows.map(({ before }, row): Point => [before, row]), to: rows.map(({ after }, row): Point => [after, row]) },
      { kind: 'dots', stroke: 'source', points: rows.map(({ before }, row): Point => [before, row]) },
      { kind: 'dots', stroke: 'harmonized', points: rows.map(({ after }, row): Point => [after, row]) },
    ],
    alt: 'Per scan, the distance to the reference before and after.',
  })}<figcaption>Open circles are before, filled squares after. Squares should lie left of their circles; one that lies right of it was harmed and is
worth opening. The dashed vertical line is the split-half floor of the pooled reference, where there is one; single scans rarely reach it.${scans.length > rows.length && ` The ${rows.length} farthest of ${scans.length} scans are drawn.`}</figcaption></figure>`;
}

function shortened(name: string): string {
  return name.length > 26 ? `${name.slice(0, 25)}…` : name;
}
