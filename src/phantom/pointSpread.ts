import type { Vector3 } from '../core/affine.ts';
import type { Shape3 } from '../core/volume.ts';

/** FWHM of a Gaussian in units of its SD: 2·sqrt(2·ln 2). */
const FWHM_PER_SD = 2.3548200450309493;
/** The painted grid is a box average already: variance 1/12 of a voxel squared. */
const VOXEL_VARIANCE = 1 / 12;

/**
 * Separable Gaussian blur to the scanner's resolution; the mean is kept and the edge repeats. Modifies `image`.
 * @param resolutionMm full width at half maximum along I, J, K
 */
export function applyPointSpread(image: Float32Array, shape: Shape3, spacingMm: Vector3, resolutionMm: Vector3): void {
  for (const axis of [0, 1, 2] as const) {
    const variance = (resolutionMm[axis] / FWHM_PER_SD / spacingMm[axis]) ** 2 - VOXEL_VARIANCE;
    if (variance > 0.01) blurAlong(image, shape, axis, kernel(Math.sqrt(variance)));
  }
}

/** Half of a normalised Gaussian, centre first, cut at 3 SD. */
function kernel(sd: number): Float64Array {
  const half = Float64Array.from({ length: Math.ceil(3 * sd) + 1 }, (_, n) => Math.exp(-0.5 * (n / sd) ** 2));
  const sum = half.reduce((total, weight) => total + 2 * weight, -half[0]!);
  return half.map((weight) => weight / sum);
}

/** Blurs row after row of `lanes` neighbouring voxels at once: memory is read in order along every axis. */
function blurAlong(image: Float32Array, [nx, ny, nz]: Shape3, axis: 0 | 1 | 2, half: Float64Array): void {
  const lanes = [1, nx, nx * ny][axis]!;
  const length = [nx, ny, nz][axis]!;
  const block = lanes * length;
  const copy = new Float32Array(block);
  for (let start = 0; start < image.length; start += block) {
    copy.set(image.subarray(start, start + block));
    for (let at = 0; at < length; at++) {
      const target = start + at * lanes;
      for (let lane = 0; lane < lanes; lane++) image[target + lane] = half[0]! * copy[at * lanes + lane]!;
      for (let n = 1; n < half.length; n++) {
        const weight = half[n]!;
        const before = Math.max(0, at - n) * lanes;
        const after = Math.min(length - 1, at + n) * lanes;
        for (let lane = 0; lane < lanes; lane++) image[target + lane]! += weight * (copy[before + lane]! + copy[after + lane]!);
      }
    }
  }
}
