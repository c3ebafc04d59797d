import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * Change from slice to slice, harmonized over source, of the axis where this is farthest from 1: mean |x[k + 1] − x[k]|
 * over neighbours in the mask, both scaled by their own mean |x|. A method that works slice by slice flickers: above 1
 * across its slices. NaN for a flat source.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: validation.md §5, 3-D consistency.
 */
export function sliceConsistency(source: Volume, harmonized: Volume, mask: Uint8Array): number {
  requireOneGrid('sliceConsistency', source, harmonized, mask);
  const ratios = [1, source.shape[0], source.shape[0] * source.shape[1]].map(
    (step) => roughness(harmonized.samples, mask, step) / roughness(source.samples, mask, step),
  );
  return ratios.reduce((worst, ratio) => (Math.abs(Math.log(ratio)) > Math.abs(Math.log(worst)) ? ratio : worst));
}

/** Neighbours across a border of the volume are not neighbours in a mask that never touches it. */
function roughness(samples: Float32Array, mask: Uint8Array, step: number): number {
  let [change, size, count] = [0, 0, 0];
  for (let voxel = 0; voxel < samples.length - step; voxel++) {
    if (mask[voxel] !== 1 || mask[voxel + step] !== 1) continue;
    change += Math.abs(samples[voxel + step]! - samples[voxel]!);
    size += Math.abs(samples[voxel]!);
    count++;
  }
  return count === 0 ? NaN : change / size;
}
