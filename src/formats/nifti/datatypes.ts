/** Data table: the NIfTI datatype codes that hold one real number per voxel, and the ones refused by name. */
export const niftiDatatypes = {
  uint8: { code: 2, bytes: 1, integer: [0, 255] },
  int16: { code: 4, bytes: 2, integer: [-32768, 32767] },
  int32: { code: 8, bytes: 4, integer: [-2147483648, 2147483647] },
  float32: { code: 16, bytes: 4, integer: null },
  float64: { code: 64, bytes: 8, integer: null },
  int8: { code: 256, bytes: 1, integer: [-128, 127] },
  uint16: { code: 512, bytes: 2, integer: [0, 65535] },
  uint32: { code: 768, bytes: 4, integer: [0, 4294967295] },
  // beyond 2^53 a double has no odd integers: the safe range is what we can write exactly
  int64: { code: 1024, bytes: 8, integer: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] },
  uint64: { code: 1280, bytes: 8, integer: [0, Number.MAX_SAFE_INTEGER] },
} as const satisfies Record<string, NiftiDatatypeEntry>;

type NiftiDatatypeEntry = {
  code: number;
  bytes: 1 | 2 | 4 | 8;
  /** Smallest and largest stored value of an integer type; null for floating point. */
  integer: readonly [number, number] | null;
};

export type NiftiDatatype = keyof typeof niftiDatatypes;

export const refusedDatatypes: Readonly<
  Record<number, { name: string; issue: 'COLOR' | 'COMPLEX_COMPONENT' | 'UNSUPPORTED_FORMAT' }>
> = {
  1: { name: 'binary', issue: 'UNSUPPORTED_FORMAT' },
  32: { name: 'complex64', issue: 'COMPLEX_COMPONENT' },
  128: { name: 'rgb24', issue: 'COLOR' },
  1536: { name: 'float128', issue: 'UNSUPPORTED_FORMAT' },
  1792: { name: 'complex128', issue: 'COMPLEX_COMPONENT' },
  2048: { name: 'complex256', issue: 'COMPLEX_COMPONENT' },
  2304: { name: 'rgba32', issue: 'COLOR' },
};

export function datatypeOfCode(code: number): NiftiDatatype | undefined {
  const names = Object.keys(niftiDatatypes) as NiftiDatatype[];
  return names.find((name) => niftiDatatypes[name].code === code);
}
