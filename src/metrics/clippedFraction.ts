import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * Share of the mask’s voxels that were above 0 before and are at or below 0 after: their value is lost.
 *
 * @throws CONCORD_GRID_MISMATCH
 */
export function clippedFraction(source: Volume, harmonized: Volume, mask: Uint8Array): number {
  requireOneGrid('clippedFraction', source, harmonized, mask);
  let [clipped, inside] = [0, 0];
  for (let voxel = 0; voxel < source.samples.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    inside++;
    if (source.samples[voxel]! > 0 && harmonized.samples[voxel]! <= 0) clipped++;
  }
  return clipped / inside;
}
