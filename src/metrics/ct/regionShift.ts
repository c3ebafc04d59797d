import { quantile } from '../../core/statistics.ts';

/** Edge of a region in mm, and the spread of smoothed HU within which it is homogeneous. */
const REGION_MM = 10;
const HOMOGENEOUS_SD = 25;

/** Mean shifts of homogeneous 10 mm regions wholly inside the body, HU. */
export type RegionShifts = Readonly<{
  count: number;
  /**
   * The mean shift over the regions of the most shifted HU class (lung, fat, soft tissue, bone), less two of its own standard
   * errors: what a handful of noisy regions shows by chance is no shift. Lung and bone count a third.
   */
  worstClass: number;
  /** Median and 99th percentile of the absolute shift of single regions: noise of a few voxels included. */
  median: number;
  p99: number;
}>;

export type RegionMeter = Readonly<{
  add: (k: number, before: Float32Array, after: Float32Array, smoothed: Float32Array, weight: Float32Array) => void;
  result: () => RegionShifts | undefined;
}>;

/** Classes in rising HU, and what their shifts are divided by: a kernel itself moves lung and bone (B40f to B70f: lung 2.4, fat 0.6, soft tissue 0.1 HU). */
const CLASSES = [{ end: -400, share: 3 }, { end: -10, share: 1 }, { end: 200, share: 1 }, { end: Infinity, share: 3 }] as const;
const LEAST_REGIONS = 20;
const STANDARD_ERRORS = 2;

/** Slices come in rising order; one slab of regions is held at a time. */
export function createRegionMeter([ni, nj]: readonly [number, number], [si, sj, sk]: readonly [number, number, number]): RegionMeter {
  const edge = (spacing: number): number => Math.max(1, Math.round(REGION_MM / spacing));
  const [ei, ej, ek] = [edge(si), edge(sj), edge(sk)];
  const [wide, high] = [Math.floor(ni / ei), Math.floor(nj / ej)];
  const sums = Array.from({ length: 4 }, () => new Float64Array(wide * high)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const shifts: number[] = [];
  const classes: number[] = [];
  let slab = 0;
  const close = (): void => {
    const [inside, change, level, squares] = sums;
    for (let r = 0; r < inside.length; r++) {
      const voxels = inside[r]!;
      const mean = level[r]! / voxels;
      // only whole regions: one voxel outside the body, or a cut slab, leaves it out
      if (voxels === ei * ej * ek && Math.sqrt(Math.max(0, squares[r]! / voxels - mean * mean)) < HOMOGENEOUS_SD) {
        shifts.push(change[r]! / voxels);
        classes.push(CLASSES.findIndex(({ end }) => mean < end));
      }
    }
    for (const sum of sums) sum.fill(0);
  };
  return {
    add: (k, before, after, smoothed, weight) => {
      if (Math.floor(k / ek) !== slab) {
        close();
        slab = Math.floor(k / ek);
      }
      for (let j = 0; j < high * ej; j++) {
        const row = Math.floor(j / ej) * wide;
        for (let i = 0, n = j * ni; i < wide * ei; i++, n++) {
          if (weight[n] === 0) continue;
          const r = row + Math.floor(i / ei);
          sums[0][r]! += 1;
          sums[1][r]! += after[n]! - before[n]!;
          sums[2][r]! += smoothed[n]!;
          sums[3][r]! += smoothed[n]! * smoothed[n]!;
        }
      }
    },
    result: () => {
      close();
      if (shifts.length < LEAST_REGIONS) return undefined;
      const means = CLASSES.map(({ share }, c) => ({ share, of: shifts.filter((_shift, n) => classes[n] === c) }))
        .filter(({ of }) => of.length >= LEAST_REGIONS).map(({ share, of }) => certainShift(of) / share);
      const sizes = Float64Array.from(shifts, Math.abs);
      return { count: shifts.length, worstClass: Math.max(0, ...means), median: quantile(sizes, 0.5), p99: quantile(sizes, 0.99) };
    },
  };
}

/** |mean| beyond what its standard error explains, HU. */
function certainShift(shifts: readonly number[]): number {
  const mean = shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length;
  const variance = shifts.reduce((sum, shift) => sum + (shift - mean) ** 2, 0) / (shifts.length - 1);
  return Math.max(0, Math.abs(mean) - STANDARD_ERRORS * Math.sqrt(variance / shifts.length));
}
