import { nifti1Layout, nifti2Layout, writeField } from '../../src/formats/nifti/headerLayout.ts';
import type { Field } from '../../src/formats/nifti/headerLayout.ts';

/** Bytes of one stored value, and how to put it: written here apart from the code under test. */
const kinds = {
  uint8: { code: 2, bytes: 1, put: (v: DataView, at: number, x: number) => v.setUint8(at, x) },
  int16: { code: 4, bytes: 2, put: (v: DataView, at: number, x: number, le: boolean) => v.setInt16(at, x, le) },
  int32: { code: 8, bytes: 4, put: (v: DataView, at: number, x: number, le: boolean) => v.setInt32(at, x, le) },
  float32: { code: 16, bytes: 4, put: (v: DataView, at: number, x: number, le: boolean) => v.setFloat32(at, x, le) },
  float64: { code: 64, bytes: 8, put: (v: DataView, at: number, x: number, le: boolean) => v.setFloat64(at, x, le) },
  int8: { code: 256, bytes: 1, put: (v: DataView, at: number, x: number) => v.setInt8(at, x) },
  uint16: { code: 512, bytes: 2, put: (v: DataView, at: number, x: number, le: boolean) => v.setUint16(at, x, le) },
  uint32: { code: 768, bytes: 4, put: (v: DataView, at: number, x: number, le: boolean) => v.setUint32(at, x, le) },
  int64: { code: 1024, bytes: 8, put: (v: DataView, at: number, x: number, le: boolean) => v.setBigInt64(at, BigInt(x), le) },
  uint64: { code: 1280, bytes: 8, put: (v: DataView, at: number, x: number, le: boolean) => v.setBigUint64(at, BigInt(x), le) },
} as const;

export type NiftiKind = keyof typeof kinds;
export const niftiKinds = Object.keys(kinds) as NiftiKind[];

export type NiftiSpec = {
  version?: 1 | 2;
  littleEndian?: boolean;
  /** Lengths of all axes; its length is dim[0]. */
  dims?: readonly number[];
  kind?: NiftiKind;
  /** Stored values, I fastest. */
  stored?: readonly number[];
  slope?: number;
  inter?: number;
  /** pixdim[0…3]. */
  pixdim?: readonly number[];
  xyztUnits?: number;
  qformCode?: number;
  quatern?: readonly number[];
  qoffset?: readonly number[];
  sformCode?: number;
  srow?: readonly number[];
  descrip?: string;
  /** Bytes between the header and the voxels: the extension block, its four announcing bytes first. */
  extension?: Buffer;
};

/** A NIfTI file in memory. By default: 3×4×5 int16, 0…59, 1×2×3 mm, an sform that is that diagonal. */
export function niftiBytes(spec: NiftiSpec = {}): Buffer {
  const { littleEndian = true, dims = [3, 4, 5], kind = 'int16' } = spec;
  const layout = spec.version === 2 ? nifti2Layout : nifti1Layout;
  const count = dims.reduce((product, length) => product * length, 1);
  const stored = spec.stored ?? Array.from({ length: count }, (_, index) => index % 100);
  const extension = spec.extension ?? Buffer.alloc(4);
  const voxOffset = layout.headerBytes + extension.length;
  const bytes = Buffer.alloc(voxOffset + stored.length * kinds[kind].bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const put = (field: Field, values: readonly number[]): void => {
    const step = { u8: 1, i16: 2, i32: 4, i64: 8, f32: 4, f64: 8 }[field.type];
    values.forEach((value, index) => {
      writeField(view, { ...field, offset: field.offset + index * step }, littleEndian, value);
    });
  };
  view.setInt32(0, layout.headerBytes, littleEndian);
  bytes.write(spec.version === 2 ? 'n+2\0\r\n\x1a\n' : 'n+1\0', layout.magic.offset, 'latin1');
  put(layout.dim, [dims.length, ...dims, ...Array.from({ length: 7 - dims.length }, () => 1)]);
  put(layout.datatype, [kinds[kind].code]);
  put(layout.bitpix, [kinds[kind].bytes * 8]);
  put(layout.pixdim, spec.pixdim ?? [1, 1, 2, 3]);
  put(layout.voxOffset, [voxOffset]);
  put(layout.sclSlope, [spec.slope ?? 1]);
  put(layout.sclInter, [spec.inter ?? 0]);
  put(layout.xyztUnits, [spec.xyztUnits ?? 2]);
  put(layout.qformCode, [spec.qformCode ?? 0]);
  put(layout.quatern, spec.quatern ?? [0, 0, 0]);
  put(layout.qoffset, spec.qoffset ?? [0, 0, 0]);
  put(layout.sformCode, [spec.sformCode ?? 1]);
  put(layout.srow, spec.srow ?? [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0]);
  bytes.write(spec.descrip ?? '', layout.descrip.offset, 'latin1');
  extension.copy(bytes, layout.headerBytes);
  stored.forEach((value, index) => {
    kinds[kind].put(view, voxOffset + index * kinds[kind].bytes, value, littleEndian);
  });
  return bytes;
}
