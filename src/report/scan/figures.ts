import type { ToneCurveSummary } from '../../core/scanRecord.ts';
import type { Volume } from '../../core/volume.ts';
import { renderChart, type Point } from '../chart.ts';
import { amountRamp, greyRamp, rampColor, signedRamp, type Rgb } from '../colorRamp.ts';
import { html, type Html } from '../html.ts';
import { LOWEST_SHOWN_SLICE, renderMosaic, type Mosaic, type Shading } from '../image.ts';
import { legendKey } from '../strokes.ts';

/** The pictures' data, all on the working grid (96×120×96 voxels of 2 mm, head frame, brain scale). */
export type HeadImages = Readonly<{
  source: Volume<'model'>;
  harmonized: Volume<'model'>;
  /** SD over the draws, brain scale. */
  uncertainty: Volume<'model'>;
  /** One scan of the reference, where one is at hand. */
  reference: Volume<'model'> | null;
  /** 1 inside the brain. */
  brain: Uint8Array;
}>;

export type ScanFigures = Readonly<{ mosaics: Html; histograms: Html }>;

/** One window for source, harmonized and reference, and the same in every report (bids-and-reports.md R-23). */
const intensityWindow: Shading = { window: [0, 0.9], ramp: greyRamp };
const changeWindow: Shading = { window: [-0.2, 0.2], ramp: signedRamp };
const uncertaintyWindow: Shading = { window: [0, 0.1], ramp: amountRamp };

/** The vertex lies at slice 90 of the head frame; 2 mm a slice. */
const VERTEX_SLICE = 90;
const shownSlices: readonly number[] = [LOWEST_SHOWN_SLICE + 4, 52, 60, 68, 76, 83];

/** Draws all pictures of one head. The volumes are read, never modified. */
export async function drawHeadFigures(images: HeadImages): Promise<ScanFigures> {
  return { mosaics: await drawMosaics(images), histograms: drawHistograms(images) };
}

type Strip = Readonly<{ name: string; note: string; volume: Volume<'model'>; shading: Shading; scale: Html | null }>;

async function drawMosaics(images: HeadImages): Promise<Html> {
  const { source, harmonized, uncertainty, reference } = images;
  const grey = { shading: intensityWindow, scale: null };
  const strips: Strip[] = [
    { name: 'Source', note: 'as acquired', volume: source, ...grey },
    { name: 'Harmonized', note: 'same window', volume: harmonized, ...grey },
  ];
  if (reference !== null) strips.push({ name: 'Reference', note: 'another person, same window', volume: reference, ...grey });
  strips[strips.length - 1] = { ...strips[strips.length - 1]!, scale: scaleBar(intensityWindow, 'black 0', 'white 0.9 and more on the brain scale') };
  strips.push(
    { name: 'Difference', note: 'harmonized − source', volume: difference(harmonized, source), shading: changeWindow, scale: scaleBar(changeWindow, 'darker −0.2', '+0.2 brighter; grey is unchanged') },
    { name: 'Uncertainty', note: 'SD over the draws', volume: uncertainty, shading: uncertaintyWindow, scale: scaleBar(uncertaintyWindow, 'all draws agree 0', '0.1 and more') },
  );
  const drawn = await Promise.all(strips.map(renderStrip));
  return html`<figure>
<div class="slices" aria-hidden="true">${shownSlices.map((k) => html`<span>${2 * (VERTEX_SLICE - k)} mm</span>`)}</div>
${drawn}
<figcaption>Axial slices, labelled by their depth below the top of the head; the person’s left is on the left, the forehead is up.
Slices lower than ${2 * (VERTEX_SLICE - shownSlices[0]!)} mm are left out, so no face is shown.
Compare the first rows: brightness and contrast of the harmonized scan should look like the reference, and every fold and vessel
should be where the source has it. The difference should follow tissues; outlines of anatomy that the source lacks, blocks, stripes or patches
mean that something went wrong. Bright uncertainty inside the brain marks where not to rely on intensities.</figcaption></figure>`;
}

async function renderStrip({ name, note, volume, shading, scale }: Strip): Promise<Html> {
  const mosaic: Mosaic = { volume, slices: shownSlices, shading, alt: `${name} (${note}): ${shownSlices.length} axial slices of the upper head.` };
  return html`<div class="strip"><div class="what"><b>${name}</b><span>${note}</span></div>${await renderMosaic(mosaic)}</div>
${scale}`;
}

export function scaleBar({ ramp }: Shading, low: string, high: string): Html {
  const steps = 40;
  const color = (step: number): string => `rgb(${(rampColor(ramp, step / (steps - 1)) satisfies Rgb).join(',')})`;
  return html`<div class="scalebar">${low}<svg width="160" height="10" viewBox="0 0 160 10" shape-rendering="crispEdges" role="img" aria-label="${low} to ${high}">${Array.from(
    { length: steps },
    (_, step) => html`<rect x="${step * 4}" y="0" width="4" height="10" fill="${color(step)}"/>`,
  )}</svg>${high}</div>`;
}

