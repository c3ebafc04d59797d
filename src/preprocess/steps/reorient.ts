import type { AxisMap } from '../../core/axes.ts';
import {
  axisMapToRas,
  inverseAxisMap,
  permutedAffine,
  permutedShape,
  permuteVoxels,
} from '../../core/axes.ts';
import type { Affine } from '../../core/affine.ts';
import { affineOf } from '../../core/affine.ts';
import type { IntensityScale, Shape3, Volume } from '../../core/volume.ts';

/** The way to RAS order and the geometry to come back to. Plain JSON. */
export type ReorientPlan = AxisMap & Readonly<{ shape: Shape3; affine: Affine['rows'] }>;

export function plan(volume: Volume): ReorientPlan {
  return { ...axisMapToRas(volume.affine), shape: volume.shape, affine: volume.affine.rows };
}

/** The voxels in the order closest to RAS, each at its place in the world. @returns new samples */
export function apply<S extends IntensityScale>(volume: Volume<S>, map: ReorientPlan): Volume<S> {
  return {
    scale: volume.scale,
    shape: permutedShape(volume.shape, map),
    samples: permuteVoxels(volume.samples, volume.shape, map),
    affine: permutedAffine(volume.affine, volume.shape, map),
  };
}

/** Back to the order of the file; the affine is the recorded one, to the last bit. @returns new samples */
export function invert<S extends IntensityScale>(volume: Volume<S>, map: ReorientPlan): Volume<S> {
  return {
    scale: volume.scale,
    shape: map.shape,
    samples: permuteVoxels(volume.samples, volume.shape, inverseAxisMap(map)),
    affine: affineOf(map.affine),
  };
}
