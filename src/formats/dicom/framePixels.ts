import { ScanRefusal } from '../../core/issues.ts';
import { checkCodestream } from './decode/codestream.ts';
import { decodeApart } from './decode/decoder.ts';
import type { DecodeLimits } from './decode/decoder.ts';
import type { PixelBytes } from './dataSet.ts';
import type { InstanceHeader, PixelForm } from './instanceHeader.ts';

/**
 * The stored values of one instance, decoded from any transfer syntax.
 *
 * @param into rows × columns places, which get the values in row order, sign-extended, with overlay bits removed
 * @throws ScanRefusal PIXEL_LENGTH, MALFORMED, DECOMPRESSION_BOMB, TIMEOUT, TOO_LARGE
 */
export async function readStoredValues(
  instance: InstanceHeader, data: PixelBytes | undefined, into: Int32Array, limits?: DecodeLimits,
): Promise<void> {
  const { pixels: form, transferSyntax: syntax } = instance;
  if (!data) throw new ScanRefusal('PIXEL_LENGTH', 'the instance has no pixel data');
  if (data.isEncapsulated !== (syntax.coding !== 'native')) {
    throw new ScanRefusal('MALFORMED', 'the transfer syntax and the form of the pixel data contradict each other');
  }
  if (syntax.coding === 'native') {
    unpack(nativeWords(data, form, syntax.bigEndian === true), form, into);
    return;
  }
  checkCodestream(data.bytes, syntax.coding, form);
  const rescale = { slope: instance.rescaleSlope ?? 1, intercept: instance.rescaleIntercept ?? 0 };
  const samples = await decodeApart({ frame: data.bytes, form, syntax, rescale, path: instance.path }, limits);
  unpack(decodedWords(samples, form), form, into);
}

/** The same, in an array of its own. */
export async function storedValuesOf(instance: InstanceHeader, data: PixelBytes | undefined): Promise<Int32Array> {
  const values = new Int32Array(instance.pixels.rows * instance.pixels.columns);
  await readStoredValues(instance, data, values);
  return values;
}

function nativeWords({ bytes, lengthInFile }: PixelBytes, form: PixelForm, bigEndian: boolean): Uint8Array | Uint16Array {
  const expected = (form.rows * form.columns * form.bitsAllocated) / 8;
  // a value has an even length, so an odd number of bytes is followed by one of padding
  if (lengthInFile !== expected + (expected % 2)) {
    throw new ScanRefusal('PIXEL_LENGTH', `${expected} bytes expected, got ${lengthInFile}`);
  }
  const pixels = bytes.subarray(0, expected);
  if (form.bitsAllocated === 8) return pixels;
  return wordsOf(bigEndian ? Buffer.from(pixels).swap16() : pixels);
}

/** A codec answers in one byte a sample when the codestream has eight bits or fewer, whatever the header allocates. */
function decodedWords(samples: Uint8Array, form: PixelForm): Uint8Array | Uint16Array {
  const count = form.rows * form.columns;
  if (samples.length === count) return samples;
  if (samples.length === 2 * count) return wordsOf(samples);
  throw new ScanRefusal('PIXEL_LENGTH', `${count} samples expected, ${samples.length} bytes were decoded`);
}

/** Little-endian words, as are those of every machine that Node runs on; without a copy where the address allows. */
function wordsOf(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
}

/**
 * Bits → numbers: the sample's bits are moved to the top of 32 and back, which drops what lies above them (overlays,
 * a codec's sign bits) and what lies below, and extends the sign.
 */
function unpack(words: Uint8Array | Uint16Array, { highBit, bitsStored, isSigned }: PixelForm, into: Int32Array): void {
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  if (isSigned) for (let index = 0; index < into.length; index++) into[index] = (words[index]! << left) >> right;
  else for (let index = 0; index < into.length; index++) into[index] = (words[index]! << left) >>> right;
}
