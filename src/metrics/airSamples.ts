import { quantile } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { maskedValues } from './maskedValues.ts';

/** Fewer voxels of air than this say nothing of noise. */
const LEAST_AIR = 1000;

/**
 * The samples around the head, in voxel order. Undefined where there are too few, or where most are exactly 0: a
 * masked or defaced background says nothing of noise.
 */
export function airSamples({ samples }: Volume, head: Uint8Array, inView: Uint8Array): Float32Array | undefined {
  const around = new Uint8Array(head.length);
  for (let voxel = 0; voxel < head.length; voxel++) if (inView[voxel] === 1 && head[voxel] !== 1) around[voxel] = 1;
  const air = maskedValues(samples, around);
  return air.length > LEAST_AIR && quantile(air, 0.5) > 0 ? air : undefined;
}
