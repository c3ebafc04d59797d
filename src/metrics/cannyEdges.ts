import { sortedFloats } from '../core/sortFloats.ts';
import type { Volume } from '../core/volume.ts';
import { filtered, gaussianKernel } from './gaussianFilter.ts';
import { maskedValues } from './maskedValues.ts';

/** Smoothing before the gradient, voxels; cut at four sigma. */
const SIGMA = 1;
const kernel = gaussianKernel(SIGMA, 4);
/** Voxels around a mask that its edges depend on: the blur, the gradient and its neighbour. */
export const CANNY_REACH = 7;

/**
 * Canny edges in 3-D, 1 on an edge: the gradient of the smoothed volume is largest along its own direction, above the
 * `high` percentile of the mask's gradients, or above `low` and joined to such a voxel (26 neighbours). Thresholds are
 * the scan's own percentiles, so a change of contrast moves no edge. None on the volume's border.
 *
 * Source: Canny 1986, §§ VI–VII, in three dimensions; the gradient between voxels by linear interpolation.
 */
export function cannyEdges(volume: Volume, mask: Uint8Array, { low, high }: Readonly<{ low: number; high: number }> = { low: 0.8, high: 0.9 }): Uint8Array {
  const { shape } = volume;
  const [columns, rows, slices] = shape;
  const smooth = filtered(Float64Array.from(volume.samples), shape, kernel);
  const steps = [1, columns, columns * rows] as const;
  const gradient = [0, 1, 2].map(() => new Float32Array(smooth.length)) as [Float32Array, Float32Array, Float32Array];
  const magnitude = new Float32Array(smooth.length);
  forEachInner(shape, (voxel) => {
    const x = (smooth[voxel + 1]! - smooth[voxel - 1]!) / 2;
    const y = (smooth[voxel + steps[1]]! - smooth[voxel - steps[1]]!) / 2;
    const z = (smooth[voxel + steps[2]]! - smooth[voxel - steps[2]]!) / 2;
    gradient[0][voxel] = x;
    gradient[1][voxel] = y;
    gradient[2][voxel] = z;
    magnitude[voxel] = Math.sqrt(x * x + y * y + z * z);
  });
  const inside = sortedFloats(maskedValues(magnitude, mask).filter((value) => value > 0));
  const edges = new Uint8Array(smooth.length);
  if (inside.length === 0) return edges;
  const [weak, strong] = [inside[Math.floor(low * (inside.length - 1))]!, inside[Math.floor(high * (inside.length - 1))]!];
  const candidates = new Uint8Array(smooth.length);
  const at = sampler(magnitude, columns, rows);
  for (let k = 2; k < slices - 2; k++) {
    for (let j = 2; j < rows - 2; j++) {
      for (let i = 2; i < columns - 2; i++) {
        const voxel = i + columns * (j + rows * k);
        const value = magnitude[voxel]!;
        if (mask[voxel] !== 1 || value < weak) continue;
        const [x, y, z] = [gradient[0][voxel]! / value, gradient[1][voxel]! / value, gradient[2][voxel]! / value];
        if (value >= at(i + x, j + y, k + z) && value > at(i - x, j - y, k - z)) candidates[voxel] = 1;
      }
    }
  }
  joinStrong(candidates, magnitude, strong, steps, edges);
  return edges;
}

function forEachInner([columns, rows, slices]: Volume['shape'], visit: (voxel: number) => void): void {
  for (let k = 1; k < slices - 1; k++) {
    for (let j = 1; j < rows - 1; j++) {
      const row = columns * (j + rows * k);
      for (let voxel = row + 1; voxel < row + columns - 1; voxel++) visit(voxel);
    }
  }
}

/** Trilinear. */
function sampler(values: Float32Array, columns: number, rows: number): (x: number, y: number, z: number) => number {
  const plane = columns * rows;
  return (x, y, z) => {
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [u, v, w] = [x - i, y - j, z - k];
    const voxel = i + columns * j + plane * k;
    const along = (n: number): number => values[n]! * (1 - u) + values[n + 1]! * u;
    const near = along(voxel) * (1 - v) + along(voxel + columns) * v;
    const far = along(voxel + plane) * (1 - v) + along(voxel + plane + columns) * v;
    return near * (1 - w) + far * w;
  };
}

/** Marks every candidate that a chain of candidates joins to a strong one. */
function joinStrong(candidates: Uint8Array, magnitude: Float32Array, strong: number, [di, dj, dk]: readonly [number, number, number], edges: Uint8Array): void {
  const stack: number[] = [];
  const visit = (voxel: number): void => {
    if (candidates[voxel] !== 1 || edges[voxel] === 1) return;
    edges[voxel] = 1;
    stack.push(voxel);
  };
  candidates.forEach((isCandidate, seed) => {
    if (isCandidate === 1 && magnitude[seed]! >= strong) visit(seed);
    for (let voxel = stack.pop(); voxel !== undefined; voxel = stack.pop()) {
      for (let k = -1; k <= 1; k++) for (let j = -1; j <= 1; j++) for (let i = -1; i <= 1; i++) visit(voxel + i * di + j * dj + k * dk);
    }
  });
}
