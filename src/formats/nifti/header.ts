import type { Vector3 } from '../../core/affine.ts';
import { ScanRefusal } from '../../core/issues.ts';
import type { Shape3 } from '../../core/volume.ts';
import { datatypeOfCode, niftiDatatypes, refusedDatatypes } from './datatypes.ts';
import type { NiftiDatatype } from './datatypes.ts';
import { nifti1Layout, nifti2Layout } from './headerLayout.ts';
import type { HeaderLayout } from './headerLayout.ts';
import { readStoredFields } from './storedFields.ts';
import type { StoredFields } from './storedFields.ts';

/** A checked header: every number in it is finite and inside its range. */
export type NiftiHeader = Readonly<{
  layout: HeaderLayout;
  littleEndian: boolean;
  shape: Shape3;
  datatype: NiftiDatatype;
  voxOffset: number;
  /** Voxel value = sclSlope · stored + sclInter; 1 and 0 where the file asks for no scaling. */
  sclSlope: number;
  sclInter: number;
  /** Spacing along I, J, K in the file's spatial unit. */
  pixdim: Vector3;
  /** mm per spatial unit of the file. */
  mmPerUnit: number;
  /** Handedness of the qform: pixdim[0], read as 1 unless it is -1. */
  qfac: 1 | -1;
  qformCode: number;
  sformCode: number;
  quatern: Vector3;
  qoffset: Vector3;
  /** Three rows of four. */
  srow: readonly number[];
}>;

/** Bytes that are needed to parse either version. */
export const LARGEST_HEADER = 540;

const MAGIC_2 = 'n+2\0\r\n\x1a\n';
/** xyzt_units, lowest three bits: metre, millimetre, micrometre; unknown is read as millimetre. */
const mmPerSpatialUnit: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 0.001 };

/**
 * Checks a NIfTI-1 or NIfTI-2 header in either byte order (operations.md T-06). Every check is made here: the
 * library behind readStoredFields makes none.
 * `bytes`: the first 348 (NIfTI-1) or 540 (NIfTI-2) bytes of the file, or more.
 *
 * @throws ScanRefusal TRUNCATED, MALFORMED, UNSUPPORTED_FORMAT, NOT_3D, COLOR, COMPLEX_COMPONENT
 */
export function parseNiftiHeader(bytes: Uint8Array): NiftiHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { layout, littleEndian } = recognise(view);
  if (bytes.length < layout.headerBytes) {
    throw new ScanRefusal('TRUNCATED', `${layout.headerBytes} header bytes expected, got ${bytes.length}`);
  }
  checkMagic(bytes, layout);
  const fields = readStoredFields(bytes, layout);
  const { pixdim, qformCode, sformCode, quatern, qoffset, srow } = fields;
  if (!pixdim.every((spacing) => spacing > 0 && Number.isFinite(spacing))) {
    throw malformed('pixdim[1..3] must be finite and above 0');
  }
  return {
    layout,
    littleEndian,
    shape: parseShape(fields, layout),
    datatype: parseDatatype(fields.datatype, fields.bitpix),
    voxOffset: parseVoxOffset(fields.voxOffset, layout),
    ...parseScaling(fields.sclSlope, fields.sclInter),
    pixdim,
    mmPerUnit: mmPerSpatialUnit[fields.xyztUnits & 7] ?? 1,
    qfac: fields.qfac === -1 ? -1 : 1,
    qformCode,
    sformCode,
    quatern,
    qoffset,
    srow,
  };
}

function recognise(view: DataView): { layout: HeaderLayout; littleEndian: boolean } {
  if (view.byteLength < 4) throw new ScanRefusal('TRUNCATED', `a header was expected, got ${view.byteLength} bytes`);
  for (const layout of [nifti1Layout, nifti2Layout]) {
    for (const littleEndian of [true, false]) {
      if (view.getInt32(0, littleEndian) === layout.headerBytes) return { layout, littleEndian };
    }
  }
  throw malformed('sizeof_hdr must be 348 or 540 in either byte order');
}

function checkMagic(bytes: Uint8Array, layout: HeaderLayout): void {
  const { offset, bytes: length } = layout.magic;
  const magic = String.fromCharCode(...bytes.subarray(offset, offset + length));
  if (magic === (layout.version === 1 ? 'n+1\0' : MAGIC_2)) return;
  if (magic.startsWith('ni')) throw new ScanRefusal('UNSUPPORTED_FORMAT', 'a two-file .hdr/.img pair, not one file');
  if (/^\0+$/.test(magic)) throw new ScanRefusal('UNSUPPORTED_FORMAT', 'an Analyze 7.5 header, which has no orientation');
  throw malformed('the NIfTI magic is damaged');
}

function parseShape({ rank, lengths }: StoredFields, layout: HeaderLayout): Shape3 {
  if (!(rank >= 1 && rank <= 7)) throw malformed(`dim[0] must be 1 to 7, got ${rank}`);
  const dims = lengths.slice(0, rank);
  for (const length of dims) {
    if (!(length >= 1 && length <= layout.maxDim)) {
      throw malformed(`each dim must be 1 to ${layout.maxDim}, got ${length}`);
    }
  }
  const [i, j, k, ...others] = dims;
  // one volume stored as 4-D is common; more than one is a time series, a map set or a field of vectors
  if (i === undefined || j === undefined || k === undefined || others.some((length) => length > 1)) {
    throw new ScanRefusal('NOT_3D', `one 3-D volume expected, dims are ${dims.join('×')}`);
  }
  return [i, j, k];
}

function parseDatatype(code: number, bitpix: number): NiftiDatatype {
  const refused = refusedDatatypes[code];
  if (refused) throw new ScanRefusal(refused.issue, `datatype ${refused.name}`);
  const datatype = datatypeOfCode(code);
  if (datatype === undefined) throw malformed(`datatype ${code} is not defined`);
  const expected = niftiDatatypes[datatype].bytes * 8;
  if (bitpix !== expected) throw malformed(`bitpix of ${datatype} must be ${expected}, got ${bitpix}`);
  return datatype;
}

function parseVoxOffset(voxOffset: number, layout: HeaderLayout): number {
  if (Number.isSafeInteger(voxOffset) && voxOffset >= layout.firstVoxelByte) return voxOffset;
  throw malformed(`vox_offset must be a whole number from ${layout.firstVoxelByte}, got ${voxOffset}`);
}

/** A slope of 0 or NaN means "no scaling", and then the intercept means nothing either (nifti1.h). */
function parseScaling(slope: number, inter: number): { sclSlope: number; sclInter: number } {
  if (slope === 0 || Number.isNaN(slope)) return { sclSlope: 1, sclInter: 0 };
  if (!Number.isFinite(slope)) throw malformed('scl_slope must be finite');
  if (Number.isNaN(inter)) return { sclSlope: slope, sclInter: 0 };
  if (!Number.isFinite(inter)) throw malformed('scl_inter must be finite');
  return { sclSlope: slope, sclInter: inter };
}

function malformed(detail: string): ScanRefusal {
  return new ScanRefusal('MALFORMED', detail);
}
