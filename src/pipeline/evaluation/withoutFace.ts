import { spacingOf } from '../../core/affine.ts';
import type { Volume } from '../../core/volume.ts';
import { distanceToNearest } from '../../metrics/distanceTransform.ts';

/** What lies farther in front of the brain than skull and scalp are thick belongs to the face. */
const REACH_MM = 12;

/**
 * The volume with 0 for all that lies farther from the brain than skull and scalp reach, so that no eyes and no nose are
 * drawn of a head that is tilted back, whichever slices are shown (operations.md P-33).
 */
export function withoutFace(volume: Volume<'model'>, brain: Uint8Array): Volume<'model'> {
  const distance = distanceToNearest(brain, volume.shape, spacingOf(volume.affine));
  return { ...volume, samples: volume.samples.map((value, voxel) => (distance[voxel]! <= REACH_MM ? value : 0)) };
}