function difference(a: Volume<'model'>, b: Volume<'model'>): Volume<'model'> {
  return { ...a, samples: a.samples.map((value, voxel) => value - b.samples[voxel]!) };
}

const HISTOGRAM_END = 1.4;
const HISTOGRAM_BINS = 112;

/** Share of the brain per bin of 0.0125, as points at bin centres; lightly smoothed for the eye by [1 2 1]/4. */
function histogramPoints(volume: Volume<'model'>, mask: (voxel: number) => boolean): Point[] {
  const counts = new Float64Array(HISTOGRAM_BINS);
  let total = 0;
  for (let voxel = 0; voxel < volume.samples.length; voxel++) {
    const value = volume.samples[voxel]!;
    if (value <= 0 || !mask(voxel)) continue;
    total++;
    const bin = Math.floor((value / HISTOGRAM_END) * HISTOGRAM_BINS);
    if (bin < HISTOGRAM_BINS) counts[bin] = counts[bin]! + 1;
  }
  return Array.from(counts, (count, bin) => {
    const smooth = (count * 2 + (counts[bin - 1] ?? count) + (counts[bin + 1] ?? count)) / 4;
    return [((bin + 0.5) * HISTOGRAM_END) / HISTOGRAM_BINS, total === 0 ? 0 : (100 * smooth) / total];
  });
}

function drawHistograms({ source, harmonized, reference, brain }: HeadImages): Html {
  const inside = (voxel: number): boolean => brain[voxel] === 1;
  const curves = [
    { stroke: 'source', points: histogramPoints(source, inside) },
    { stroke: 'harmonized', points: histogramPoints(harmonized, inside) },
    // the reference is another person: its brain is where the head frame puts every brain
    ...(reference === null ? [] : [{ stroke: 'reference', points: histogramPoints(reference, inside) } as const]),
  ] as const;
  const peak = Math.max(...curves.flatMap(({ points }) => points.map(([, share]) => share)), 0.5);
  const chart = renderChart({
    width: 460,
    height: 330,
    x: { label: 'Intensity (brain scale: 90 % of the brain lies below 0.7)', domain: [0, HISTOGRAM_END], ticks: 7 },
    y: { label: 'Share of the brain, % per 0.0125', domain: [0, peak * 1.08], ticks: 5 },
    layers: curves.map(({ stroke, points }) => ({ kind: 'line', stroke, points }) as const),
    alt: 'Histograms of brain intensity: source, harmonized and, where at hand, one scan of the reference.',
  });
  return html`<figure><h3>Brain intensities</h3>
<div class="legend"><span>${legendKey('source')}source</span><span>${legendKey('harmonized')}harmonized</span>${reference !== null && html`<span>${legendKey('reference')}reference (one scan)</span>`}</div>
${chart}
<figcaption>The solid line should have its peaks where the dotted one has them. Their heights may differ: another person has other amounts of each
tissue. Comb-like teeth or a spike at 0 mean lost intensities.</figcaption></figure>`;
}

/** The picture of the tone curve; drawn from the record alone. */
export function drawToneCurve(curve: ToneCurveSummary): Html {
  const along = (values: readonly number[]): Point[] =>
    curve.knots.flatMap((knot, i): Point[] => (knot <= HISTOGRAM_END ? [[knot, values[i] ?? knot]] : []));
  const highest = Math.max(HISTOGRAM_END, ...along(curve.high).map(([, y]) => y));
  const chart = renderChart({
    width: 460,
    height: 330,
    x: { label: 'Source intensity (brain scale)', domain: [0, HISTOGRAM_END], ticks: 7 },
    y: { label: 'Harmonized intensity (brain scale)', domain: [0, highest], ticks: 7 },
    layers: [
      { kind: 'line', stroke: 'identity', points: [[0, 0], [HISTOGRAM_END, HISTOGRAM_END]] },
      { kind: 'band', stroke: 'harmonized', low: along(curve.low), high: along(curve.high) },
      { kind: 'line', stroke: 'source', points: along(curve.start) },
      { kind: 'line', stroke: 'harmonized', points: along(curve.mean) },
    ],
    alt: 'Tone curves: the start, the mean over the brain with the band from the 5th to the 95th percentile of its cells, and the identity.',
  });
  return html`<figure><h3>What was done to intensities</h3>
<div class="legend"><span>${legendKey('harmonized')}mean, and 5–95 % of the cells</span><span>${legendKey('source')}closed-form start</span><span>${legendKey('identity')}no change</span></div>
${chart}
<figcaption>Read it as a lookup: a source intensity below, its harmonized intensity on the left. The curve must rise everywhere. A wide band means
that places of the brain were treated differently, as uneven coils ask for; a band much wider than the distance to “no change” is suspicious.</figcaption></figure>`;
}
