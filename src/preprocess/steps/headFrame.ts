import type { Vector3 } from '../../core/affine.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { histogram, otsuThreshold, quantile } from '../../core/statistics.ts';
import type { Shape3 } from '../../core/volume.ts';
import type { HeadBox } from '../workingFrame.ts';
import { HEAD_CENTRE, HEAD_TOP, roundHalfUp, WORKING_SHAPE, WORKING_VOXELS } from '../workingFrame.ts';

/** Where the upper head lies in the 2 mm copy, and the shift that centres it. Plain JSON. */
export type HeadFramePlan = Readonly<{
  box: HeadBox;
  /** Slice of the crown; beyond the copy when the scan cuts the crown off. */
  top: number;
  /** Slices of 2 mm by which the scan ends below the crown, estimated. */
  cutSlices: number;
  /** Otsu's threshold of the copy, scanner units. */
  threshold: number;
  /** Working index = index in the copy + offset. */
  offset: Vector3;
}>;

const SLICE_CM2 = 0.04; // one 2 mm voxel

/**
 * Finds the upper head in a 2 mm copy (RAS order, scanner units, no negatives).
 *
 * @throws CONSTANT if all samples are equal; NO_HEAD if nothing head-sized is in view
 */
export function plan(copy: Float32Array, shape: Shape3): HeadFramePlan {
  const threshold = tissueThreshold(copy);
  const area = tissueArea(copy, shape, 0.6 * threshold);
  const seen = area.findLastIndex((cm2) => cm2 >= 15);
  if (seen < 0) throw new ScanRefusal('NO_HEAD', 'No slice shows 15 cm² of tissue.');
  const cutSlices = slicesAbove(area, seen);
  const top = seen + cutSlices;
  if (cutSlices > 20) {
    throw new ScanRefusal('NO_HEAD', `The scan ends about ${String(2 * cutSlices)} mm below the crown.`);
  }
  const box = upperHeadBox(copy, shape, 0.6 * threshold, [Math.max(0, top - 52), Math.min(shape[2], top - 8)]);
  const offset: Vector3 = [
    Math.floor(HEAD_CENTRE[0] - box.centre[0] + 0.5),
    Math.floor(HEAD_CENTRE[1] - box.centre[1] + 0.5),
    HEAD_TOP - top,
  ];
  return { box, top, cutSlices, threshold, offset };
}

/** The copy moved into the working frame, 0 outside the scan, and where the scan is. @returns new arrays */
export function apply(
  copy: Float32Array,
  shape: Shape3,
  { offset }: HeadFramePlan,
): { samples: Float32Array; inView: Uint8Array } {
  const samples = new Float32Array(WORKING_VOXELS);
  const inView = new Uint8Array(WORKING_VOXELS);
  forEachSharedRow(shape, offset, (inCopy, inFrame, length) => {
    samples.set(copy.subarray(inCopy, inCopy + length), inFrame);
    inView.fill(1, inFrame, inFrame + length);
  });
  return { samples, inView };
}

/** From the working frame back to the copy's own grid; 0 where the copy reaches beyond the frame. */
export function invert(samples: Float32Array, shape: Shape3, { offset }: HeadFramePlan): Float32Array {
  const copy = new Float32Array(shape[0] * shape[1] * shape[2]);
  forEachSharedRow(shape, offset, (inCopy, inFrame, length) => {
    copy.set(samples.subarray(inFrame, inFrame + length), inCopy);
  });
  return copy;
}

function tissueThreshold(copy: Float32Array): number {
  const ceiling = Math.fround(quantile(copy, 0.995));
  const clipped = copy.map((sample) => (sample > ceiling ? ceiling : sample));
  const low = clipped.reduce((a, b) => (b < a ? b : a), Infinity);
  if (!(ceiling > low)) throw new ScanRefusal('CONSTANT', 'At least 99.5 % of the voxels have one value.');
  return otsuThreshold(histogram(clipped, 256, low, ceiling), low, ceiling);
}

/** cm² above `level` in every slice. */
function tissueArea(copy: Float32Array, shape: Shape3, level: number): number[] {
  const perSlice = shape[0] * shape[1];
  return Array.from({ length: shape[2] }, (_, k) => {
    let count = 0;
    for (let o = k * perSlice; o < (k + 1) * perSlice; o++) if (copy[o]! > level) count++;
    return count * SLICE_CM2;
  });
}

/**
 * Slices by which the scan ends below the crown, from the area of its top slice; 0 if the crown is in view.
 * The vault is taken for a half ellipsoid 90 mm high; whole heads have 15 … 45 cm² in their top slice.
 */
function slicesAbove(area: readonly number[], top: number): number {
  const widest = Math.max(...area.slice(Math.max(0, top - 52), top + 1));
  if (area[top]! <= 60) return 0;
  return roundHalfUp(45 * (1 - Math.sqrt(1 - area[top]! / widest)) - 1.3);
}

function upperHeadBox(
  copy: Float32Array,
  [ni, nj]: Shape3,
  level: number,
  [from, to]: readonly [number, number],
): HeadBox {
  const slices = to - from;
  if (slices < 20) {
    throw new ScanRefusal('NO_HEAD', `Only ${String(2 * Math.max(0, slices))} mm of the upper head are in view.`);
  }
  const count = new Uint16Array(ni * nj);
  for (let k = from; k < to; k++) {
    const base = k * ni * nj;
    for (let o = 0; o < ni * nj; o++) if (copy[base + o]! > level) count[o]! += 1;
  }
  const alongX = new Uint16Array(ni);
  const alongY = new Uint16Array(nj);
  count.forEach((inSlices, o) => {
    if (inSlices / slices <= 0.25) return;
    alongX[o % ni]! += 1;
    alongY[Math.floor(o / ni)]! += 1;
  });
  const [x, y] = [extentOf(alongX), extentOf(alongY)];
  const box: HeadBox = { centre: [x.centre, y.centre], halfWidth: [x.half, y.half] };
  if (x.half < 20 || x.half > 55 || y.half < 25 || y.half > 70) {
    const size = `${(4 * x.half).toFixed(0)} × ${(4 * y.half).toFixed(0)} mm`;
    throw new ScanRefusal('NO_HEAD', `The upper head measures ${size}; expected 80–220 × 100–280 mm.`);
  }
  return box;
}

/** First to last index where the head is at least 20 mm wide: a nose, an ear or a head rest is not. */
function extentOf(widths: Uint16Array): { centre: number; half: number } {
  const first = widths.findIndex((width) => width >= 10);
  const last = widths.findLastIndex((width) => width >= 10);
  if (first < 0) throw new ScanRefusal('NO_HEAD', 'There is no tissue below the top slice.');
  return { centre: (first + last) / 2, half: (last - first) / 2 };
}

/** Rows along x that the copy and the frame share: start in the copy, start in the frame, length. */
function forEachSharedRow(
  shape: Shape3,
  offset: Vector3,
  visit: (inCopy: number, inFrame: number, length: number) => void,
): void {
  const from = offset.map((o) => Math.max(0, o));
  const to = offset.map((o, d) => Math.min(WORKING_SHAPE[d]!, shape[d]! + o));
  const length = to[0]! - from[0]!;
  if (length <= 0) return;
  for (let z = from[2]!; z < to[2]!; z++) {
    for (let y = from[1]!; y < to[1]!; y++) {
      const inCopy = ((z - offset[2]) * shape[1] + (y - offset[1])) * shape[0] + (from[0]! - offset[0]);
      visit(inCopy, (z * WORKING_SHAPE[1] + y) * WORKING_SHAPE[0] + from[0]!, length);
    }
  }
}
