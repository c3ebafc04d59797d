import type { Shape3 } from '../core/volume.ts';

/** Weights of a Gaussian of `sigma` voxels cut at `radius`, summing to 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, tap) => Math.exp(-((tap - radius) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Separable convolution with a symmetric kernel; beyond an edge the samples are mirrored, the edge sample repeated (d c b a | a b c d). */
export function filtered(samples: Float64Array, shape: Shape3, kernel: Float64Array): Float64Array {
  return [1, shape[0], shape[0] * shape[1]].reduce((current, step, axis) => filteredAlong(current, step, shape[axis]!, kernel), samples);
}

function filteredAlong(samples: Float64Array, step: number, length: number, kernel: Float64Array): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(samples.length);
  const taps = new Int32Array(length * kernel.length);
  for (let position = 0; position < length; position++) {
    for (let tap = 0; tap < kernel.length; tap++) {
      taps[position * kernel.length + tap] = (mirrored(position + tap - radius, length) - position) * step;
    }
  }
  for (let block = 0; block < samples.length; block += step * length) {
    for (let position = 0; position < length; position++) {
      const start = block + position * step;
      const first = position * kernel.length;
      for (let voxel = start; voxel < start + step; voxel++) {
        let total = 0;
        for (let tap = 0; tap < kernel.length; tap++) total += kernel[tap]! * samples[voxel + taps[first + tap]!]!;
        out[voxel] = total;
      }
    }
  }
  return out;
}

function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}
