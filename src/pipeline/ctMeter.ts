import type { CtProtocol } from '../config/protocol.ts';
import type { HuAnchor } from '../core/ctRecord.ts';
import type { GainScan } from '../field/gainStatistics.ts';
import { softShare } from '../field/huClasses.ts';
import type { ChangedSlice } from '../field/slicePairs.ts';
import { createAnchorMeter } from '../metrics/ct/anchors.ts';
import { createLungMeter } from '../metrics/ct/lungDensity.ts';
import type { LungDensity } from '../metrics/ct/lungDensity.ts';
import { createRegionMeter } from '../metrics/ct/regionShift.ts';
import type { RegionShifts } from '../metrics/ct/regionShift.ts';

/** What was measured between a CT and what became of it, over all slices. */
export type CtChange = Readonly<{
  anchors: readonly HuAnchor[];
  regions: RegionShifts | undefined;
  lung: Readonly<{ source: LungDensity | undefined; harmonized: LungDensity | undefined }>;
  /** Mean |ΔHU| over the body, and the largest of a voxel that is soft tissue by at least 99 %. */
  meanChange: number;
  softChange: number;
  /** Voxels outside the body, in padding or in metal whose value changed. */
  changedOutside: number;
  /** Share of body voxels stopped at an end of the HU range. */
  clippedFraction: number;
}>;

/** A voxel counts as soft tissue from this membership on; what is left of it is not capped. */
const SOFT_SHARE = 0.99;

export type CtMeter = Readonly<{ add: (slice: ChangedSlice) => void; result: (gates: CtProtocol['gates']) => CtChange }>;

/** Slices come in rising order; nothing of them is kept. */
export function createCtMeter({ stack }: GainScan): CtMeter {
  const [ni, nj] = stack.shape;
  const anchors = createAnchorMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
  const lung = { source: createLungMeter(), harmonized: createLungMeter() };
  const regions = createRegionMeter([ni, nj], stack.spacing);
  let [changed, voxels, softChange, changedOutside, clipped] = [0, 0, 0, 0, 0];
  return {
    add: (slice) => {
      const { k, before, after, body, parts } = slice;
      anchors.add(before, after, parts.smoothed, body);
      lung.source.add(before, parts.smoothed, body);
      lung.harmonized.add(after, parts.smoothed, body);
      regions.add(k, before, after, parts.smoothed, parts.weight);
      clipped += slice.clipped;
      for (let n = 0; n < before.length; n++) {
        const change = Math.abs(after[n]! - before[n]!);
        if (parts.weight[n] === 0) {
          if (change > 0) changedOutside++;
          continue;
        }
        voxels++;
        changed += change;
        if (change > softChange && softShare(parts, n) >= SOFT_SHARE) softChange = change;
      }
    },
    result: ({ softAnchorHu, hardAnchorHu }) => ({
      anchors: anchors.result({ soft: softAnchorHu, hard: hardAnchorHu }),
      regions: regions.result(),
      lung: { source: lung.source.result(), harmonized: lung.harmonized.result() },
      meanChange: changed / voxels, softChange, changedOutside, clippedFraction: clipped / voxels,
    }),
  };
}
