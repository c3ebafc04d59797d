import { quantile } from '../../core/statistics.ts';
import type { Volume } from '../../core/volume.ts';

/** Norm of the kernel (1, −2, 1) applied along three axes: sqrt(6)³. */
const KERNEL_NORM = Math.sqrt(6) ** 3;
/** SD of a normal distribution over its median absolute value. */
const PER_MEDIAN = 1.482602218505602;

/**
 * Noise SD from voxel to voxel, in the volume's unit: the median absolute response of a difference of two Laplacians,
 * which smooth anatomy does not excite, over the mask's voxels whose 26 neighbours are in the mask too. NaN where there are none.
 *
 * Source: Immerkær 1996, eq. 2, in three dimensions and with a median instead of a mean.
 */
export function grain({ samples, shape }: Volume, mask: Uint8Array): number {
  const [columns, rows, slices] = shape;
  const plane = columns * rows;
  const offsets = new Int32Array(27);
  const weights = new Float64Array(27);
  for (let n = 0; n < 27; n++) {
    const [i, j, k] = [n % 3, Math.floor(n / 3) % 3, Math.floor(n / 9)];
    offsets[n] = i - 1 + columns * (j - 1) + plane * (k - 1);
    weights[n] = (i === 1 ? -2 : 1) * (j === 1 ? -2 : 1) * (k === 1 ? -2 : 1);
  }
  const found = new Float32Array(mask.length);
  let count = 0;
  for (let voxel = plane + columns + 1; voxel < slices * plane - plane - columns - 1; voxel++) {
    if (mask[voxel] !== 1) continue;
    let [response, n] = [0, 0];
    for (; n < 27 && mask[voxel + offsets[n]!] === 1; n++) response += weights[n]! * samples[voxel + offsets[n]!]!;
    if (n === 27) found[count++] = Math.abs(response);
  }
  return count === 0 ? NaN : (PER_MEDIAN * quantile(found.subarray(0, count), 0.5)) / KERNEL_NORM;
}
