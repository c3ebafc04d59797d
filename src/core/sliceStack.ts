import { spacingOf } from './affine.ts';
import type { Vector3 } from './affine.ts';
import { axisMapToRas, permutedShape } from './axes.ts';
import { acrossPlanes } from './acrossPlanes.ts';
import { alongPlanes } from './alongPlanes.ts';
import { sliced } from './planes.ts';
import type { Planes, SlicedVolume } from './planes.ts';
import type { Shape3, Volume } from './volume.ts';

/**
 * A volume as planes in the voxel order closest to RAS, without a second copy of it: plane k is read from and written
 * to where the samples lie, in the file's own order.
 */
export type SliceStack = Planes & Readonly<{
  /** [I, J, K] in RAS order; a plane holds I·J values, I fastest. */
  shape: Shape3;
  /** Distances of voxels along I, J, K in mm. */
  spacing: Vector3;
  /** Whether later planes may be read before earlier ones are written, at no cost. */
  readsAhead: boolean;
  /** What was written is in the volume from here on. */
  flush: () => void;
}>;

/** @throws MALFORMED if the affine is singular */
export function sliceStackOf(given: Volume | SlicedVolume): SliceStack {
  const volume = sliced(given);
  const map = axisMapToRas(volume.affine);
  const spacing = spacingOf(volume.affine);
  const isAlong = map.axes[2] === 2;
  const planes = isAlong ? alongPlanes(volume, map) : acrossPlanes(volume, map);
  return {
    shape: permutedShape(volume.shape, map),
    spacing: [spacing[map.axes[0]], spacing[map.axes[1]], spacing[map.axes[2]]],
    // a slab is held at a time there
    readsAhead: isAlong,
    ...planes,
  };
}

/** At most `most` evenly spaced planes of `count`: the middles of equal parts. */
export function evenlySpaced(count: number, most: number): number[] {
  const used = Math.min(count, most);
  return Array.from({ length: used }, (_, n) => Math.floor(((n + 0.5) * count) / used));
}
