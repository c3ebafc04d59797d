import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * Mean absolute difference over the mask, in the volumes' unit. NaN for an empty mask.
 *
 * @throws CONCORD_GRID_MISMATCH
 */
export function mae(a: Volume, b: Volume, mask: Uint8Array): number {
  requireOneGrid('mae', a, b, mask);
  let [total, count] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    total += Math.abs(a.samples[voxel]! - b.samples[voxel]!);
    count++;
  }
  return total / count;
}
