import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

const BINS = 100;

/**
 * Normalized mutual information over the mask: (H(a) + H(b)) / H(a, b) from a joint histogram of 100 × 100 bins
 * between each volume's own extremes in the mask. 1 unrelated, 2 one-to-one; NaN where a volume is constant.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: Studholme et al. 1999, eq. 10.
 */
export function nmi(a: Volume, b: Volume, mask: Uint8Array): number {
  requireOneGrid('nmi', a, b, mask);
  const binA = binsOf(a.samples, mask);
  const binB = binsOf(b.samples, mask);
  const joint = new Float64Array(BINS * BINS);
  const left = new Float64Array(BINS);
  const right = new Float64Array(BINS);
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    const p = binA(a.samples[voxel]!);
    const q = binB(b.samples[voxel]!);
    joint[p * BINS + q] = joint[p * BINS + q]! + 1;
    left[p] = left[p]! + 1;
    right[q] = right[q]! + 1;
  }
  return (entropy(left) + entropy(right)) / entropy(joint);
}

/** numpy's rule: equal bins from least to greatest, the greatest in the last bin. */
function binsOf(samples: Float32Array, mask: Uint8Array): (value: number) => number {
  let [least, greatest] = [Infinity, -Infinity];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    least = Math.min(least, samples[voxel]!);
    greatest = Math.max(greatest, samples[voxel]!);
  }
  const perUnit = BINS / (greatest - least);
  return (value) => Math.min(Math.floor((value - least) * perUnit), BINS - 1);
}

function entropy(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0);
}
