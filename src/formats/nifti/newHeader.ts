import { axisVector, determinant, spacingOf } from '../../core/affine.ts';
import type { Affine } from '../../core/affine.ts';
import type { Grid } from '../../core/planes.ts';
import { niftiDatatypes } from './datatypes.ts';
import { parseNiftiHeader } from './header.ts';
import { nifti1Layout, writeField } from './headerLayout.ts';
import type { Field } from './headerLayout.ts';
import type { NiftiOrigin } from './readNifti.ts';
import type { StoredForm } from './samples.ts';

/** qform and sform refer to the scanner's own coordinates (NIFTI_XFORM_SCANNER_ANAT). */
const SCANNER_ANATOMY = 1;
const MILLIMETRES = 2;
/** A grid whose axes are this far from orthogonal (cosine) has no quaternion. */
const LARGEST_SHEAR = 1e-3;

/** A NIfTI-1 header for a volume that comes from another format: sform always, qform where the grid is not sheared. */
export function newNiftiOrigin({ shape, affine }: Grid, form: StoredForm): NiftiOrigin {
  const headerBytes = new Uint8Array(nifti1Layout.headerBytes);
  const view = new DataView(headerBytes.buffer);
  const put = (field: Field, values: readonly number[], first = 0): void => {
    const step = field.type === 'i16' ? 2 : 4;
    values.forEach((value, index) => {
      writeField(view, { ...field, offset: field.offset + step * (first + index) }, form.littleEndian, value);
    });
  };
  const { datatype, bitpix, dim, pixdim, voxOffset, magic } = nifti1Layout;
  const quaternion = quaternionOf(affine);
  put({ offset: 0, type: 'i32' }, [nifti1Layout.headerBytes]);
  headerBytes.set(Buffer.from('n+1\0', 'latin1'), magic.offset);
  put(dim, [3, ...shape, 1, 1, 1, 1]);
  put(datatype, [niftiDatatypes[form.datatype].code]);
  put(bitpix, [niftiDatatypes[form.datatype].bytes * 8]);
  put(pixdim, [quaternion?.qfac ?? 1, ...spacingOf(affine)]);
  put(voxOffset, [nifti1Layout.firstVoxelByte]);
  put(nifti1Layout.sclSlope, [form.sclSlope]);
  put(nifti1Layout.sclInter, [form.sclInter]);
  headerBytes[nifti1Layout.xyztUnits.offset] = MILLIMETRES;
  put(nifti1Layout.sformCode, [SCANNER_ANATOMY]);
  put(nifti1Layout.srow, affine.rows.flat());
  if (quaternion) {
    put(nifti1Layout.qformCode, [SCANNER_ANATOMY]);
    put(nifti1Layout.quatern, quaternion.bcd);
    put(nifti1Layout.qoffset, affine.rows.map((row) => row[3]!));
  }
  return { kind: 'nifti', header: parseNiftiHeader(headerBytes), headerBytes };
}

/**
 * The rotation of an affine as nifti1.h stores it: b, c, d of a unit quaternion with a ≥ 0, the third axis
 * multiplied by qfac. Source: Shepperd 1978, the branch of the largest component, which stays exact at half turns.
 *
 * @returns undefined for a sheared grid
 */
function quaternionOf(affine: Affine): { bcd: [number, number, number]; qfac: 1 | -1 } | undefined {
  const spacing = spacingOf(affine);
  const qfac = determinant(affine) < 0 ? -1 : 1;
  const [x, y, z] = ([0, 1, 2] as const).map((axis) => {
    const unit = axis === 2 ? spacing[axis] * qfac : spacing[axis];
    return axisVector(affine, axis).map((value) => value / unit);
  }) as [number[], number[], number[]];
  const cosines = [x, y, z].map((a, index, axes) => a.reduce((sum, v, d) => sum + v * axes[(index + 1) % 3]![d]!, 0));
  if (cosines.some((cosine) => Math.abs(cosine) > LARGEST_SHEAR)) return undefined;
  const [r11, r21, r31] = x as [number, number, number];
  const [r12, r22, r32] = y as [number, number, number];
  const [r13, r23, r33] = z as [number, number, number];
  // four times the square of a, b, c, d
  const squares = [1 + r11 + r22 + r33, 1 + r11 - r22 - r33, 1 - r11 + r22 - r33, 1 - r11 - r22 + r33];
  const largest = squares.indexOf(Math.max(...squares));
  const products = [
    [squares[0]!, r32 - r23, r13 - r31, r21 - r12],
    [r32 - r23, squares[1]!, r12 + r21, r13 + r31],
    [r13 - r31, r12 + r21, squares[2]!, r23 + r32],
    [r21 - r12, r13 + r31, r23 + r32, squares[3]!],
  ][largest]!;
  const norm = Math.hypot(...products) * (products[0]! < 0 ? -1 : 1);
  return { bcd: [products[1]! / norm, products[2]! / norm, products[3]! / norm], qfac };
}
