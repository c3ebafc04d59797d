import { NIFTI1, NIFTI2 } from 'nifti-reader-js';

import type { Vector3 } from '../../core/affine.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { nifti1Layout } from './headerLayout.ts';
import type { HeaderLayout } from './headerLayout.ts';

/** A header's numbers as the file holds them: nothing checked, float32 fields widened to double exactly. */
export type StoredFields = Readonly<{
  /** dim[0], and dim[1…7]. */
  rank: number;
  lengths: readonly number[];
  datatype: number;
  bitpix: number;
  voxOffset: number;
  sclSlope: number;
  sclInter: number;
  /** pixdim[0], and pixdim[1…3] in the file's spatial unit. */
  qfac: number;
  pixdim: Vector3;
  xyztUnits: number;
  qformCode: number;
  sformCode: number;
  quatern: Vector3;
  qoffset: Vector3;
  /** Three rows of four. */
  srow: readonly number[];
}>;

/**
 * Reads the fields with nifti-reader-js, which finds the byte order by itself. `bytes`: the header, or more.
 * The library misreads a NIfTI-2 int64 that is negative or, in big endian, whose low word is 2³¹ or more: it comes
 * out negative or above 2⁶³, so the checks of parseNiftiHeader refuse it, a vox_offset beyond 2 GiB included.
 *
 * @throws ScanRefusal MALFORMED, with the library's error as its cause
 */
export function readStoredFields(bytes: Uint8Array, layout: HeaderLayout): StoredFields {
  // the header alone: the library would go on into the extensions, which are not read, and trips over damaged ones
  const header = Uint8Array.from(bytes.subarray(0, layout.headerBytes)).buffer;
  const fields = parse(header, layout);
  const [rank, ...lengths] = fields.dims;
  const [qfac, x, y, z] = fields.pixDims;
  return {
    rank: rank!,
    lengths,
    datatype: fields.datatypeCode,
    bitpix: fields.numBitsPerVoxel,
    voxOffset: fields.vox_offset,
    sclSlope: fields.scl_slope,
    sclInter: fields.scl_inter,
    qfac: qfac!,
    pixdim: [x!, y!, z!],
    xyztUnits: fields.xyzt_units,
    qformCode: fields.qform_code,
    sformCode: fields.sform_code,
    quatern: [fields.quatern_b, fields.quatern_c, fields.quatern_d],
    qoffset: [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z],
    srow: fields instanceof NIFTI2 ? fields.affine.slice(0, 3).flat() : srowOfNifti1(header, fields.littleEndian),
  };
}

function parse(header: ArrayBuffer, layout: HeaderLayout): NIFTI1 | NIFTI2 {
  const fields = layout.version === 1 ? new NIFTI1() : new NIFTI2();
  try {
    fields.readHeader(header);
  } catch (cause) {
    throw new ScanRefusal('MALFORMED', 'the header could not be parsed', cause);
  }
  return fields;
}

/** NIFTI1 does not keep srow: its `affine` is the qform whenever qform_code exceeds sform_code. */
function srowOfNifti1(header: ArrayBuffer, littleEndian: boolean): number[] {
  const view = new DataView(header, nifti1Layout.srow.offset);
  return Array.from({ length: 12 }, (_, index) => view.getFloat32(4 * index, littleEndian));
}
