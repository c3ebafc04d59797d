import { niftiDatatypes } from './datatypes.ts';
import type { NiftiDatatype } from './datatypes.ts';

/** How a file stores voxel values: value = sclSlope · stored + sclInter. */
export type StoredForm = Readonly<{
  datatype: NiftiDatatype;
  littleEndian: boolean;
  sclSlope: number;
  sclInter: number;
}>;

export type NumericArray =
  | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const TWO_32 = 4294967296;
/** byte order of this machine, which typed arrays follow */
const isHostLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const LOW_WORD = isHostLittleEndian ? 0 : 1;

/**
 * Stored values → voxel values, computed in float64, kept as float32. Fills `samples`, non-finite values replaced by 0.
 * Modifies `voxels`: its byte order becomes the machine's.
 *
 * @returns how many were not finite
 */
export function samplesOfVoxels(voxels: Buffer, form: StoredForm, samples: Float32Array): number {
  swapBetweenOrders(voxels, form);
  const stored = is64BitInteger(form.datatype)
    ? doublesOfInt64(voxels, form.datatype === 'int64')
    : numericView(form.datatype, voxels);
  const { sclSlope, sclInter } = form;
  let nonFinite = 0;
  for (let index = 0; index < stored.length; index++) {
    const value = Math.fround(sclSlope * stored[index]! + sclInter);
    // x - x is 0 for finite x only; a double beyond the range of float32 became infinite above
    const isFinite = value - value === 0;
    samples[index] = isFinite ? value : 0;
    if (!isFinite) nonFinite++;
  }
  return nonFinite;
}

/**
 * Voxel values → stored values in the file's byte order: (sample - intercept) / slope, rounded for integers.
 * Modifies `voxels`, which holds exactly one stored value a sample.
 *
 * @returns how many samples were not finite; those bytes must not be written to a file
 */
export function storeSamples(samples: Float32Array, voxels: Buffer, form: StoredForm): number {
  const isInteger = niftiDatatypes[form.datatype].integer !== null;
  const is64Bit = is64BitInteger(form.datatype);
  const stored = is64Bit ? new Float64Array(samples.length) : numericView(form.datatype, voxels);
  const { sclSlope, sclInter } = form;
  let nonFinite = 0;
  for (let index = 0; index < samples.length; index++) {
    const value = (samples[index]! - sclInter) / sclSlope;
    if (value - value !== 0) nonFinite++;
    stored[index] = isInteger ? Math.round(value) : value;
  }
  if (is64Bit) int64OfDoubles(stored, voxels);
  swapBetweenOrders(voxels, form);
  return nonFinite;
}

/** Modifies `voxels`: swaps its bytes between the file's and the machine's order. Its own inverse. */
function swapBetweenOrders(voxels: Buffer, { datatype, littleEndian }: StoredForm): void {
  if (littleEndian === isHostLittleEndian) return;
  const { bytes } = niftiDatatypes[datatype];
  if (bytes === 2) voxels.swap16();
  else if (bytes === 4) voxels.swap32();
  else if (bytes === 8) voxels.swap64();
}

function numericView(datatype: Exclude<NiftiDatatype, 'int64' | 'uint64'>, voxels: Buffer): NumericArray {
  const { buffer, byteOffset } = voxels;
  const count = voxels.length / niftiDatatypes[datatype].bytes;
  switch (datatype) {
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

function is64BitInteger(datatype: NiftiDatatype): datatype is 'int64' | 'uint64' {
  return datatype === 'int64' || datatype === 'uint64';
}

/** Doubles hold 64-bit integers exactly up to 2^53, and the samples are float32 anyway. */
function doublesOfInt64(voxels: Buffer, isSigned: boolean): Float64Array {
  const words = new Uint32Array(voxels.buffer, voxels.byteOffset, voxels.length / 4);
  const values = new Float64Array(words.length / 2);
  for (let index = 0; index < values.length; index++) {
    const high = words[2 * index + 1 - LOW_WORD]!;
    values[index] = (isSigned ? high | 0 : high) * TWO_32 + words[2 * index + LOW_WORD]!;
  }
  return values;
}

/** Modifies `voxels`. Two's complement in two words, so signed and unsigned need no distinction. */
function int64OfDoubles(values: NumericArray, voxels: Buffer): void {
  const words = new Uint32Array(voxels.buffer, voxels.byteOffset, values.length * 2);
  for (let index = 0; index < values.length; index++) {
    const high = Math.floor(values[index]! / TWO_32);
    words[2 * index + 1 - LOW_WORD] = high;
    words[2 * index + LOW_WORD] = values[index]! - high * TWO_32;
  }
}
