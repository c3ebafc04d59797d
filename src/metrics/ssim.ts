import type { Shape3, Volume } from '../core/volume.ts';
import { filtered, gaussianKernel } from './gaussianFilter.ts';
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
  const box = boxAround(mask, a.shape);
  const x = cropped(a.samples, a.shape, box);
  const y = cropped(b.samples, b.shape, box);
  const inside = cropped(mask, a.shape, box);
  const shape: Shape3 = [box[0][1] - box[0][0], box[1][1] - box[1][0], box[2][1] - box[2][0]];
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

type Box = readonly [readonly [number, number], readonly [number, number], readonly [number, number]];

/** The mask's bounding box, wider by the window's radius where the volume allows: outside it nothing matters. */
function boxAround(mask: Uint8Array, shape: Shape3): Box {
  const low = [...shape];
  const high = [0, 0, 0];
  const extend = (axis: number, index: number): void => {
    if (index < low[axis]!) low[axis] = index;
    if (index >= high[axis]!) high[axis] = index + 1;
  };
  for (let k = 0, voxel = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, voxel++) {
        if (mask[voxel] !== 1) continue;
        extend(0, i);
        extend(1, j);
        extend(2, k);
      }
    }
  }
  const widened = (axis: 0 | 1 | 2): readonly [number, number] => [
    Math.max(0, Math.min(low[axis]!, high[axis]!) - RADIUS),
    Math.min(shape[axis], high[axis]! + RADIUS),
  ];
  return [widened(0), widened(1), widened(2)];
}

function cropped(samples: ArrayLike<number>, shape: Shape3, [[i0, i1], [j0, j1], [k0, k1]]: Box): Float64Array {
  const out = new Float64Array((i1 - i0) * (j1 - j0) * (k1 - k0));
  for (let k = k0, voxel = 0; k < k1; k++) {
    for (let j = j0; j < j1; j++) {
      for (let i = i0; i < i1; i++) out[voxel++] = samples[i + shape[0] * (j + shape[1] * k)]!;
    }
  }
  return out;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, voxel) => value * b[voxel]!);
}
