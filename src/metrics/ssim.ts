import type { Shape3, Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/** Gaussian window of sigma 1.5 voxels, 11 voxels wide, normalised (Wang et al. 2004, §III-C). */
const RADIUS = 5;
const kernel = gaussianKernel(1.5);

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
  const [meanX, meanY, meanXX, meanYY, meanXY] = [x, y, product(x, x), product(y, y), product(x, y)].map((v) => blurred(v, shape)) as [
    Float64Array, Float64Array, Float64Array, Float64Array, Float64Array,
  ];
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
  for (let k = 0, voxel = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, voxel++) {
        if (mask[voxel] !== 1) continue;
        [i, j, k].forEach((index, axis) => {
          low[axis] = Math.min(low[axis]!, index);
          high[axis] = Math.max(high[axis]!, index + 1);
        });
      }
    }
  }
  return [0, 1, 2].map((axis) => [
    Math.max(0, Math.min(low[axis]!, high[axis]!) - RADIUS),
    Math.min(shape[axis]!, high[axis]! + RADIUS),
  ]) as unknown as Box;
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

/** Separable Gaussian; beyond an edge the samples are mirrored, the edge sample repeated (d c b a | a b c d). */
function blurred(samples: Float64Array, shape: Shape3): Float64Array {
  let current = samples;
  [1, shape[0], shape[0] * shape[1]].forEach((step, axis) => {
    const length = shape[axis]!;
    const out = new Float64Array(current.length);
    for (let voxel = 0; voxel < current.length; voxel++) {
      const position = Math.floor(voxel / step) % length;
      let total = 0;
      if (position >= RADIUS && position < length - RADIUS) {
        for (let tap = -RADIUS; tap <= RADIUS; tap++) total += kernel[tap + RADIUS]! * current[voxel + tap * step]!;
      } else {
        for (let tap = -RADIUS; tap <= RADIUS; tap++) {
          total += kernel[tap + RADIUS]! * current[voxel + (mirrored(position + tap, length) - position) * step]!;
        }
      }
      out[voxel] = total;
    }
    current = out;
  });
  return current;
}

function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}

function gaussianKernel(sigma: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, tap) => Math.exp(-((tap - RADIUS) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
