import { createRequire } from 'node:module';

/** The decoders that dicom-codec brings along, compiled from OpenJPEG, OpenJPH, CharLS and libjpeg-turbo. */
const decoders = {
  'jpeg-baseline': { module: '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs', decoder: 'JPEGDecoder' },
  'jpeg-ls': { module: '@cornerstonejs/codec-charls/decodewasmjs', decoder: 'JpegLSDecoder' },
  'jpeg-2000': { module: '@cornerstonejs/codec-openjpeg/decodewasmjs', decoder: 'J2KDecoder' },
  htj2k: { module: '@cornerstonejs/codec-openjph/wasmjs', decoder: 'HTJ2KDecoder' },
} as const;

export type WasmCoding = keyof typeof decoders;

type Decoder = {
  getEncodedBuffer: (length: number) => Uint8Array;
  decode: () => void;
  getDecodedBuffer: () => Uint8Array;
  delete: () => void;
};
type CodecModule = Readonly<Record<string, new () => Decoder>>;
type CodecFactory = (options: { print: () => void; printErr: () => void }) => Promise<CodecModule>;

const loaded = new Map<WasmCoding, Promise<CodecModule>>();

/**
 * Decodes one frame. dicom-codec's own wrapper is not used: it frees the decoder before it returns a view of the
 * decoder's memory, and the allocator may already have written there.
 *
 * @returns a copy of the samples in little-endian bytes
 * @throws whatever the decoder throws, bare numbers among it; the caller wraps it
 */
export async function decodeWithWasm(frame: Uint8Array, coding: WasmCoding): Promise<Uint8Array> {
  const codec = await loadWasm(coding);
  const decoder = new codec[decoders[coding].decoder]!();
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    return Uint8Array.from(decoder.getDecodedBuffer());
  } catch (cause) {
    // an aborted module cannot be trusted with another frame
    loaded.delete(coding);
    throw cause;
  } finally {
    decoder.delete();
  }
}

/** Silent: OpenJPEG prints "[INFO] …" to standard output otherwise, which belongs to concord's results. */
export function loadWasm(coding: WasmCoding): Promise<CodecModule> {
  let codec = loaded.get(coding);
  if (!codec) {
    const dicomCodec = createRequire(import.meta.url).resolve('@cornerstonejs/dicom-codec');
    const factory = createRequire(dicomCodec)(decoders[coding].module) as CodecFactory;
    const silent = (): void => undefined;
    codec = factory({ print: silent, printErr: silent });
    loaded.set(coding, codec);
  }
  return codec;
}
