import type { HuAnchor } from '../../core/ctRecord.ts';

/** A tissue known by its smoothed HU, and how far its mean may move (dicom.md §5). `isOutside`: outside the body. */
type Anchor = Readonly<{ id: HuAnchor['id']; expected: string; from: number; to: number; isOutside: boolean; isHard: boolean }>;

export const huAnchors: readonly Anchor[] = [
  { id: 'air', expected: 'about −1000', from: -Infinity, to: -900, isOutside: true, isHard: false },
  { id: 'lung', expected: '−950 to −600', from: -980, to: -600, isOutside: false, isHard: true },
  { id: 'fat', expected: '−120 to −80', from: -120, to: -80, isOutside: false, isHard: false },
  { id: 'fluid', expected: '0 ± 5', from: -10, to: 10, isOutside: false, isHard: false },
  { id: 'muscle', expected: '30 to 70', from: 30, to: 70, isOutside: false, isHard: false },
  { id: 'blood', expected: '120 to 300 with contrast agent', from: 120, to: 300, isOutside: false, isHard: false },
  { id: 'bone', expected: 'above 300', from: 300, to: 2000, isOutside: false, isHard: true },
];

/** Inside a tissue smoothed HU change by less over two pixels; at its rim partial volume is no tissue, and a kernel rightly moves it. */
const FLAT_HU = 40;
/** Bone's limit is so many times the hard one: in truth the bone of one chest moves by 25 HU between B40f and B70f, soft tissue by 0.5. */
const BONE_LIMITS = 3;
/** With fewer voxels an anchor says nothing. */
const LEAST_VOXELS = 200;

/** Sums before and after over the voxels of each anchor; a slice at a time. */
export type AnchorMeter = Readonly<{
  add: (before: Float32Array, after: Float32Array, smoothed: Float32Array, body: Uint8Array) => void;
  result: (limits: Readonly<{ soft: number; hard: number }>) => HuAnchor[];
}>;

/** Anchors are found on the smoothed source, away from edges, so that before and after speak of the same voxels. @param width pixels of a row */
export function createAnchorMeter(width: number): AnchorMeter {
  const sums = huAnchors.map(() => new Float64Array(5));
  return {
    add: (before, after, smoothed, body) => {
      for (let n = 0; n < before.length; n++) {
        const hu = smoothed[n]!;
        // beyond the first and last row there is nothing to compare with, and the comparison fails
        const isFlat = Math.abs(smoothed[n + 1]! - smoothed[n - 1]!) < FLAT_HU && Math.abs(smoothed[n + width]! - smoothed[n - width]!) < FLAT_HU;
        if (!isFlat) continue;
        const isOutside = body[n] === 0;
        for (let a = 0; a < huAnchors.length; a++) {
          const anchor = huAnchors[a]!;
          if (anchor.isOutside !== isOutside || hu < anchor.from || hu >= anchor.to) continue;
          const sum = sums[a]!;
          const [x, y] = [before[n]!, after[n]!];
          sum[0]! += 1;
          sum[1]! += x;
          sum[2]! += x * x;
          sum[3]! += y;
          sum[4]! += y * y;
        }
      }
    },
    result: ({ soft, hard }) => huAnchors.flatMap(({ id, expected, isHard }, a) => {
      const [voxels, x, xx, y, yy] = sums[a]! as unknown as [number, number, number, number, number];
      if (voxels < LEAST_VOXELS) return [];
      return [{ id, expected, voxels, before: moments(voxels, x, xx), after: moments(voxels, y, yy), limit: id === 'bone' ? BONE_LIMITS * hard : isHard ? hard : soft }];
    }),
  };
}

function moments(count: number, sum: number, squares: number): { mean: number; sd: number } {
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
