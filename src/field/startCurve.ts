import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';

/** A monotone curve through the nodes (x, y), linear between them and of slope 1 beyond the last. Model scale. */
export type ToneCurve = Readonly<{ x: Float64Array; y: Float64Array }>;

/** Below this intensity (model scale) a voxel of the brain ellipsoid is fluid, air or bone, not brain. */
export const BRAIN_FLOOR = 0.08;

/** Keeps the source's quantiles strictly increasing where many voxels share one value; the recipe uses the same. */
const QUANTILE_STEP = 1e-6;

/** `count` equally spaced probabilities from 0.005 to 0.995: where every style's quantiles are taken. */
export function styleProbabilities(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 0.005 + (0.99 * i) / (count - 1));
}

/**
 * Intensity quantiles of the brain at `count` equally spaced probabilities from 0.005 to 0.995.
 * `ellipsoid` marks the central ellipsoid of the head frame on the working grid.
 *
 * @throws NO_HEAD when no voxel of the ellipsoid is brighter than the brain floor
 */
export function brainQuantiles(working: Volume<'model'>, ellipsoid: Uint8Array, count: number): Float64Array {
  const brain = working.samples.filter((value, voxel) => ellipsoid[voxel] !== 0 && value > BRAIN_FLOOR);
  if (brain.length === 0) throw new ScanRefusal('NO_HEAD', 'The brain ellipsoid holds no voxel above the brain floor.');
  return Float64Array.from(quantiles(brain, styleProbabilities(count)));
}

/** The quantiles of a reference cohort: the mean of its scans' quantiles, probability by probability. */
export function meanQuantiles(scans: readonly ArrayLike<number>[]): Float64Array {
  const count = scans[0]?.length ?? 0;
  if (count === 0 || scans.some((scan) => scan.length !== count)) {
    throw new ConcordError('CONCORD_INTERNAL', 'Mean quantiles need at least one scan, and equally many quantiles of each.');
  }
  return Float64Array.from({ length: count }, (_, i) => scans.reduce((sum, scan) => sum + scan[i]!, 0) / scans.length);
}

/**
 * The closed-form start: the monotone curve that carries the source's brain quantiles to the reference's.
 * Nodes (0, 0), (source_i + 1e-6·i, reference_i); slope 1 beyond. Its slopes are bounded later, with the residual's.
 *
 * Source: histogram matching of the brain; Nyúl & Udupa 1999 with every quantile as a landmark.
 */
export function startCurve(source: ArrayLike<number>, reference: ArrayLike<number>): ToneCurve {
  if (source.length !== reference.length || source.length === 0) {
    throw new ConcordError(
      'CONCORD_REFERENCE',
      `The start needs equally many quantiles of source and reference, got ${source.length} and ${reference.length}.`,
    );
  }
  const x = new Float64Array(source.length + 1);
  const y = new Float64Array(source.length + 1);
  for (let i = 0; i < source.length; i++) {
    x[i + 1] = source[i]! + QUANTILE_STEP * i;
    y[i + 1] = reference[i]!;
  }
  return { x, y };
}

/** The curve that leaves every intensity as it is. */
export const IDENTITY_CURVE: ToneCurve = { x: Float64Array.of(0, 1), y: Float64Array.of(0, 1) };

/** The curve's value at `intensity`; 0 and below pass unchanged. */
export function evaluateCurve({ x, y }: ToneCurve, intensity: number): number {
  if (!(intensity > 0)) return intensity;
  const last = x.length - 1;
  if (intensity >= x[last]!) return y[last]! + (intensity - x[last]!);
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= intensity) low = middle;
    else high = middle;
  }
  const share = (intensity - x[low]!) / (x[high]! - x[low]!);
  return y[low]! + share * (y[high]! - y[low]!);
}

/** The whole volume under one curve. */
export function applyCurve(curve: ToneCurve, volume: Volume<'model'>): Volume<'model'> {
  return { ...volume, samples: volume.samples.map((value) => evaluateCurve(curve, value)) };
}

/** What the start does at each knot: s(knot) − knot. A network input, so that it may lean on the start or not. */
export function startShift(curve: ToneCurve, knots: number, knotSpacing: number): Float32Array {
  return Float32Array.from({ length: knots }, (_, j) => evaluateCurve(curve, j * knotSpacing) - j * knotSpacing);
}
