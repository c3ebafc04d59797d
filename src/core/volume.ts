import type { Affine } from './affine.ts';

/** `scanner`: as stored, after rescale. `model`: brain p90 = 0.7 for MR. Mixing them ruins a scan, so the type tells. */
export type IntensityScale = 'scanner' | 'model';
export type Shape3 = readonly [number, number, number];

export type Volume<S extends IntensityScale = IntensityScale> = Readonly<{
  scale: S;
  /** [I, J, K] voxels, I fastest in `samples`. */
  shape: Shape3;
  samples: Float32Array;
  /** Voxel index → RAS+ mm. */
  affine: Affine;
}>;

export function voxelCount(shape: Shape3): number {
  return shape[0] * shape[1] * shape[2];
}

export function isSameShape(a: Shape3, b: Shape3): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}
