import { addPair, correlationOf, emptyPairSums, finiteOrNull } from '../../../core/moments.ts';
import type { SliceStack } from '../../../core/sliceStack.ts';
import { softShare } from '../../../field/huClasses.ts';
import { createRegionMeter } from '../../../metrics/ct/regionShift.ts';
import type { PairedErrors } from '../evaluatePair.ts';
import { SOFT_SHARE, type JudgedSlice } from './ctFeatureMeter.ts';

type Image = Pick<JudgedSlice, 'hu' | 'smoothed'>;

/** What an image kept of the scan it was made of, slice by slice in rising order. Nothing of the slices is kept. */
export type CtPairMeter = Readonly<{ add: (scan: JudgedSlice, made: Image) => void; result: () => Readonly<Record<'gradientCorrelation' | 'huChange' | 'regionShift' | 'regionShiftP99', number | null>> }>;

/** Gradients are those of both slices smoothed by 2 mm, in the plane: of structures, and hardly of grain, which a change of kernel means to change. */
export function createCtPairMeter({ shape: [ni, nj], spacing }: Pick<SliceStack, 'shape' | 'spacing'>): CtPairMeter {
  const sums = emptyPairSums();
  const regions = createRegionMeter([ni, nj], spacing);
  let [voxels, change] = [0, 0];
  const gradient = (plane: Float32Array, n: number): number => {
    const di = (plane[n + 1]! - plane[n - 1]!) / spacing[0];
    const dj = (plane[n + ni]! - plane[n - ni]!) / spacing[1];
    return Math.sqrt(di * di + dj * dj);
  };
  return {
    add: ({ k, hu, smoothed, masks: { weight } }, made) => {
      regions.add(k, hu, made.hu, smoothed, weight);
      for (let j = 1; j < nj - 1; j++) {
        for (let i = 1, n = j * ni + 1; i < ni - 1; i++, n++) {
          if (weight[n] === 0) continue;
          voxels++;
          change += Math.abs(made.hu[n]! - hu[n]!);
          addPair(sums, gradient(smoothed, n), gradient(made.smoothed, n));
        }
      }
    },
    result: () => {
      const [correlation, shifts] = [correlationOf(sums), regions.result()];
      return { gradientCorrelation: finiteOrNull(correlation), huChange: finiteOrNull(change / voxels), regionShift: shifts?.worstClass ?? null, regionShiftP99: shifts?.p99 ?? null };
    },
  };
}

export type CtErrorMeter = Readonly<{ add: (scan: JudgedSlice, made: Float32Array, truth: Float32Array) => void; /** Null without a voxel of soft tissue. */ result: () => PairedErrors | null }>;

/** Mean absolute errors of a scan, and of what was made of it, to the truth: over its body, and over its soft tissue. HU. */
export function createCtErrorMeter(): CtErrorMeter {
  const sums = { body: [0, 0, 0], soft: [0, 0, 0] } satisfies Record<string, [number, number, number]>;
  const add = (sum: number[], before: number, after: number): void => {
    sum[0]! += 1;
    sum[1]! += before;
    sum[2]! += after;
  };
  return {
    add: ({ hu, masks }, made, truth) => {
      for (let n = 0; n < hu.length; n++) {
        if (masks.weight[n] === 0) continue;
        const [before, after] = [Math.abs(hu[n]! - truth[n]!), Math.abs(made[n]! - truth[n]!)];
        add(sums.body, before, after);
        if (softShare(masks, n) >= SOFT_SHARE) add(sums.soft, before, after);
      }
    },
    result: () => {
      const of = ([count, before, after]: number[]): PairedErrors[string] => ({ mae: { before: before! / count!, after: after! / count! } });
      return sums.soft[0] === 0 ? null : { body: of(sums.body), soft: of(sums.soft) };
    },
  };
}
