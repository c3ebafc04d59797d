/** A separable Gaussian for slices of one size; edges are repeated. Holds its own scratch planes. */
export type SliceSmoother = Readonly<{
  width: number;
  height: number;
  /** Half kernels along I and J: weight of the centre, then of each distance. They sum to 1 with both sides counted. */
  alongI: Float64Array;
  alongJ: Float64Array;
  between: Float32Array;
  /** A plane for callers; `smoothSlice` may read it, and never writes it. */
  scratch: Float32Array;
}>;

/** @param sigma of the Gaussian along I and J, pixels; @param truncate radius in sigmas, rounded half up */
export function createSmoother(
  [width, height]: readonly [number, number], sigma: readonly [number, number], truncate: number,
): SliceSmoother {
  return {
    width, height,
    alongI: halfGaussian(sigma[0], truncate), alongJ: halfGaussian(sigma[1], truncate),
    between: new Float32Array(width * height), scratch: new Float32Array(width * height),
  };
}

/** Fills `out` with the smoothed plane; the input is not modified. */
export function smoothSlice({ width, height, alongI, alongJ, between }: SliceSmoother, plane: Float32Array, out: Float32Array): void {
  smoothRows(plane, between, width, height, alongI);
  smoothColumns(between, out, width, height, alongJ);
}

function halfGaussian(sigma: number, truncate: number): Float64Array {
  const radius = Math.floor(truncate * sigma + 0.5);
  const half = Float64Array.from({ length: radius + 1 }, (_, d) => Math.exp(-0.5 * (d / sigma) ** 2));
  const sum = half.reduce((total, weight, d) => total + (d === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

function smoothRows(plane: Float32Array, out: Float32Array, width: number, height: number, half: Float64Array): void {
  const radius = half.length - 1;
  // one row with both edges repeated, so that the inner loop asks nothing
  const row = new Float64Array(width + 2 * radius);
  for (let j = 0; j < height; j++) {
    const start = j * width;
    for (let x = 0; x < row.length; x++) row[x] = plane[start + Math.min(Math.max(x - radius, 0), width - 1)]!;
    for (let i = 0; i < width; i++) {
      const centre = i + radius;
      let sum = half[0]! * row[centre]!;
      for (let d = 1; d <= radius; d++) sum += half[d]! * (row[centre - d]! + row[centre + d]!);
      out[start + i] = sum;
    }
  }
}

function smoothColumns(plane: Float32Array, out: Float32Array, width: number, height: number, half: Float64Array): void {
  const sums = new Float64Array(width);
  for (let j = 0; j < height; j++) {
    const centre = j * width;
    for (let i = 0; i < width; i++) sums[i] = half[0]! * plane[centre + i]!;
    for (let d = 1; d < half.length; d++) {
      const above = Math.max(j - d, 0) * width;
      const below = Math.min(j + d, height - 1) * width;
      const weight = half[d]!;
      for (let i = 0; i < width; i++) sums[i]! += weight * (plane[above + i]! + plane[below + i]!);
    }
    out.set(sums, centre);
  }
}
