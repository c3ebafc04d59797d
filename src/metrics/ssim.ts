import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';
import { similarityOf, windowed } from './structuralSimilarity.ts';

/**
 * Structural similarity in 3-D: the mean of the SSIM map over the mask, with a fixed range (1 on the brain scale).
 * NaN for an empty mask.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: Wang et al. 2004, eq. 13, windows extended to three dimensions.
 */
export function ssim(a: Volume, b: Volume, mask: Uint8Array, range = 1): number {
  requireOneGrid('ssim', a, b, mask);
  return similarityOf(windowed(a.samples, a.shape, mask), windowed(b.samples, b.shape, mask), range).ssim;
}
