import { ScanRefusal } from '../../core/issues.ts';
import { checkCodestream } from './decode/codestream.ts';
import { decodeApart } from './decode/decoder.ts';
import type { DecodeLimits } from './decode/decoder.ts';
import type { PixelBytes } from './dataSet.ts';
import type { InstanceHeader, PixelForm } from './instanceHeader.ts';

/** Samples in row order as the file or the codec stores them: overlay bits and a missing sign are still in them. */
export type FrameWords = Uint8Array | Uint16Array;

/**
 * The pixels of one instance, decoded from any transfer syntax.
 *
 * @returns rows × columns words; a view of `data` where it is uncompressed
 * @throws ScanRefusal PIXEL_LENGTH, MALFORMED, DECOMPRESSION_BOMB, TIMEOUT, TOO_LARGE
 */
export async function frameWordsOf(instance: InstanceHeader, data: PixelBytes | undefined, limits?: DecodeLimits): Promise<FrameWords> {
  const { pixels: form, transferSyntax: syntax } = instance;
  if (!data) throw new ScanRefusal('PIXEL_LENGTH', 'the instance has no pixel data');
  if (data.isEncapsulated !== (syntax.coding !== 'native')) {
    throw new ScanRefusal('MALFORMED', 'the transfer syntax and the form of the pixel data contradict each other');
  }
  if (syntax.coding === 'native') return nativeWords(data, form, syntax.bigEndian === true);
  checkCodestream(data.bytes, syntax.coding, form);
  const rescale = { slope: instance.rescaleSlope ?? 1, intercept: instance.rescaleIntercept ?? 0 };
  return decodedWords(await decodeApart({ frame: data.bytes, form, syntax, rescale, path: instance.path }, limits), form);
}

/**
 * Bits → number: the sample's bits are moved to the top of 32 and back, which drops what lies above them (overlays, a
 * codec's sign bits) and what lies below, and extends the sign.
 */
export function storedValueOf({ highBit, bitsStored, isSigned }: PixelForm): (word: number) => number {
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  return isSigned ? (word) => (word << left) >> right : (word) => (word << left) >>> right;
}

function nativeWords({ bytes, lengthInFile }: PixelBytes, form: PixelForm, bigEndian: boolean): FrameWords {
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
function decodedWords(samples: Uint8Array, form: PixelForm): FrameWords {
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
