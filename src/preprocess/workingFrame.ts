import type { Shape3 } from '../core/volume.ts';

/** The grid the networks know: a head-centred box of 192 × 240 × 192 mm. */
export const WORKING_SHAPE: Shape3 = [96, 120, 96];
export const WORKING_SPACING_MM = 2;
export const WORKING_VOXELS = WORKING_SHAPE[0] * WORKING_SHAPE[1] * WORKING_SHAPE[2];

/** Working indices: the middle of the upper head along x and y, its top slice along z. */
export const HEAD_CENTRE = [47.5, 59.5] as const;
export const HEAD_TOP = 90;

/** The bounding box of the upper head, in 2 mm voxels: centre and half-widths along x and y. */
export type HeadBox = Readonly<{
  centre: readonly [number, number];
  halfWidth: readonly [number, number];
}>;

/** Semi-axes and centre of the brain ellipsoid in working voxels; z is counted from the top of the head. */
export type BrainEllipsoid = Readonly<{
  centre: readonly [number, number, number];
  semiAxes: readonly [number, number, number];
}>;

/** The central ellipsoid that lies inside almost every brain: 0.8 of the head's box, 54 mm up and down. */
export function brainEllipsoid(box: HeadBox): BrainEllipsoid {
  return {
    centre: [HEAD_CENTRE[0], HEAD_CENTRE[1], 56],
    semiAxes: [0.8 * box.halfWidth[0], 0.8 * box.halfWidth[1], 27],
  };
}

/** 1 for working voxels strictly inside the ellipsoid. Shape: WORKING_SHAPE, x fastest. */
export function ellipsoidMask({ centre, semiAxes }: BrainEllipsoid): Uint8Array {
  const mask = new Uint8Array(WORKING_VOXELS);
  const [nx, ny, nz] = WORKING_SHAPE;
  let o = 0;
  for (let z = 0; z < nz; z++) {
    const dz = ((z - centre[2]) / semiAxes[2]) ** 2;
    for (let y = 0; y < ny; y++) {
      const dyz = ((y - centre[1]) / semiAxes[1]) ** 2 + dz;
      for (let x = 0; x < nx; x++, o++) {
        if (((x - centre[0]) / semiAxes[0]) ** 2 + dyz < 1) mask[o] = 1;
      }
    }
  }
  return mask;
}

/** The same ellipsoid, larger or smaller about its centre. */
export function scaledEllipsoid({ centre, semiAxes: [x, y, z] }: BrainEllipsoid, factor: number): BrainEllipsoid {
  return { centre, semiAxes: [factor * x, factor * y, factor * z] };
}

/** Nearest integer, ties up. The margin lets float32 spacings agree: 62.499996 voxels are 62.5, so 63. */
export function roundHalfUp(x: number): number {
  return Math.floor(x + 0.5 + 1e-4);
}
