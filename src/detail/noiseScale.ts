import { BAND_COUNT, knotPosition } from '../field/radialBands.ts';

/** What the detail network is told of both scans, [26], and how many HU it calls 1. */
export type DetailCondition = Readonly<{ numbers: Float32Array; scaleHu: number }>;

type Pixel = readonly [number, number];

/** Frequencies of a plane of so many pixels stand for the sampled frequency plane. */
const GRID = 64;
const LEAST_SCALE_HU = 4;
/** Of the squared scale: a band without power has a logarithm all the same. */
const LEAST_POWER = 1e-4;
/** What the network was trained to see as 0: a noise of 20 HU, pixels of 0.8 mm. */
const SCALE_HU = 20;
const PIXEL_MM = 0.8;

/** SD in HU of the noise that flat patches show: band powers 1 … 12 (HU²) weighted by the share of the sampled plane that each band fills; spacing in mm. */
export function noiseSd(nps: ArrayLike<number>, spacing: Pixel): number {
  const shares = planeShares(spacing);
  let variance = 0;
  for (let b = 0; b < BAND_COUNT; b++) variance += shares[b + 1]! * nps[b]!;
  return Math.sqrt(variance);
}

/** Both noise power spectra over the squared scale, the scale and the pixel size, as logarithms. The scale is the noisier scan's SD. */
export function detailCondition(source: ArrayLike<number>, reference: ArrayLike<number>, spacing: Pixel): DetailCondition {
  const scaleHu = Math.max(LEAST_SCALE_HU, noiseSd(source, spacing), noiseSd(reference, spacing));
  const logs = [source, reference].flatMap((nps) => Array.from(nps, (power) => Math.log(Math.max(power / scaleHu ** 2, LEAST_POWER)) / 4));
  return { numbers: Float32Array.from([...logs, Math.log(scaleHu / SCALE_HU), Math.log(Math.sqrt(spacing[0] * spacing[1]) / PIXEL_MM)]), scaleHu };
}

/** Variance in HU² of noise of band powers 1 … 12 under gains of these bands; the low band is silent. */
export function filteredVariance(nps: ArrayLike<number>, gains: ArrayLike<number>, spacing: Pixel): number {
  return varianceUnder(nps, spacing, (knot, share) => {
    const low = knot === 0 ? 0 : gains[knot - 1]!;
    const gain = low + share * (gains[knot]! - low);
    return gain * gain;
  });
}

/** SD in HU of noise of band powers 1 … 12 under a Gaussian of `sigma` mm. */
export function smoothedSd(nps: ArrayLike<number>, sigma: number, spacing: Pixel): number {
  return Math.sqrt(varianceUnder(nps, spacing, (_knot, _share, cyclesPerMm) => Math.exp(-((2 * Math.PI * sigma * cyclesPerMm) ** 2))));
}

/** Variance in HU² of noise of band powers 1 … 12 under a response, given squared; the low band has the power of the first. */
function varianceUnder(nps: ArrayLike<number>, spacing: Pixel, squaredResponse: (knot: number, share: number, cyclesPerMm: number) => number): number {
  let variance = 0;
  eachFrequency(spacing, (knot, share, cyclesPerMm) => {
    const low = nps[Math.max(knot - 1, 0)]!;
    variance += (squaredResponse(knot, share, cyclesPerMm) * (low + share * (nps[knot]! - low))) / GRID ** 2;
  });
  return variance;
}

/** Mean hat of bands 0 … 12 over the frequencies that pixels of this size sample; they sum to 1. */
function planeShares(spacing: Pixel): Float64Array {
  const shares = new Float64Array(BAND_COUNT + 1);
  eachFrequency(spacing, (knot, share) => {
    shares[knot]! += (1 - share) / GRID ** 2;
    shares[knot + 1]! += share / GRID ** 2;
  });
  return shares;
}

/** Shows where each frequency of the grid lies: the knot below it, the share of the next, and cycles per mm. */
function eachFrequency([si, sj]: Pixel, see: (knot: number, share: number, cyclesPerMm: number) => void): void {
  const cycles = (n: number, spacing: number): number => Math.min(n, GRID - n) / (GRID * spacing);
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const cyclesPerMm = Math.hypot(cycles(x, si), cycles(y, sj));
      const position = knotPosition(cyclesPerMm);
      const knot = Math.min(Math.floor(position), BAND_COUNT - 1);
      see(knot, position - knot, cyclesPerMm);
    }
  }
}
