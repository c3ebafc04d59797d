import { spacingOf } from './affine.ts';
import type { Vector3 } from './affine.ts';
import { axisMapToRas, permutedShape } from './axes.ts';
import type { Shape3, Volume } from './volume.ts';

/**
 * A volume as planes in the voxel order closest to RAS, without a second copy of it: plane k is read from and written
 * to the samples where they lie, in the file's own order.
 */
export type SliceStack = Readonly<{
  /** [I, J, K] in RAS order; a plane holds I·J values, I fastest. */
  shape: Shape3;
  /** Distances of voxels along I, J, K in mm. */
  spacing: Vector3;
  samples: Float32Array;
  /** Index of the first voxel in `samples`, and the steps along I, J, K. */
  start: number;
  steps: Vector3;
}>;

/** @throws MALFORMED if the affine is singular */
export function sliceStackOf({ affine, shape, samples }: Volume): SliceStack {
  const map = axisMapToRas(affine);
  const strides = [1, shape[0], shape[0] * shape[1]];
  const steps = map.axes.map((axis, d) => (map.flips[d] ? -strides[axis]! : strides[axis]!));
  const start = map.axes.reduce<number>((sum, axis, d) => sum + (map.flips[d] ? (shape[axis] - 1) * strides[axis]! : 0), 0);
  const spacing = spacingOf(affine);
  return {
    shape: permutedShape(shape, map),
    spacing: [spacing[map.axes[0]], spacing[map.axes[1]], spacing[map.axes[2]]],
    samples, start,
    steps: [steps[0]!, steps[1]!, steps[2]!],
  };
}

/** Plane k → `out`, which it fills. */
export function readSlice({ shape, samples, start, steps }: SliceStack, k: number, out: Float32Array): void {
  const [si, sj, sk] = steps;
  let o = 0;
  for (let j = 0; j < shape[1]; j++) {
    let from = start + k * sk + j * sj;
    for (let i = 0; i < shape[0]; i++, from += si) out[o++] = samples[from]!;
  }
}

/** `plane` → plane k; modifies the samples. */
export function writeSlice({ shape, samples, start, steps }: SliceStack, k: number, plane: Float32Array): void {
  const [si, sj, sk] = steps;
  let o = 0;
  for (let j = 0; j < shape[1]; j++) {
    let to = start + k * sk + j * sj;
    for (let i = 0; i < shape[0]; i++, to += si) samples[to] = plane[o++]!;
  }
}

/** At most `most` evenly spaced planes of `count`: the middles of equal parts. */
export function evenlySpaced(count: number, most: number): number[] {
  const used = Math.min(count, most);
  return Array.from({ length: used }, (_, n) => Math.floor(((n + 0.5) * count) / used));
}
