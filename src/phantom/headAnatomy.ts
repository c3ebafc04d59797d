import { affineOf, type Affine, type Vector3 } from '../core/affine.ts';
import type { Shape3 } from '../core/volume.ts';
import { anatomyFields } from './anatomyFields.ts';
import type { Person } from './person.ts';
import { RowReader } from './rowReader.ts';
import { paintVoxel, type Mixture } from './tissuePainter.ts';

/** A head on a grid: each voxel is `share`/255 of tissue `first` and the rest of tissue `second` (tissues.ts). */
export type HeadAnatomy = Readonly<{
  shape: Shape3;
  /** Voxel index → RAS mm. */
  affine: Affine;
  first: Uint8Array;
  second: Uint8Array;
  share: Uint8Array;
}>;

/** The box every head is scanned in, RAS mm: the crown some centimetres below its top, the upper neck at its bottom. */
const field: Readonly<{ low: Vector3; size: Vector3 }> = { low: [-90, -124, -96], size: [180, 228, 206] };

/**
 * Draws a person's head: smooth distance fields on a coarse lattice, thresholded at the grid's own resolution with
 * the boundary voxels shared between the two tissues that meet there.
 * @param spacingMm isotropic voxel size
 */
export function headAnatomy(person: Person, spacingMm: number): HeadAnatomy {
  const shape: Shape3 = [voxels(0, spacingMm), voxels(1, spacingMm), voxels(2, spacingMm)];
  const fields = anatomyFields(person, field.low, field.size);
  const total = shape[0] * shape[1] * shape[2];
  const first = new Uint8Array(total);
  const second = new Uint8Array(total);
  const share = new Uint8Array(total).fill(255);
  const row = new RowReader(fields, shape[0], spacingMm);
  const mixture: Mixture = { first: 0, second: 0, share: 1 };
  for (let k = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      if (!row.moveTo((j + 0.5) * spacingMm, (k + 0.5) * spacingMm)) continue;
      const start = (k * shape[1] + j) * shape[0];
      for (let i = 0; i < shape[0]; i++) {
        if (!paintVoxel(mixture, row, i, person, spacingMm)) continue;
        first[start + i] = mixture.first;
        second[start + i] = mixture.second;
        share[start + i] = Math.round(255 * mixture.share);
      }
    }
  }
  return { shape, affine: gridAffine(spacingMm), first, second, share };
}

function voxels(axis: 0 | 1 | 2, spacingMm: number): number {
  return Math.round(field.size[axis] / spacingMm);
}

function gridAffine(spacingMm: number): Affine {
  const start = (axis: 0 | 1 | 2): number => field.low[axis] + spacingMm / 2;
  return affineOf([[spacingMm, 0, 0, start(0)], [0, spacingMm, 0, start(1)], [0, 0, spacingMm, start(2)]]);
}
