import { ScanRefusal } from '../../core/issues.ts';
import { checkCodestream } from './codestream.ts';
import type { PixelBytes } from './dataSet.ts';
import { decodeExtendedJpeg } from './extendedJpeg.ts';
import { decodeFrame } from './frameCodec.ts';
import type { InstanceHeader, PixelForm } from './instanceHeader.ts';

/**
 * The stored values of one instance, decoded from any transfer syntax.
 *
 * @returns rows × columns values in row order, sign-extended, with overlay bits removed
 * @throws ScanRefusal PIXEL_LENGTH, MALFORMED
 */
export async function storedValuesOf(instance: InstanceHeader, data: PixelBytes | undefined): Promise<Int32Array> {
  const { pixels, transferSyntax } = instance;
  const { coding } = transferSyntax;
  if (!data) throw new ScanRefusal('PIXEL_LENGTH', 'the instance has no pixel data');
  if (data.isEncapsulated !== (coding !== 'native')) {
    throw new ScanRefusal('MALFORMED', 'the transfer syntax and the form of the pixel data contradict each other');
  }
  if (coding === 'native') return nativeValues(data, pixels, transferSyntax.bigEndian === true);
  checkCodestream(data.bytes, coding, pixels);
  try {
    if (coding === 'jpeg-extended') return checkCount(await decodeExtendedJpeg(instance), pixels);
    const frame = await decodeFrame(data.bytes, pixels, transferSyntax);
    return decodedValues(frame, pixels);
  } catch (cause) {
    if (cause instanceof ScanRefusal) throw cause;
    throw new ScanRefusal('MALFORMED', `the compressed pixels (${transferSyntax.name}) cannot be decoded`, cause);
  }
}

function nativeValues({ bytes, lengthInFile }: PixelBytes, form: PixelForm, bigEndian: boolean): Int32Array {
  const expected = (form.rows * form.columns * form.bitsAllocated) / 8;
  // a value has an even length, so an odd number of bytes is followed by one of padding
  if (lengthInFile !== expected + (expected % 2)) {
    throw new ScanRefusal('PIXEL_LENGTH', `${expected} bytes expected, got ${lengthInFile}`);
  }
  return unpack(bytes.subarray(0, expected), form, form.bitsAllocated === 16 ? (bigEndian ? 'be' : 'le') : 'byte');
}

/** A codec answers in one byte a sample when the codestream has eight bits or fewer, whatever the header allocates. */
function decodedValues(frame: Uint8Array, form: PixelForm): Int32Array {
  const count = form.rows * form.columns;
  const isByte = frame.length === count;
  if (!isByte && frame.length !== 2 * count) {
    throw new ScanRefusal('PIXEL_LENGTH', `${count} samples expected, ${frame.length} bytes were decoded`);
  }
  return unpack(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength), form, isByte ? 'byte' : 'le');
}

/**
 * Bits → numbers: the sample's bits are moved to the top of 32 and back, which drops what lies above them (overlays,
 * a codec's sign bits) and what lies below, and extends the sign.
 */
function unpack(bytes: Buffer, form: PixelForm, unit: 'byte' | 'le' | 'be'): Int32Array {
  const values = new Int32Array(form.rows * form.columns);
  const left = 31 - form.highBit;
  const right = 32 - form.bitsStored;
  const { isSigned } = form;
  const high = unit === 'be' ? 0 : 1;
  const low = 1 - high;
  for (let index = 0; index < values.length; index++) {
    const raw = unit === 'byte' ? bytes[index]! : (bytes[2 * index + high]! << 8) | bytes[2 * index + low]!;
    const top = raw << left;
    values[index] = isSigned ? top >> right : top >>> right;
  }
  return values;
}

function checkCount(values: Int32Array, form: PixelForm): Int32Array {
  if (values.length === form.rows * form.columns) return values;
  throw new ScanRefusal('PIXEL_LENGTH', `${form.rows * form.columns} samples expected, ${values.length} were decoded`);
}
