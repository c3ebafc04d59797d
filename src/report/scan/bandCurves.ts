import type { BandCurves, CtFacts, SkinFacts } from '../../core/ctRecord.ts';
import { renderChart, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { quantity } from '../quantity.ts';
import { legendKey } from '../strokes.ts';

/** With fewer flat patches the curve would be a guess, and is not drawn. */
const ENOUGH_PATCHES = 30;
const LEAST_POWER = 1e-3;
/** With fewer patches across the skin its curve is not drawn. */
const ENOUGH_BORDERS = 12;
const LEAST_DECIBELS = -45;
const FREQUENCY_AXIS = { label: 'Radial frequency, cycles/mm', domain: [0, 0.8], ticks: 8 } as const;

/** The curves over radial frequency: grain, sharpness, and the gains that were applied. Drawn from the record alone. */
export function drawBandCurves(facts: CtFacts): Html {
  return html`${drawNoise(facts)}${drawAmplitude(facts)}${drawSkin(facts)}${drawGains(facts)}`;
}

const legend = html`<div class="legend"><span>${legendKey('source')}source</span><span>${legendKey('harmonized')}harmonized</span><span>${legendKey('reference')}reference</span></div>`;

function drawNoise({ frequencies, nps, patches }: CtFacts): Html {
  const shown = (['source', 'harmonized', 'reference'] as const).filter((who) => patches[who] >= ENOUGH_PATCHES);
  const logs = (values: readonly number[]): number[] => values.map((power) => Math.log10(Math.max(power, LEAST_POWER)));
  return html`<figure><h3>Noise power in flat soft tissue</h3>${legend}
${curveChart(frequencies, mapped(nps, logs), shown, 'Noise power, log10 HU²', 'Noise power spectra of source, harmonized and reference.')}
<figcaption>Patches: source ${patches.source}, harmonized ${patches.harmonized}, reference ${patches.reference}; below ${ENOUGH_PATCHES} a curve is left out.
The solid line should lie on the dotted one. Where it stays below, the reference has grain that a filter cannot make; where it stays above, grain that the bounds kept.</figcaption></figure>`;
}

function drawAmplitude({ frequencies, amplitude }: CtFacts): Html {
  const decibels = (values: readonly number[]): number[] => values.map((share) => 20 * Math.log10(Math.max(share, LEAST_POWER)));
  return html`<figure><h3>Sharpness: an MTF-like curve</h3>${legend}
${curveChart(frequencies, mapped(amplitude, decibels), ['source', 'harmonized', 'reference'], 'Amplitude to the lowest band, dB', 'Radial amplitude of source, harmonized and reference slices.')}
<figcaption>The radial amplitude of whole slices relative to their lowest band: how much of edges and grain is left at each frequency. It is no MTF of the scanner, as
anatomy is in it; between source and harmonized, which share it, the difference is the filter alone.</figcaption></figure>`;
}

function drawSkin({ frequencies, skin: { source, reference }, gains }: CtFacts): Html {
  const changed = { ...source, amplitude: source.amplitude.map((log, band) => log + Math.log(gains.mean[band] ?? 1)) };
  const curves = [['source', source], ['reference', reference], ['harmonized', changed]] as const;
  const shown = curves.filter(([, { patches }]) => patches >= ENOUGH_BORDERS).map(([stroke, facts]) => ({ kind: 'line', stroke, points: edgePoints(frequencies, facts) }) as const);
  if (shown.length === 0) return html``;
  return html`<figure><h3>Sharpness: the edge of the skin</h3><div class="legend"><span>${legendKey('source')}source</span><span>${legendKey('harmonized')}source with the gains applied</span><span>${legendKey('reference')}reference</span></div>
${renderChart({
    width: 460, height: 330, alt: 'Amplitude of the skin’s edge by radial frequency, in source and reference, and of the source with the gains applied.',
    x: FREQUENCY_AXIS,
    y: { label: 'Amplitude to the lowest band, dB', domain: [LEAST_DECIBELS, 2], ticks: 6 },
    layers: shown,
  })}
<figcaption>Patches: source ${source.patches}, reference ${reference.patches}; below ${ENOUGH_BORDERS} a curve is left out. The border between body and air is nearly the same edge in everybody, so this compares the kernels of two people; the
gains were not made from it. The solid line should lie near the dotted one: people differ by about 1 dB up to 0.3 cycles/mm and 3 dB at 0.5. Nothing outside the body is changed, so the solid line is the source’s with the mean gains of soft tissue.</figcaption></figure>`;
}

/** In decibels to the lowest band, as far as the pixels show it and it is more than noise. */
function edgePoints(frequencies: readonly number[], { amplitude }: SkinFacts): Point[] {
  const points = amplitude.map((log, band): Point => [frequencies[band]!, (20 * (log - amplitude[0]!)) / Math.LN10]);
  const end = points.findIndex(([, decibels]) => decibels < LEAST_DECIBELS);
  return end < 0 ? points : points.slice(0, end);
}

function curveChart(frequencies: readonly number[], curves: BandCurves, shown: readonly (keyof BandCurves)[], label: string, alt: string): Html {
  const values = shown.flatMap((who) => curves[who]);
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const margin = 0.05 * Math.max(high - low, 0.1);
  return renderChart({
    width: 460, height: 330, alt,
    x: FREQUENCY_AXIS,
    y: { label, domain: [low - margin, high + margin], ticks: 6 },
    layers: shown.map((stroke) => ({ kind: 'line', stroke, points: along(frequencies, curves[stroke]) }) as const),
  });
}

const READ = 'The start is what a network reads from patches of both scans: which part of their difference is the kernel, and which is dose or anatomy.';
const NOT_READ = 'There was too little tissue for a start, so every gain is 1.';

function drawGains({ frequencies, gains, residualShare, isStartRead, rank, rankError, dose, detail }: CtFacts): Html {
  const highest = Math.max(1.2, ...gains.high, ...gains.start);
  const chart = renderChart({
    width: 460, height: 330,
    x: FREQUENCY_AXIS,
    y: { label: 'Gain', domain: [0, 1.05 * highest], ticks: 6 },
    layers: [
      { kind: 'line', stroke: 'identity', points: [[0, 1], [0.8, 1]] },
      { kind: 'band', stroke: 'harmonized', low: along(frequencies, gains.low), high: along(frequencies, gains.high) },
      { kind: 'line', stroke: 'source', points: along(frequencies, gains.start) },
      { kind: 'line', stroke: 'harmonized', points: along(frequencies, gains.mean) },
    ],
    alt: 'Gains by radial frequency: start, mean in soft tissue, and the band from the 5th to the 95th percentile of cells and HU classes.',
  });
  return html`<figure><h3>What was done to each frequency</h3>
<div class="legend"><span>${legendKey('harmonized')}soft tissue, and 5–95 % of cells and classes</span><span>${legendKey('source')}start</span><span>${legendKey('identity')}no change</span></div>
${chart}
<figcaption>Below 1 a band is damped, above 1 amplified; the lowest frequencies stay at 1, so Hounsfield units hold. ${isStartRead ? `${READ} Of the residual that the denoiser generated on it, ${(100 * residualShare).toFixed(0)} % is applied, as calibration found right.` : NOT_READ}
Applied as ${rank === 1 ? 'one radial response, which meets' : `${rank} radial responses, which meet`} every gain within ${quantity(rankError)} of it (of 1 where it damps).
${doseText(dose)}
${detailText(detail)}</figcaption></figure>`;
}

function doseText({ reason, noiseRatio, gains }: CtFacts['dose']): string {
  if (gains === null || noiseRatio === null) return `Noise was not changed beside that: ${reason}.`;
  const [least, most] = [Math.min(...gains), Math.max(...gains)].map((gain) => gain.toFixed(2));
  return `Dose: ${reason}, ${noiseRatio.toFixed(2)} of the scan’s. Where there is nothing but noise, bands were also multiplied by ${least} to ${most}; at edges and in texture this was held back.`;
}

function detailText({ runs, reason, change }: CtFacts['detail']): string {
  const hu = (value: number): string => value.toFixed(1);
  return runs && change !== null
    ? `The detail stage ran: ${reason}. These gains set the grain; the stage gave edges back, by ${hu(change.meanHu)} HU on average and ${hu(change.largestHu)} HU at most.`
    : `The detail stage did not run: ${reason}.`;
}

/** The HU anchors of the record as a table: dicom.md's contract, tissue by tissue. */
export function renderAnchors({ anchors, regions }: CtFacts): Html {
  const hu = (value: number): Html => quantity(value, (number) => number.toFixed(1));
  return html`<h3>Hounsfield units, before and after</h3>
<div class="scroll"><table><thead><tr><th>Tissue</th><th>Usual HU</th><th class="number">Voxels</th><th class="number">Mean before</th><th class="number">SD</th><th class="number">Mean after</th><th class="number">SD</th><th class="number">Shift</th><th class="number">Limit</th></tr></thead>
<tbody>${anchors.map(({ id, expected, voxels, before, after, shift, limit }) => html`<tr><th scope="row">${id}</th><td>${expected}</td><td class="number">${voxels}</td>
<td class="number">${hu(before.mean)}</td><td class="number">${hu(before.sd)}</td><td class="number">${hu(after.mean)}</td><td class="number">${hu(after.sd)}</td>
<td class="number">${quantity(shift, (moved) => moved.toFixed(2))}</td><td class="number">${limit}</td></tr>`)}</tbody></table></div>
<p class="caption">Tissues are found on the smoothed source, away from edges, so before and after speak of the same voxels; means must hold, while SDs are what a kernel changes. Thin bone and vessels are what a kernel changes too: their shift is that of the 10 mm squares that hold them.
${regions !== null && html`Over ${regions.count} homogeneous regions of 10 mm the mean shift of the worst tissue (of lung and bone, which a kernel moves itself, a third) is ${quantity(regions.worstClass, (shift) => shift.toFixed(2))} HU; single regions move by ${quantity(regions.median, (shift) => shift.toFixed(2))} HU (median) and ${quantity(regions.p99, (shift) => shift.toFixed(2))} HU (99th percentile), their own grain included.`}</p>`;
}

function along(frequencies: readonly number[], values: readonly number[]): Point[] {
  return frequencies.map((frequency, band): Point => [frequency, values[band] ?? 0]);
}

function mapped({ source, harmonized, reference }: BandCurves, change: (values: readonly number[]) => number[]): BandCurves {
  return { source: change(source), harmonized: change(harmonized), reference: change(reference) };
}
