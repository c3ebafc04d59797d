/** Data table: where NIfTI-1 and NIfTI-2 keep the fields that we check by their bytes or write (nifti1.h, nifti2.h). */
export type FieldType = 'u8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64';
export type Field = Readonly<{ offset: number; type: FieldType }>;
export type TextField = Readonly<{ offset: number; bytes: number }>;

export type HeaderLayout = Readonly<{
  version: 1 | 2;
  headerBytes: 348 | 540;
  /** First byte that voxels may use: the header, then the four bytes that announce extensions. */
  firstVoxelByte: 352 | 544;
  /** Largest length of one axis. */
  maxDim: number;
  magic: TextField;
  dim: Field;
  datatype: Field;
  bitpix: Field;
  pixdim: Field;
  voxOffset: Field;
  sclSlope: Field;
  sclInter: Field;
  calMax: Field;
  calMin: Field;
  xyztUnits: Field;
  qformCode: Field;
  sformCode: Field;
  quatern: Field;
  qoffset: Field;
  srow: Field;
  descrip: TextField;
  /** Free text that some converters fill from patient and comment attributes. */
  freeText: readonly TextField[];
}>;

export const nifti1Layout: HeaderLayout = {
  version: 1,
  headerBytes: 348,
  firstVoxelByte: 352,
  maxDim: 32767,
  magic: { offset: 344, bytes: 4 },
  dim: { offset: 40, type: 'i16' },
  datatype: { offset: 70, type: 'i16' },
  bitpix: { offset: 72, type: 'i16' },
  pixdim: { offset: 76, type: 'f32' },
  voxOffset: { offset: 108, type: 'f32' },
  sclSlope: { offset: 112, type: 'f32' },
  sclInter: { offset: 116, type: 'f32' },
  calMax: { offset: 124, type: 'f32' },
  calMin: { offset: 128, type: 'f32' },
  xyztUnits: { offset: 123, type: 'u8' },
  qformCode: { offset: 252, type: 'i16' },
  sformCode: { offset: 254, type: 'i16' },
  quatern: { offset: 256, type: 'f32' },
  qoffset: { offset: 268, type: 'f32' },
  srow: { offset: 280, type: 'f32' },
  descrip: { offset: 148, bytes: 80 },
  freeText: [
    { offset: 14, bytes: 18 }, // db_name
    { offset: 228, bytes: 24 }, // aux_file
  ],
};

export const nifti2Layout: HeaderLayout = {
  version: 2,
  headerBytes: 540,
  firstVoxelByte: 544,
  maxDim: 1_000_000,
  magic: { offset: 4, bytes: 8 },
  dim: { offset: 16, type: 'i64' },
  datatype: { offset: 12, type: 'i16' },
  bitpix: { offset: 14, type: 'i16' },
  pixdim: { offset: 104, type: 'f64' },
  voxOffset: { offset: 168, type: 'i64' },
  sclSlope: { offset: 176, type: 'f64' },
  sclInter: { offset: 184, type: 'f64' },
  calMax: { offset: 192, type: 'f64' },
  calMin: { offset: 200, type: 'f64' },
  xyztUnits: { offset: 500, type: 'i32' },
  qformCode: { offset: 344, type: 'i32' },
  sformCode: { offset: 348, type: 'i32' },
  quatern: { offset: 352, type: 'f64' },
  qoffset: { offset: 376, type: 'f64' },
  srow: { offset: 400, type: 'f64' },
  descrip: { offset: 240, bytes: 80 },
  freeText: [{ offset: 320, bytes: 24 }], // aux_file
};

/** Modifies `view`: sets the first element of a numeric field. */
export function writeField(view: DataView, field: Field, littleEndian: boolean, value: number): void {
  switch (field.type) {
    case 'u8':
      view.setUint8(field.offset, value);
      return;
    case 'i16':
      view.setInt16(field.offset, value, littleEndian);
      return;
    case 'i32':
      view.setInt32(field.offset, value, littleEndian);
      return;
    case 'i64':
      view.setBigInt64(field.offset, BigInt(value), littleEndian);
      return;
    case 'f32':
      view.setFloat32(field.offset, value, littleEndian);
      return;
    case 'f64':
      view.setFloat64(field.offset, value, littleEndian);
      return;
  }
}
