import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * What a second pass still changes: RMS over the mask of H(H(x)) − H(x), relative to the RMS of the first pass's change
 * H(x) − x. 0 for a method that is done after once, 1 for one that moves on as far. NaN where the first pass did nothing.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: validation.md §5, idempotence.
 */
export function idempotence(source: Volume, once: Volume, twice: Volume, mask: Uint8Array): number {
  requireOneGrid('idempotence', source, once, mask);
  requireOneGrid('idempotence', once, twice, mask);
  let [first, second] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    first += (once.samples[voxel]! - source.samples[voxel]!) ** 2;
    second += (twice.samples[voxel]! - once.samples[voxel]!) ** 2;
  }
  return first > 0 ? Math.sqrt(second / first) : NaN;
}
