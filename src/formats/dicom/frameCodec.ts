import type { PixelForm } from './instanceHeader.ts';

/**
 * Decodes one compressed frame (RLE, JPEG, JPEG-LS, JPEG 2000, HTJ2K) to its samples in machine byte order.
 *
 * @returns a copy: the codecs answer with views of their own memory, which the next call overwrites
 * @throws whatever the codec throws, strings and numbers among it; the caller wraps it
 */
export async function decodeFrame(frame: Buffer, form: PixelForm, transferSyntaxUid: string): Promise<Uint8Array> {
  const info = {
    rows: form.rows,
    columns: form.columns,
    bitsAllocated: form.bitsAllocated,
    bitsStored: form.bitsStored,
    samplesPerPixel: 1,
    pixelRepresentation: form.isSigned ? 1 : 0,
    signed: form.isSigned,
  };
  // some codecs look at the whole underlying buffer, so the frame must be alone in it
  const alone = Uint8Array.from(frame);
  // loaded on demand: uncompressed series need no codecs
  const { default: dicomCodec } = await import('@cornerstonejs/dicom-codec');
  const { imageFrame } = await withoutCodecChatter(() => dicomCodec.decode(alone, info, transferSyntaxUid));
  return Uint8Array.from(new Uint8Array(imageFrame.buffer, imageFrame.byteOffset, imageFrame.byteLength));
}

const CHATTER = /^\s*\[(INFO|WARNING)\]/;
let silencers = 0;
let speak: typeof console.log | undefined;

/**
 * OpenJPEG prints "[INFO] …" through console.log to standard output, which belongs to concord's results. Its module
 * binds console.log when it is first used, so the filter passes everything else on.
 */
async function withoutCodecChatter<Result>(work: () => Promise<Result>): Promise<Result> {
  if (silencers++ === 0) {
    const original = console.log;
    speak = original;
    console.log = (...values: unknown[]) => {
      if (typeof values[0] !== 'string' || !CHATTER.test(values[0])) original(...values);
    };
  }
  try {
    return await work();
  } finally {
    if (--silencers === 0 && speak) console.log = speak;
  }
}
