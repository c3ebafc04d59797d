/** What a JPEG XL frame says of its size; ISO 18181-1 D.2 (SizeHeader), ISO 18181-2 (boxes). */
export function jpegXlSize(frame: Buffer): Readonly<{ rows: number; columns: number; components: number }> | undefined {
  const start = codestreamStart(frame);
  if (start === undefined || start + 2 + 10 > frame.length) return undefined;
  if (frame.readUInt16BE(start) !== CODESTREAM) return undefined;
  const take = bitReader(frame, start + 2);
  const isSmall = take(1) === 1;
  const side = (): number => (isSmall ? 8 * (take(5) + 1) : 1 + take(SIDE_BITS[take(2)]!));
  const rows = side();
  const ratio = RATIOS[take(3)];
  // the samples' number is far into the header; a frame of more components decodes to another length, which is checked
  return { rows, columns: ratio === undefined ? side() : Math.floor((rows * ratio[0]) / ratio[1]), components: 1 };
}

const CODESTREAM = 0xff0a;
const SIDE_BITS = [9, 13, 18, 30];
const RATIOS: readonly (readonly [number, number] | undefined)[] = [
  undefined, [1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1],
];

/** Of a bare codestream 0; of a box file where its first codestream box begins. */
function codestreamStart(frame: Buffer): number | undefined {
  if (frame.length >= 2 && frame.readUInt16BE(0) === CODESTREAM) return 0;
  if (frame.length < 12 || frame.toString('latin1', 4, 8) !== 'JXL ') return undefined;
  let position = 0;
  while (position + 12 <= frame.length) {
    const length = frame.readUInt32BE(position);
    const type = frame.toString('latin1', position + 4, position + 8);
    if (type === 'jxlc') return position + 8;
    if (type === 'jxlp') return position + 12;
    // 0 is "to the end of the file", 1 a 64-bit length: neither stands before the codestream of one frame
    if (length < 8) return undefined;
    position += length;
  }
  return undefined;
}

/** Bits from the lowest of each byte upwards. */
function bitReader(bytes: Buffer, start: number): (count: number) => number {
  let position = 8 * start;
  return (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, position++) {
      value += ((bytes[position >> 3]! >> (position & 7)) & 1) * 2 ** bit;
    }
    return value;
  };
}
