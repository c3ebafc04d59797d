import type { PixelForm } from '../instanceHeader.ts';

/** The package: one module of many codecs, of which this one serves here (stack.md §5). */
type Codecs = typeof import('dcmjs-codecs');

let started: Promise<Codecs> | undefined;

/**
 * Decodes one JPEG XL frame.
 *
 * @returns a copy of the samples in little-endian bytes
 * @throws whatever the decoder throws; the caller wraps it
 */
export async function decodeJpegXl(frame: Uint8Array, form: PixelForm): Promise<Uint8Array> {
  const { Context, NativeCodecs } = await startJpegXl();
  const context = new Context({
    width: form.columns,
    height: form.rows,
    bitsAllocated: form.bitsAllocated,
    bitsStored: form.bitsStored,
    samplesPerPixel: 1,
    pixelRepresentation: form.isSigned ? 1 : 0,
    photometricInterpretation: 'MONOCHROME2',
    encodedBuffer: frame,
  });
  return Uint8Array.from(NativeCodecs.decodeJpegXl(context).getDecodedBuffer()!);
}

/** Starting takes half a second, so it is done once. */
export function startJpegXl(): Promise<Codecs> {
  started ??= import('dcmjs-codecs').then(async ({ default: codecs }) => {
    await codecs.NativeCodecs.initializeAsync();
    return codecs;
  });
  return started;
}
