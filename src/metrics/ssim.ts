import type { Volume } from '../core/volume.ts';
import { filtered, gaussianKernel } from './gaussianFilter.ts';
import { boxAround, boxShape, cropped } from './maskBox.ts';
import { requireOneGrid } from './oneGrid.ts';

/** Gaussian window of sigma 1.5 voxels, 11 voxels wide, normalised (Wang et al. 2004, §III-C). */
const RADIUS = 5;
const kernel = gaussianKernel(1.5, RADIUS);

/** Wang et al. 2004, §III-B: K1 = 0.01, K2 = 0.03. */
const K1 = 0.01;
const K2 = 0.03;

/**
 * Structural similarity in 3-D: the mean of the SSIM map over the mask, with a fixed range (1 on the brain scale).
 * Population covariances; edges mirrored. NaN for an empty mask.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: Wang et al. 2004, eq. 13, windows extended to three dimensions.
 */
export function ssim(a: Volume, b: Volume, mask: Uint8Array, range = 1): number {
  requireOneGrid('ssim', a, b, mask);
  const box = boxAround(mask, a.shape, RADIUS);
  const x = cropped(a.samples, a.shape, box);
  const y = cropped(b.samples, b.shape, box);
  const inside = cropped(mask, a.shape, box);
  const shape = boxShape(box);
  const [meanX, meanY] = [filtered(x, shape, kernel), filtered(y, shape, kernel)];
  const [meanXX, meanYY, meanXY] = [product(x, x), product(y, y), product(x, y)].map((one) => filtered(one, shape, kernel)) as [Float64Array, Float64Array, Float64Array];
  const c1 = (K1 * range) ** 2;
  const c2 = (K2 * range) ** 2;
  let [total, count] = [0, 0];
  for (let voxel = 0; voxel < inside.length; voxel++) {
    if (inside[voxel] !== 1) continue;
    const [mx, my] = [meanX[voxel]!, meanY[voxel]!];
    const varianceX = meanXX[voxel]! - mx * mx;
    const varianceY = meanYY[voxel]! - my * my;
    const covariance = meanXY[voxel]! - mx * my;
    total += ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx * mx + my * my + c1) * (varianceX + varianceY + c2));
    count++;
  }
  return total / count;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, voxel) => value * b[voxel]!);
}
