import type { Shape3 } from '../core/volume.ts';

/** Weights of a Gaussian of `sigma` voxels cut at `radius`, summing to 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, tap) => Math.exp(-((tap - radius) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Separable convolution with a symmetric kernel; beyond an edge the samples are mirrored, the edge sample repeated
 * (d c b a | a b c d). Both taps of a distance share one weight, and so one product.
 */
export function filtered(samples: Float64Array, shape: Shape3, kernel: Float64Array): Float64Array {
  const [columns, rows, slices] = shape;
  return filteredAlong(filteredAlong(filteredRows(samples, columns, kernel), columns, rows, kernel), columns * rows, slices, kernel);
}

/** Along the first axis: neighbours are adjacent, so a line is laid out once with its mirrored ends. */
function filteredRows(samples: Float64Array, length: number, kernel: Float64Array): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(samples.length);
  const line = new Float64Array(length + 2 * radius);
  for (let start = 0; start < samples.length; start += length) {
    for (let place = 0; place < line.length; place++) line[place] = samples[start + mirrored(place - radius, length)]!;
    for (let position = 0; position < length; position++) {
      let total = kernel[radius]! * line[position + radius]!;
      for (let off = 1; off <= radius; off++) total += kernel[radius + off]! * (line[position + radius - off]! + line[position + radius + off]!);
      out[start + position] = total;
    }
  }
  return out;
}

/** Along another axis: whole runs of `step` samples move together. */
function filteredAlong(samples: Float64Array, step: number, length: number, kernel: Float64Array): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(samples.length);
  for (let block = 0; block < samples.length; block += step * length) {
    for (let position = 0; position < length; position++) {
      const [start, end] = [block + position * step, block + (position + 1) * step];
      const center = kernel[radius]!;
      for (let voxel = start; voxel < end; voxel++) out[voxel] = center * samples[voxel]!;
      for (let off = 1; off <= radius; off++) {
        const weight = kernel[radius + off]!;
        const [below, above] = [(mirrored(position - off, length) - position) * step, (mirrored(position + off, length) - position) * step];
        for (let voxel = start; voxel < end; voxel++) out[voxel]! += weight * (samples[voxel + below]! + samples[voxel + above]!);
      }
    }
  }
  return out;
}

function mirrored(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}
