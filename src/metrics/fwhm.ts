import { spacingOf } from '../core/affine.ts';
import { variance } from '../core/moments.ts';
import type { Volume } from '../core/volume.ts';
import { maskedValues } from './maskedValues.ts';

/**
 * Smoothness inside the mask as the FWHM in mm of the Gaussian that would give white noise the same variance of
 * neighbour differences; mean of the three axes. Undefined for a flat volume, or one rougher than white noise.
 *
 * Source: Forman et al. 1995, eq. 5; reported by MRIQC through AFNI.
 */
export function fwhm(volume: Volume, mask: Uint8Array): number | undefined {
  const total = variance(maskedValues(volume.samples, mask));
  const [columns, rows] = volume.shape;
  const steps = [1, columns, columns * rows] as const;
  const widths = spacingOf(volume.affine).map((spacingMm, axis) => {
    const ratio = neighbourVariance(volume.samples, mask, steps[axis]!) / (2 * total);
    return ratio > 0 && ratio < 1 ? spacingMm * Math.sqrt((-2 * Math.LN2) / Math.log(1 - ratio)) : NaN;
  });
  const mean = widths.reduce((sum, width) => sum + width, 0) / 3;
  return Number.isFinite(mean) ? mean : undefined;
}

/** Variance of the difference between mask voxels that are neighbours along one axis; the mask never touches a border. */
function neighbourVariance(samples: Float32Array, mask: Uint8Array, step: number): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let voxel = 0; voxel < samples.length - step; voxel++) {
    if (mask[voxel] !== 1 || mask[voxel + step] !== 1) continue;
    const change = samples[voxel + step]! - samples[voxel]!;
    sum += change;
    squares += change * change;
    count++;
  }
  return squares / count - (sum / count) ** 2;
}
