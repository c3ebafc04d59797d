import { createSmoother, smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';

/** SD of the Gaussian that the guide is smoothed by: which voxels are alike is decided under it. */
export const GUIDE_MM = 1.6;
const TRUNCATE = 3;
/** Guides that differ by so many SDs of their noise, which is no less than what rounding leaves, are alike to one SD of the range weight. */
const RANGE = 0.5;
const LEAST_GRAIN_HU = 0.1;
/** Radius of the window, and SD of its weight. */
const WINDOW_MM = 3.5;
const WINDOW_SD_MM = 2;
/** Of more voxels in the window every second counts, as on a chessboard. */
const MOST_TAPS = 100;
/** The range weight is read from a table, so many steps an SD, and is nothing beyond so many SDs. */
const STEPS = 1024;
const FARTHEST = 5;

/** Voxels of a window: steps along I and J, and weights. */
type Window = Readonly<{ di: Int32Array; dj: Int32Array; weight: Float64Array }>;

/** How a slice is freed of noise along its structures. Plain values, so that they can cross to a thread. */
export type StructureEstimate = Readonly<{ guide: SliceSmoother; window: Window; /** SD of the range weight, HU. */ alike: number }>;

/** @param grain SD in HU of the noise that flat tissue has in the guide; @param size [I, J] pixels; @param spacing mm along I and J */
export function structureEstimate(grain: number, size: readonly [number, number], [si, sj]: readonly [number, number]): StructureEstimate {
  return { guide: createSmoother(size, [GUIDE_MM / si, GUIDE_MM / sj], TRUNCATE), window: windowOf(si, sj), alike: RANGE * Math.max(grain, LEAST_GRAIN_HU) };
}

function windowOf(si: number, sj: number): Window {
  const [ni, nj] = [Math.floor(WINDOW_MM / si), Math.floor(WINDOW_MM / sj)];
  const steps = (n: number): number[] => Array.from({ length: 2 * n + 1 }, (_, at) => at - n);
  const inside = steps(nj).flatMap((dj) => steps(ni).map((di) => ({ di, dj, square: (di * si) ** 2 + (dj * sj) ** 2 }))).filter(({ square }) => square <= WINDOW_MM ** 2);
  const taps = inside.filter(({ di, dj }) => inside.length <= MOST_TAPS || (di + dj) % 2 === 0);
  return {
    di: Int32Array.from(taps, ({ di }) => di), dj: Int32Array.from(taps, ({ dj }) => dj),
    weight: Float64Array.from(taps, ({ square }) => Math.exp((-0.5 * square) / WINDOW_SD_MM ** 2)),
  };
}

/** Fills `left` with what the estimate leaves of a slice, [J, I] in HU; 0 where the weight is 0. */
export type LeaveNoise = (hu: Float32Array, weight: Float32Array, left: Float32Array) => void;

/**
 * The estimate is the mean over a window of the voxels whose guides, the slice under a Gaussian, are alike: neighbours across an edge do not count, so it keeps
 * edges, and one voxel from an edge it is as free of noise as in flat tissue. Voxels beyond the slice do not count either.
 *
 * Source: Petschnigg et al. 2004, Digital photography with flash and no-flash image pairs, eq. 3 (joint bilateral filter).
 */
export function createLeaveNoise({ guide: smoother, window: { di, dj, weight: near }, alike }: StructureEstimate): LeaveNoise {
  const { width, height } = smoother;
  const guide = new Float32Array(width * height);
  const [weights, weighted] = [new Float64Array(width), new Float64Array(width)];
  const table = Float32Array.from({ length: FARTHEST * STEPS + 1 }, (_, step) => Math.exp(-0.5 * (step / STEPS) ** 2));
  const scale = STEPS / alike;

  function addTap(hu: Float32Array, tap: number, row: number, from: number, to: number): void {
    const [step, closeness] = [dj[tap]! * width + di[tap]!, near[tap]!];
    for (let i = Math.max(from, -di[tap]!), end = Math.min(to, width - di[tap]!); i < end; i++) {
      const other = row + i + step;
      const apart = Math.floor(scale * Math.abs(guide[other]! - guide[row + i]!) + 0.5);
      if (apart >= table.length) continue;
      const likeness = closeness * table[apart]!;
      weights[i]! += likeness;
      weighted[i]! += likeness * hu[other]!;
    }
  }

  return (hu, weight, left) => {
    smoothSlice(smoother, hu, guide);
    left.fill(0);
    for (let j = 0; j < height; j++) {
      const row = j * width;
      let [from, to] = [0, width];
      while (from < to && weight[row + from] === 0) from++;
      while (to > from && weight[row + to - 1] === 0) to--;
      if (from === to) continue;
      weights.fill(0);
      weighted.fill(0);
      for (let tap = 0; tap < near.length; tap++) if (j + dj[tap]! >= 0 && j + dj[tap]! < height) addTap(hu, tap, row, from, to);
      for (let i = from; i < to; i++) if (weight[row + i]! > 0) left[row + i] = hu[row + i]! - weighted[i]! / weights[i]!;
    }
  };
}
