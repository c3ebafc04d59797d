import { createSmoother, smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';
import type { Response } from './radialBands.ts';

/**
 * A change of the noise alone: what a radial response adds, held back wherever its local energy is more than noise makes. Plain values, so that it can
 * cross to a thread.
 */
export type DoseChange = Readonly<{
  response: Response;
  /** HU² that the response makes of the noise of flat tissue. */
  variance: number;
  /** Local energy, times the variance, up to which nothing is held back. */
  highestEnergy: number;
  /** Over what energy is local. */
  reach: SliceSmoother;
}>;

/** SD of the Gaussian over which energy is local, and its radius in SDs. */
const REACH_MM = 1;
const TRUNCATE = 3;

export function doseReach(size: readonly [number, number], [si, sj]: readonly [number, number]): SliceSmoother {
  return createSmoother(size, [REACH_MM / si, REACH_MM / sj], TRUNCATE);
}

/**
 * Adds the part of `change` that looks like noise to `out`: whole where its energy e, over the variance, is at most `highestEnergy`, times (highestEnergy/e)² beyond.
 * An edge's change has far more energy than noise, so edges stay.
 */
export function addHeldBack({ variance, highestEnergy, reach }: DoseChange, change: Float32Array, energy: Float32Array, out: Float32Array): void {
  const squares = reach.scratch;
  for (let n = 0; n < change.length; n++) squares[n] = change[n]! * change[n]!;
  smoothSlice(reach, squares, energy);
  const highest = highestEnergy * variance;
  for (let n = 0; n < change.length; n++) {
    const share = energy[n]! > highest ? highest / energy[n]! : 1;
    out[n]! += share * share * change[n]!;
  }
}
