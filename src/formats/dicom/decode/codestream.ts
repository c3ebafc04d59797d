import { ScanRefusal } from '../../../core/issues.ts';
import type { PixelForm } from '../instanceHeader.ts';
import type { PixelCoding } from '../transferSyntax.ts';
import { jpegXlSize } from './jpegXlSize.ts';

/** What a compressed frame says of itself. */
type FrameSize = Readonly<{ rows: number; columns: number; components: number }>;

const JPEG_START = 0xffd8;
const J2K_START = 0xff4f;
const J2K_SIZE = 0xff51;
/** Start-of-frame markers: SOF0 to SOF15 without the tables DHT, JPG, DAC; SOF55 of JPEG-LS. */
const isFrameMarker = (marker: number): boolean =>
  (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) || marker === 0xfff7;
const RLE_HEADER = 64;
/** A frame of 4096² may expand as it likes; a larger one 200 times. */
const FREE_BYTES = 32 * 2 ** 20;
const MAX_RATIO = 200;

/**
 * Compares a compressed frame with the header before any codec sees it: codecs trust their own input and can take
 * the process down (operations.md T-08).
 *
 * @throws ScanRefusal PIXEL_LENGTH when sizes disagree; MALFORMED when the frame does not begin as one
 */
export function checkCodestream(frame: Buffer, coding: PixelCoding, form: PixelForm): void {
  if (coding === 'native') return;
  if (coding === 'rle') {
    checkRle(frame, form);
    checkRatio(frame, form);
    return;
  }
  const size = sizeOf(frame, coding);
  if (!size) throw new ScanRefusal('MALFORMED', 'the compressed frame does not say its size');
  if (size.rows === form.rows && size.columns === form.columns && size.components === 1) {
    checkRatio(frame, form);
    return;
  }
  throw new ScanRefusal(
    'PIXEL_LENGTH',
    `${form.columns}×${form.rows}×1 expected, the compressed frame is ${size.columns}×${size.rows}×${size.components}`,
  );
}

function sizeOf(frame: Buffer, coding: PixelCoding): FrameSize | undefined {
  if (coding === 'jpeg-xl') return jpegXlSize(frame);
  return coding === 'jpeg-2000' || coding === 'htj2k' ? jpeg2000Size(frame) : jpegSize(frame);
}

/** Both agree on a size that the frame's few bytes cannot fill: a decoder would take the memory all the same (T-07). */
function checkRatio(frame: Buffer, { rows, columns }: PixelForm): void {
  const decoded = 2 * rows * columns;
  if (decoded <= FREE_BYTES || decoded <= MAX_RATIO * frame.length) return;
  throw new ScanRefusal('DECOMPRESSION_BOMB', `${frame.length} bytes would expand to ${decoded}`);
}

function jpegSize(frame: Buffer): FrameSize | undefined {
  if (frame.length < 4 || frame.readUInt16BE(0) !== JPEG_START) return undefined;
  let position = 2;
  while (position + 10 <= frame.length) {
    const marker = frame.readUInt16BE(position);
    if (isFrameMarker(marker)) {
      return {
        rows: frame.readUInt16BE(position + 5),
        columns: frame.readUInt16BE(position + 7),
        components: frame[position + 9]!,
      };
    }
    if (marker === 0xffff) position += 1; // fill byte
    else if (marker < 0xff02) return undefined;
    else position += 2 + frame.readUInt16BE(position + 2);
  }
  return undefined;
}

/** ISO 15444-1 A.5.1: Xsiz, Ysiz, XOsiz, YOsiz at 8, 12, 16, 20 and Csiz at 40, from the start of the codestream. */
function jpeg2000Size(frame: Buffer): FrameSize | undefined {
  if (frame.length < 42 || frame.readUInt16BE(0) !== J2K_START || frame.readUInt16BE(2) !== J2K_SIZE) return undefined;
  return {
    columns: frame.readUInt32BE(8) - frame.readUInt32BE(16),
    rows: frame.readUInt32BE(12) - frame.readUInt32BE(20),
    components: frame.readUInt16BE(40),
  };
}

/** PS3.5 G.5: the segment count, then offsets, which must ascend inside the frame. */
function checkRle(frame: Buffer, form: PixelForm): void {
  const expected = form.bitsAllocated / 8;
  if (frame.length < RLE_HEADER || frame.readUInt32LE(0) !== expected) {
    throw new ScanRefusal('MALFORMED', `an RLE frame of ${expected} segments was expected`);
  }
  let previous = RLE_HEADER - 1;
  for (let segment = 1; segment <= expected; segment++) {
    const offset = frame.readUInt32LE(4 * segment);
    if (offset <= previous || offset >= frame.length) throw new ScanRefusal('MALFORMED', 'an RLE segment is out of place');
    previous = offset;
  }
  // the decoder takes the next offset for a segment's end, so the one after the last must not lead astray
  if (expected < 15 && frame.readUInt32LE(4 * (expected + 1)) !== 0) {
    throw new ScanRefusal('MALFORMED', 'an RLE header names more segments than it counts');
  }
}
