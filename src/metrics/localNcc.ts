import type { Shape3, Volume } from '../core/volume.ts';
import { boxAround, croppedMask, croppedVolume } from './maskBox.ts';
import { requireOneGrid } from './oneGrid.ts';

/** 9³ voxels around each one. */
const RADIUS = 4;
/** A window whose SD is below this share of the mask's own is flat: it says nothing of anatomy. */
const LEAST_SD = 1e-3;

/**
 * Mean over the mask of the correlation within windows of 9³ voxels: whether anatomy agrees place by place, whatever
 * the local contrast. Windows are cut at the volume's border; flat ones are left out. NaN where all are flat.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: local normalised cross-correlation, Avants et al. 2008, eq. 5, without the square.
 */
export function localNcc(a: Volume, b: Volume, mask: Uint8Array): number {
  requireOneGrid('localNcc', a, b, mask);
  const box = boxAround(mask, a.shape, RADIUS);
  return meanCorrelation(croppedVolume(a, box), croppedVolume(b, box), croppedMask(mask, a.shape, box));
}

function meanCorrelation(a: Volume, b: Volume, mask: Uint8Array): number {
  // about the mean, so that squares of large offsets do not swallow small differences
  const [x, y] = [centred(a.samples, mask), centred(b.samples, mask)];
  const times = (p: Float64Array, q: Float64Array): Float64Array => p.map((value, voxel) => value * q[voxel]!);
  const counts = windowSums(new Float64Array(mask.length).fill(1), a.shape);
  const [sx, sy, sxx, syy, sxy] = [x, y, times(x, x), times(y, y), times(x, y)].map((values) => windowSums(values, a.shape)) as
    [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const [floorX, floorY] = [LEAST_SD ** 2 * meanSquare(x, mask), LEAST_SD ** 2 * meanSquare(y, mask)];
  let [total, count] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    const n = counts[voxel]!;
    const varianceX = sxx[voxel]! / n - (sx[voxel]! / n) ** 2;
    const varianceY = syy[voxel]! / n - (sy[voxel]! / n) ** 2;
    if (!(varianceX > floorX) || !(varianceY > floorY)) continue;
    total += (sxy[voxel]! / n - (sx[voxel]! / n) * (sy[voxel]! / n)) / Math.sqrt(varianceX * varianceY);
    count++;
  }
  return total / count;
}

function centred(samples: Float32Array, mask: Uint8Array): Float64Array {
  let [sum, count] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    sum += samples[voxel]!;
    count++;
  }
  const out = new Float64Array(samples.length);
  for (let voxel = 0; voxel < out.length; voxel++) out[voxel] = samples[voxel]! - sum / count;
  return out;
}

function meanSquare(values: Float64Array, mask: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    sum += values[voxel]! ** 2;
    count++;
  }
  return sum / count;
}

/** Sums over the window around every voxel, by running sums along each axis. */
function windowSums(values: Float64Array, shape: Shape3): Float64Array {
  return [1, shape[0], shape[0] * shape[1]].reduce((current, step, axis) => runningSums(current, step, shape[axis]!), values);
}

function runningSums(values: Float64Array, step: number, length: number): Float64Array {
  const out = new Float64Array(values.length);
  const prefix = new Float64Array(length + 1);
  for (let block = 0; block < values.length; block += step * length) {
    for (let start = block; start < block + step; start++) {
      for (let p = 0; p < length; p++) prefix[p + 1] = prefix[p]! + values[start + p * step]!;
      for (let p = 0; p < length; p++) {
        out[start + p * step] = prefix[Math.min(length, p + RADIUS + 1)]! - prefix[Math.max(0, p - RADIUS)]!;
      }
    }
  }
  return out;
}
