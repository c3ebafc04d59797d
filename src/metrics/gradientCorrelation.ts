import { spacingOf } from '../core/affine.ts';
import { addPair, correlationOf, emptyPairSums } from '../core/moments.ts';
import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/**
 * Pearson correlation of the two gradient magnitudes, over the inner voxels of the mask.
 * Central differences in intensity per mm, so thick slices weigh as they should. NaN where a volume is flat.
 *
 * @throws CONCORD_GRID_MISMATCH
 */
export function gradientCorrelation(a: Volume, b: Volume, mask: Uint8Array): number {
  requireOneGrid('gradientCorrelation', a, b, mask);
  const [columns, rows, slices] = a.shape;
  const magnitudeA = gradientMagnitudeAt(a);
  const magnitudeB = gradientMagnitudeAt(b);
  const sums = emptyPairSums();
  for (let k = 1; k < slices - 1; k++) {
    for (let j = 1; j < rows - 1; j++) {
      const row = columns * (j + rows * k);
      for (let voxel = row + 1; voxel < row + columns - 1; voxel++) {
        if (mask[voxel] !== 1) continue;
        addPair(sums, magnitudeA(voxel), magnitudeB(voxel));
      }
    }
  }
  return correlationOf(sums);
}

/** |∇x| at an inner voxel, intensity per mm. */
export function gradientMagnitudeAt({ samples, shape, affine }: Volume): (voxel: number) => number {
  const [stepJ, stepK] = [shape[0], shape[0] * shape[1]];
  const [perI, perJ, perK] = spacingOf(affine).map((mm) => 1 / (2 * mm)) as [number, number, number];
  return (voxel) => {
    const di = (samples[voxel + 1]! - samples[voxel - 1]!) * perI;
    const dj = (samples[voxel + stepJ]! - samples[voxel - stepJ]!) * perJ;
    const dk = (samples[voxel + stepK]! - samples[voxel - stepK]!) * perK;
    return Math.sqrt(di * di + dj * dj + dk * dk);
  };
}
