import { quantile } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';

/** Intensity bins over which "the same map everywhere" is estimated, 0 … 2 on the model scale. */
const BINS = 64;
const TOP = 2;

/** A change counts where it leaves the common map by 4 robust SDs and by enough to be seen. */
const Z_LIMIT = 4;
const VISIBLE = 0.1;

/** Median absolute deviation → SD, for a normal distribution. */
const MAD_TO_SD = 1.4826;

/** 1 cm³ of 2 mm voxels: smaller regions are noise. */
const SMALLEST_REGION = 125;

/**
 * Regions of the brain that changed unlike the rest of it: after the mean map from source to harmonized intensity,
 * connected residuals beyond 4 robust SDs and 0.1 on the model scale, of at least 1 cm³. A new or removed structure shows here.
 * Best effort: what one tone curve per 16 mm does to a real difference in shading can show here as well.
 *
 * Source: operations.md S-12.
 */
export function countIsolatedChanges(source: Volume<'model'>, harmonized: Volume<'model'>, brain: Uint8Array): number {
  const residual = residualOfCommonMap(source.samples, harmonized.samples, brain);
  const sizes = residual.filter((_, voxel) => brain[voxel] !== 0).map(Math.abs);
  if (sizes.length === 0) return 0;
  const limit = Math.max(Z_LIMIT * MAD_TO_SD * quantile(sizes, 0.5), VISIBLE);
  const isOdd = new Uint8Array(residual.length);
  for (let n = 0; n < isOdd.length; n++) if (brain[n] !== 0 && Math.abs(residual[n]!) > limit) isOdd[n] = 1;
  return countRegions(isOdd, source.shape[0], source.shape[0] * source.shape[1]);
}

/** harmonized − mean harmonized of all brain voxels with the same source intensity; the mean is linear between bins. */
function residualOfCommonMap(source: Float32Array, harmonized: Float32Array, brain: Uint8Array): Float32Array {
  const count = new Float64Array(BINS + 1);
  const sum = new Float64Array(BINS + 1);
  const positionOf = (value: number): number => Math.min(Math.max(value / TOP, 0), 1) * (BINS - 1);
  for (let n = 0; n < source.length; n++) {
    if (brain[n] === 0) continue;
    const position = positionOf(source[n]!);
    const bin = Math.floor(position);
    const change = harmonized[n]! - source[n]!;
    count[bin]! += 1 - (position - bin);
    sum[bin]! += (1 - (position - bin)) * change;
    count[bin + 1]! += position - bin;
    sum[bin + 1]! += (position - bin) * change;
  }
  const mean = sum.map((total, bin) => total / Math.max(count[bin]!, 1e-9));
  return source.map((value, n) => {
    const position = positionOf(value);
    const bin = Math.floor(position);
    return harmonized[n]! - value - (mean[bin]! + (position - bin) * (mean[bin + 1]! - mean[bin]!));
  });
}

/** Number of 6-connected regions of at least SMALLEST_REGION voxels; clears `isOdd`. */
function countRegions(isOdd: Uint8Array, row: number, slice: number): number {
  const steps = [1, -1, row, -row, slice, -slice];
  let regions = 0;
  for (let seed = 0; seed < isOdd.length; seed++) {
    if (isOdd[seed] === 0) continue;
    isOdd[seed] = 0;
    const region = [seed];
    for (let n = 0; n < region.length; n++) {
      for (const step of steps) {
        const neighbour = region[n]! + step;
        if (isOdd[neighbour] !== 1) continue;
        isOdd[neighbour] = 0;
        region.push(neighbour);
      }
    }
    if (region.length >= SMALLEST_REGION) regions++;
  }
  return regions;
}
