import { affineOf, applyAffine } from '../../core/affine.ts';
import type { Shape3 } from '../../core/volume.ts';
import type { FeatureScan } from './featureEntry.ts';

/** Blocks that the wavelets of the embedding look at begin at multiples of this, cropped or not. */
const ALIGNMENT = 8;

/** The part of a scan around its brain, one voxel or more wider: a quarter of the voxels. An empty brain gives one block. */
export function brainBox({ working, brain, head, inView }: FeatureScan): FeatureScan {
  const { shape } = working;
  const [low, high] = extentOf(brain, shape);
  const from = low.map((first) => Math.max(0, Math.floor((first - 1) / ALIGNMENT) * ALIGNMENT));
  const to = high.map((last, axis) => Math.min(shape[axis]!, Math.ceil((last + 2) / ALIGNMENT) * ALIGNMENT));
  const size = to.map((end, axis) => Math.max(ALIGNMENT, end - from[axis]!)) as [number, number, number];
  const origin = applyAffine(working.affine, from as [number, number, number]);
  const affine = affineOf(working.affine.rows.map((row, r) => [row[0]!, row[1]!, row[2]!, origin[r]!]));
  const crop = <A extends Float32Array | Uint8Array>(source: A, target: A): A => cropInto(source, shape, from, target, size);
  const mask = (source: Uint8Array): Uint8Array => crop(source, new Uint8Array(size[0] * size[1] * size[2]));
  const samples = crop(working.samples, new Float32Array(size[0] * size[1] * size[2]));
  return { working: { scale: 'model', shape: size, samples, affine }, brain: mask(brain), head: mask(head), inView: mask(inView) };
}

function cropInto<A extends Float32Array | Uint8Array>(source: A, shape: Shape3, from: readonly number[], target: A, size: Shape3): A {
  for (let k = 0, at = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++, at += size[0]) {
      const row = from[0]! + shape[0] * (j + from[1]! + shape[1] * (k + from[2]!));
      target.set(source.subarray(row, row + size[0]), at);
    }
  }
  return target;
}

/** First and last index of the mask along each axis; an empty mask ends before it begins. */
function extentOf(mask: Uint8Array, [columns, rows, slices]: Shape3): [number[], number[]] {
  const [low, high] = [[columns, rows, slices], [0, 0, 0]];
  for (let k = 0, voxel = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++, voxel++) {
        if (mask[voxel] !== 1) continue;
        if (i < low[0]!) low[0] = i;
        if (i > high[0]!) high[0] = i;
        if (j < low[1]!) low[1] = j;
        if (j > high[1]!) high[1] = j;
        if (k < low[2]!) low[2] = k;
        if (k > high[2]!) high[2] = k;
      }
    }
  }
  return low[0]! > high[0]! ? [[0, 0, 0], [0, 0, 0]] : [low, high];
}
