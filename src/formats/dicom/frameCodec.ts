import type { PixelForm } from './instanceHeader.ts';
import type { TransferSyntax } from './transferSyntax.ts';
import { decodeWithWasm } from './wasmCodec.ts';

/**
 * Decodes one compressed frame to its samples in little-endian bytes.
 *
 * @throws whatever the codec throws, strings and numbers among it; the caller wraps it
 */
export async function decodeFrame(
  frame: Buffer,
  form: PixelForm,
  { coding, uid }: TransferSyntax,
): Promise<Uint8Array> {
  if (coding === 'native' || coding === 'jpeg-extended') throw new Error('this coding has no frame codec');
  if (coding !== 'rle' && coding !== 'jpeg-lossless') return decodeWithWasm(frame, coding);
  const info = {
    rows: form.rows,
    columns: form.columns,
    bitsAllocated: form.bitsAllocated,
    samplesPerPixel: 1,
    pixelRepresentation: form.isSigned ? 1 : 0,
    signed: form.isSigned,
  };
  // loaded on demand: uncompressed series need no codecs
  const { default: dicomCodec } = await import('@cornerstonejs/dicom-codec');
  // these two decoders look at the whole underlying buffer, so the frame must be alone in it
  const { imageFrame } = await dicomCodec.decode(Uint8Array.from(frame), info, uid);
  return new Uint8Array(imageFrame.buffer, imageFrame.byteOffset, imageFrame.byteLength);
}
