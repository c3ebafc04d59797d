import type { HuAnchor } from '../../core/ctRecord.ts';
import { createSquareShifts } from './squareShift.ts';

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

/** Anchors that are judged by the squares that hold them. */
const THIN = ['blood', 'bone'].map((thin) => huAnchors.findIndex(({ id }) => id === thin));

/** Anchor of a voxel inside and outside the body by its whole HU, from LOWEST_HU on; −1 for none. Bounds are whole HU and anchors do not overlap. */
const LOWEST_HU = -1100;
const [INSIDE, OUTSIDE] = [false, true].map((isOutside) => Int8Array.from({ length: 3200 }, (_, n) => {
  const hu = n + LOWEST_HU;
  return huAnchors.findIndex((anchor) => anchor.isOutside === isOutside && hu >= anchor.from && hu < anchor.to);
})) as [Int8Array, Int8Array];

/** Inside a tissue smoothed HU change by less over two pixels; at its rim partial volume is no tissue, and a kernel rightly moves it. */
const FLAT_HU = 40;
/** With fewer voxels an anchor says nothing. */
const LEAST_VOXELS = 200;

/** Sums before and after over the voxels of each anchor; a slice at a time. */
export type AnchorMeter = Readonly<{
  add: (before: Float32Array, after: Float32Array, smoothed: Float32Array, body: Uint8Array) => void;
  result: (limits: Readonly<{ soft: number; hard: number }>) => HuAnchor[];
}>;

/**
 * Anchors are found on the smoothed source, away from edges, so that before and after speak of the same voxels. Bone and vessels with contrast agent are thin: between two kernels of one body
 * their voxels move by up to 126 and 7 HU in truth, and their 10 mm squares by 4 and 2 (decision 0026), so these are what is judged.
 *
 * @param size [I, J] pixels; @param spacing mm along I and J
 */
export function createAnchorMeter(size: readonly [number, number], spacing: readonly [number, number]): AnchorMeter {
  const [width] = size;
  const squares = createSquareShifts(THIN.length, size, spacing);
  const thinOf = huAnchors.map((_, a) => THIN.indexOf(a));
  const sums = new Float64Array(5 * huAnchors.length);
  return {
    add: (before, after, smoothed, body) => {
      // beyond the first and last row there is nothing to compare with
      for (let n = width, end = before.length - width; n < end; n++) {
        const anchorOf = body[n] === 0 ? OUTSIDE : INSIDE;
        const a = anchorOf[Math.min(Math.max(Math.floor(smoothed[n]!) - LOWEST_HU, 0), anchorOf.length - 1)]!;
        if (a < 0 || !(Math.abs(smoothed[n + 1]! - smoothed[n - 1]!) < FLAT_HU && Math.abs(smoothed[n + width]! - smoothed[n - width]!) < FLAT_HU)) continue;
        if (thinOf[a]! >= 0) squares.mark(thinOf[a]!, n);
        const [x, y] = [before[n]!, after[n]!];
        sums[5 * a]! += 1;
        sums[5 * a + 1]! += x;
        sums[5 * a + 2]! += x * x;
        sums[5 * a + 3]! += y;
        sums[5 * a + 4]! += y * y;
      }
      squares.close(before, after);
    },
    result: ({ soft, hard }) => huAnchors.flatMap(({ id, expected, isHard }, a) => {
      const [voxels, x, xx, y, yy] = sums.subarray(5 * a, 5 * a + 5) as unknown as [number, number, number, number, number];
      if (voxels < LEAST_VOXELS) return [];
      return [{ id, expected, voxels, before: moments(voxels, x, xx), after: moments(voxels, y, yy), shift: thinOf[a]! >= 0 ? squares.result(thinOf[a]!) : (y - x) / voxels, limit: isHard ? hard : soft }];
    }),
  };
}

function moments(count: number, sum: number, squares: number): { mean: number; sd: number } {
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
