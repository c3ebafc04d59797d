import { quantiles } from '../../../core/statistics.ts';

/** Both ends and the deciles of the brain. Source: Nyúl & Udupa 1999; the ends as in Shah et al. 2011. */
const PERCENTS = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99] as const;

/** Strictly ascending, so that a curve can be drawn through them; where voxels share a value, by a millionth. */
export function landmarks(brain: Float32Array): Float64Array {
  return Float64Array.from(quantiles(brain, PERCENTS.map((p) => p / 100))).map((value, n) => value + 1e-6 * n);
}

/**
 * The standard scale of training scans: each scan's landmarks carried linearly so that its ends fall on the common
 * ones, then averaged. The common ends are the means of all, so the scale is the scans' own.
 *
 * Source: Nyúl & Udupa 1999, training step.
 */
export function standardScale(scans: readonly Float64Array[]): Float64Array {
  const meanOf = (n: number): number => scans.reduce((sum, scan) => sum + scan[n]!, 0) / scans.length;
  const last = PERCENTS.length - 1;
  const [low, high] = [meanOf(0), meanOf(last)];
  const scaled = scans.map((scan) => scan.map((value) => low + ((high - low) * (value - scan[0]!)) / (scan[last]! - scan[0]!)));
  return Float64Array.from({ length: last + 1 }, (_, n) => scaled.reduce((sum, scan) => sum + scan[n]!, 0) / scaled.length);
}

/** The transformation step: linear between landmarks, and on along the outer pieces beyond them. */
export function piecewise(from: Float64Array, to: Float64Array): (value: number) => number {
  const last = from.length - 1;
  return (value) => {
    let piece = 0;
    while (piece < last - 1 && value > from[piece + 1]!) piece++;
    const slope = (to[piece + 1]! - to[piece]!) / (from[piece + 1]! - from[piece]!);
    return to[piece]! + slope * (value - from[piece]!);
  };
}
