import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * Peak signal-to-noise ratio over the mask in dB, with a fixed range (1 on the brain scale), never the image's own
 * maximum. Infinity for equal volumes, NaN for an empty mask.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: 10·log10(R²/MSE); why R is fixed: arXiv 2408.06075.
 */
export function psnr(a: Volume, b: Volume, mask: Uint8Array, range = 1): number {
  requireOneGrid('psnr', a, b, mask);
  let [total, count] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    total += (a.samples[voxel]! - b.samples[voxel]!) ** 2;
    count++;
  }
  return 10 * Math.log10((range * range * count) / total);
}
