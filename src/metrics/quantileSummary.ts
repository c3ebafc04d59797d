import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';

/**
 * A distribution as its quantiles at equally spaced probabilities from 0.005 to 0.995: what a saved style keeps of
 * its brains. The outer half percent on either side is not seen, which also keeps vessels and holes out.
 */
export type QuantileSummary = ArrayLike<number>;

const LOWEST = 0.005;
const HIGHEST = 0.995;

/** Below this (brain scale) a voxel of the brain mask is fluid, air or bone; the style's quantiles leave it out too. */
export const BRAIN_FLOOR = 0.08;

/** The samples of the brain above the floor, in voxel order. */
export function brainSamples(volume: Volume<'model'>, brain: Uint8Array): Float32Array {
  return volume.samples.filter((value, voxel) => brain[voxel] === 1 && value > BRAIN_FLOOR);
}

export function quantileSummary(values: ArrayLike<number>, count: number): number[] {
  return quantiles(values, Array.from({ length: count }, (_, i) => probabilityOf(i, count)));
}

/** F(x) of the piecewise linear distribution through the quantiles: 0.005 at the first, 0.995 at the last, 0 and 1 beyond. */
export function cumulativeAt(summary: QuantileSummary, x: number): number {
  const count = summary.length;
  if (x < summary[0]!) return 0;
  if (x >= summary[count - 1]!) return 1;
  let low = 0;
  let high = count - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (summary[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - summary[low]!) / (summary[high]! - summary[low]!);
  return probabilityOf(low + share, count);
}

function probabilityOf(index: number, count: number): number {
  return LOWEST + ((HIGHEST - LOWEST) * index) / (count - 1);
}
