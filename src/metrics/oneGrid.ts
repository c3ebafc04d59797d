import { ConcordError } from '../core/errors.ts';
import { isSameShape, type Volume } from '../core/volume.ts';

/**
 * @throws CONCORD_GRID_MISMATCH unless both volumes, and the mask where given, have the same number of voxels per axis
 */
export function requireOneGrid(metric: string, a: Volume, b: Volume, mask?: Uint8Array): void {
  if (!isSameShape(a.shape, b.shape) || (mask !== undefined && mask.length !== a.samples.length)) {
    const maskText = mask === undefined ? '' : `, the mask has ${mask.length} voxels`;
    throw new ConcordError(
      'CONCORD_GRID_MISMATCH',
      `${metric} needs one grid: before is ${a.shape.join('×')}, after is ${b.shape.join('×')}${maskText}.`,
    );
  }
}
