import type { PixelCoding, TransferSyntax } from '../transferSyntax.ts';
import { decodeExtendedJpeg, loadItk } from './extendedJpeg.ts';
import { decodeJpegXl, startJpegXl } from './jpegXl.ts';
import type { FrameRequest } from './messages.ts';
import { decodeWithWasm, loadWasm } from './wasmCodec.ts';

/** Loads the codec of a coding, which may take longer than many frames. */
export async function loadCodec(coding: PixelCoding): Promise<void> {
  if (coding === 'jpeg-xl') await startJpegXl();
  else if (coding === 'jpeg-extended') await loadItk();
  else if (coding === 'rle' || coding === 'jpeg-lossless') await import('@cornerstonejs/dicom-codec');
  else if (coding !== 'native') await loadWasm(coding);
}

/**
 * Decodes one compressed frame to its samples in little-endian bytes. Runs in the decoder's process alone.
 *
 * @throws whatever the codec throws, strings and numbers among it; the caller wraps it
 */
export async function decodeFrame({ frame, form, syntax, rescale, path }: FrameRequest): Promise<Uint8Array> {
  const { coding } = syntax;
  if (coding === 'native') throw new Error('uncompressed pixels have no codec');
  if (coding === 'jpeg-extended') return decodeExtendedJpeg(path, rescale);
  if (coding === 'jpeg-xl') return decodeJpegXl(frame, form);
  if (coding !== 'rle' && coding !== 'jpeg-lossless') return decodeWithWasm(frame, coding);
  return decodeWithDicomCodec(frame, form, syntax);
}

async function decodeWithDicomCodec(frame: Uint8Array, form: FrameRequest['form'], { uid }: TransferSyntax): Promise<Uint8Array> {
  const info = {
    rows: form.rows,
    columns: form.columns,
    bitsAllocated: form.bitsAllocated,
    samplesPerPixel: 1,
    pixelRepresentation: form.isSigned ? 1 : 0,
    signed: form.isSigned,
  };
  const { default: dicomCodec } = await import('@cornerstonejs/dicom-codec');
  // these two decoders look at the whole underlying buffer, so the frame must be alone in it
  const { imageFrame } = await dicomCodec.decode(Uint8Array.from(frame), info, uid);
  return new Uint8Array(imageFrame.buffer, imageFrame.byteOffset, imageFrame.byteLength);
}
