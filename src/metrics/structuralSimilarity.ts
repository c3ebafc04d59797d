import type { Shape3 } from '../core/volume.ts';
import { filtered, gaussianKernel } from './gaussianFilter.ts';
import { boxAround, boxShape, cropped } from './maskBox.ts';

/** Gaussian window of sigma 1.5 voxels, 11 voxels wide, normalised (Wang et al. 2004, §III-C). */
const RADIUS = 5;
const kernel = gaussianKernel(1.5, RADIUS);
/** Wang et al. 2004, §III-B. */
const [K1, K2] = [0.01, 0.03];

/** Means over the mask of the luminance term, of the contrast · structure term, and of their product: the SSIM. */
export type Similarity = Readonly<{ luminance: number; structure: number; ssim: number }>;

/** One of two scans, ready to be compared: its box around the mask, and what windows see of it alone. */
export type Windowed = Readonly<{ shape: Shape3; inside: Float64Array; values: Float64Array; means: Float64Array; squares: Float64Array }>;

/** @param mask weights; voxels of at least one half count */
export function windowed(samples: ArrayLike<number>, shape: Shape3, mask: ArrayLike<number>): Windowed {
  const box = boxAround(mask, shape, RADIUS);
  const values = cropped(samples, shape, box);
  const size = boxShape(box);
  return { shape: size, inside: cropped(mask, shape, box), values, means: filtered(values, size, kernel), squares: filtered(product(values, values), size, kernel) };
}

/**
 * Structural similarity of two scans under one mask, by Gaussian windows in three dimensions. Population covariances;
 * edges mirrored; NaN for an empty mask. Source: Wang et al. 2004, eqs. 6, 9, 10 with C3 = C2/2.
 */
export function similarityOf(a: Windowed, b: Windowed, range: number): Similarity {
  const products = filtered(product(a.values, b.values), a.shape, kernel);
  const [c1, c2] = [(K1 * range) ** 2, (K2 * range) ** 2];
  let [luminance, structure, ssim, count] = [0, 0, 0, 0];
  for (let voxel = 0; voxel < products.length; voxel++) {
    if (!(a.inside[voxel]! >= 0.5)) continue;
    const [p, q] = [a.means[voxel]!, b.means[voxel]!];
    const ofMeans = (2 * p * q + c1) / (p * p + q * q + c1);
    const ofRest = (2 * (products[voxel]! - p * q) + c2) / (a.squares[voxel]! - p * p + b.squares[voxel]! - q * q + c2);
    luminance += ofMeans;
    structure += ofRest;
    ssim += ofMeans * ofRest;
    count++;
  }
  return { luminance: luminance / count, structure: structure / count, ssim: ssim / count };
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let voxel = 0; voxel < out.length; voxel++) out[voxel] = a[voxel]! * b[voxel]!;
  return out;
}
