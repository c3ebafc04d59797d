import { createSmoother, smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';
import type { SliceParts } from './huClasses.ts';
import type { Response, SliceFilter, SlicePair } from './radialBands.ts';
import { createLeaveNoise, structureEstimate } from './structureEstimate.ts';
import type { StructureEstimate } from './structureEstimate.ts';

/** What noise asks for: what a radial response adds where there is nothing else. */
export type NoiseChange = Readonly<{
  response: Response;
  /** HU² that the response makes of the noise of flat tissue. */
  variance: number;
  /** SD in HU of that noise under the Gaussian of the estimate's guide. */
  grain: number;
  /** Local energy, times the variance, up to which the change of what the estimate leaves is not held back. */
  highestEnergy: number;
}>;

/** A change of the noise alone, with what slices of one size need for it. Plain values, so that it can cross to a thread. */
export type DoseChange = NoiseChange & Readonly<{ estimate: StructureEstimate; /** Over what energy is local. */ reach: SliceSmoother }>;

/** SD of the Gaussian over which energy is local, and its radius in SDs. */
const REACH_MM = 1;
const TRUNCATE = 3;
/** As highestEnergy, of the change of the estimate: it is changed where it shows next to nothing but the noise that it could not part with. */
const STRUCTURE_ENERGY = 0.1;

/** @param size [I, J] pixels; @param spacing mm along I and J */
export function doseChange(noise: NoiseChange, size: readonly [number, number], spacing: readonly [number, number]): DoseChange {
  return { ...noise, estimate: structureEstimate(noise.grain, size, spacing), reach: createSmoother(size, [REACH_MM / spacing[0], REACH_MM / spacing[1]], TRUNCATE) };
}

/** Adds what is done to the noise of two slices to `out`. `changes`: the slices under the response; they are overwritten. */
export type AddDose = (parts: readonly [SliceParts, SliceParts], changes: SlicePair, out: SlicePair) => void;

/**
 * A slice is an estimate that keeps edges and what that leaves, which is noise. The change of the latter is applied whole up to `highestEnergy`, the change of the
 * estimate up to next to nothing: its edges stay as they are.
 */
export function createAddDose({ response, variance, highestEnergy, estimate, reach }: DoseChange, filter: SliceFilter): AddDose {
  const plane = (): Float32Array => new Float32Array(reach.width * reach.height);
  const [left, changesOfLeft, energy] = [[plane(), plane()] as const, [plane(), plane()] as const, plane()];
  const leaveNoise = createLeaveNoise(estimate);
  return (parts, changes, out) => {
    for (const side of [0, 1] as const) leaveNoise(parts[side].hu, parts[side].weight, left[side]);
    filter.filter(left, [response], [changesOfLeft]);
    for (const side of [0, 1] as const) {
      const [change, ofLeft] = [changes[side], changesOfLeft[side]];
      for (let n = 0; n < change.length; n++) change[n]! -= ofLeft[n]!;
      addHeldBack(ofLeft, highestEnergy * variance, reach, energy, out[side]);
      addHeldBack(change, STRUCTURE_ENERGY * variance, reach, energy, out[side]);
    }
  };
}

/** Adds `change` to `out`: whole where its local energy e is at most `highest` (HU²), times (highest/e)² beyond. */
function addHeldBack(change: Float32Array, highest: number, reach: SliceSmoother, energy: Float32Array, out: Float32Array): void {
  const squares = reach.scratch;
  for (let n = 0; n < change.length; n++) squares[n] = change[n]! * change[n]!;
  smoothSlice(reach, squares, energy);
  for (let n = 0; n < change.length; n++) {
    const share = energy[n]! > highest ? highest / energy[n]! : 1;
    out[n]! += share * share * change[n]!;
  }
}
