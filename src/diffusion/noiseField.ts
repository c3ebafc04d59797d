import type { RandomStream } from '../core/random.ts';

/** Widths of the Gaussians that colour the noise, in cells and in knots. */
export type NoiseSettings = Readonly<{ cellSigma: number; knotSigma: number }>;

/** [knots, Z, Y, X], X fastest. */
type GridShape = readonly [number, number, number, number];

/**
 * Noise as smooth as the field it stands for: white N(0, 1) on a padded grid, convolved separably along knots and
 * cells with Gaussians cut at 3 sigma, the valid part, divided by its known SD. Every node is N(0, 1), also at the rim.
 * Shape: flat [knots, Z, Y, X]. Units: the scaled field's, SD 1.
 */
export function noiseField(shape: GridShape, stream: RandomStream, settings: NoiseSettings): Float32Array {
  const alongKnots = gaussian(settings.knotSigma);
  const alongCells = gaussian(settings.cellSigma);
  const kernels = [alongKnots, alongCells, alongCells, alongCells] as const;
  let size = shape.map((n, axis) => n + kernels[axis]!.length - 1);
  let noise = new Float64Array(size.reduce((a, b) => a * b));
  for (let n = 0; n < noise.length; n++) noise[n] = stream.nextNormal();
  for (const [axis, kernel] of kernels.entries()) {
    noise = convolveValid(noise, size, axis, kernel);
    size = size.map((n, d) => (d === axis ? shape[axis]! : n));
  }
  const sd = Math.sqrt(kernels.reduce((variance, kernel) => variance * sumOfSquares(kernel), 1));
  return Float32Array.from(noise.map((value) => value / sd));
}

/** A Gaussian at −3 sigma … 3 sigma, whole numbers, summing to 1. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.round(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((weight) => weight / sum);
}

function sumOfSquares(kernel: Float64Array): number {
  return kernel.reduce((sum, weight) => sum + weight * weight, 0);
}

/** Convolution along one axis, kept where the kernel lies wholly inside. */
function convolveValid(input: Float64Array, size: readonly number[], axis: number, kernel: Float64Array): Float64Array<ArrayBuffer> {
  const inner = size.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = size.slice(0, axis).reduce((a, b) => a * b, 1);
  const long = size[axis]!;
  const short = long - kernel.length + 1;
  const out = new Float64Array(outer * short * inner);
  for (let o = 0; o < outer; o++) {
    for (let s = 0; s < short; s++) {
      const to = (o * short + s) * inner;
      for (let tap = 0; tap < kernel.length; tap++) {
        const from = (o * long + s + tap) * inner;
        for (let n = 0; n < inner; n++) out[to + n]! += kernel[tap]! * input[from + n]!;
      }
    }
  }
  return out;
}
