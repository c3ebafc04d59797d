import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import { preScan } from '../../../src/formats/dicom/preScan.ts';
import { dicomBytes, encapsulatedElement, sliceElements } from '../../support/dicomBytes.ts';
import type { DicomElement, Encoding } from '../../support/dicomBytes.ts';

function codeOf(bytes: Buffer): string {
  try {
    preScan(bytes);
    return 'none';
  } catch (error) {
    if (error instanceof ScanRefusal) return error.issue.code;
    throw error;
  }
}

/** A sequence inside a sequence, `depth` times. */
function nested(depth: number): DicomElement {
  let element: DicomElement = { tag: 0x00081150, vr: 'UI', value: '1.2' };
  for (let level = 0; level < depth; level++) element = { tag: 0x00081140, vr: 'SQ', value: [[element]] };
  return element;
}

/** Nesting of undefined length, which takes 20 bytes a level and no delimiters before the end of the file. */
function openSequences(levels: number): Buffer {
  const level = Buffer.from('\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff', 'latin1');
  return Buffer.concat([dicomBytes([]), ...Array.from({ length: levels }, () => level)]);
}

const explicitElement = (head: string, value = ''): Buffer =>
  Buffer.concat([dicomBytes([]), Buffer.from(head + value, 'latin1')]);

describe('preScan', () => {
  it.each(['explicit', 'implicit', 'big-endian', 'deflated'] satisfies Encoding[])('passes a sound %s file', (encoding) => {
    const elements = [...sliceElements(0), nested(3)];
    expect(codeOf(dicomBytes(elements, encoding))).toBe('none');
  });

  it('passes compressed pixels, whose length is undefined', () => {
    const pixels = { 0x7fe00010: encapsulatedElement(Buffer.alloc(33, 1)) };
    expect(codeOf(dicomBytes(sliceElements(0, pixels), 'explicit', '1.2.840.10008.1.2.4.90'))).toBe('none');
  });

  it('passes 60 nested sequences and refuses 64', () => {
    expect(codeOf(dicomBytes([nested(30)]))).toBe('none');
    expect(codeOf(dicomBytes([nested(31)]))).toBe('none');
    expect(codeOf(dicomBytes([nested(32)]))).toBe('MALFORMED');
    expect(codeOf(dicomBytes([nested(32)], 'implicit'))).toBe('MALFORMED');
  });

  it('refuses 100,000 open sequences long before 2 s of processor time', () => {
    const bytes = openSequences(100_000);
    const before = process.cpuUsage();
    expect(codeOf(bytes)).toBe('MALFORMED');
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it.each([
    ['no magic', Buffer.alloc(200), 'MALFORMED'],
    ['an empty file', Buffer.alloc(0), 'MALFORMED'],
    ['a value beyond the end', explicitElement('\x08\x00\x60\x00CS\x04\x00', 'MR'), 'TRUNCATED'],
    ['PixelData that declares 2 GiB', explicitElement('\xe0\x7f\x10\x00OW\0\0\xf0\xff\xff\x7f', '1234'), 'TRUNCATED'],
    ['an unknown VR', explicitElement('\x08\x00\x60\x00ZZ\x02\x00', 'MR'), 'MALFORMED'],
    ['an undefined length of a plain value', explicitElement('\x08\x00\x60\x00UT\0\0\xff\xff\xff\xff'), 'MALFORMED'],
    ['an item outside a sequence', explicitElement('\xfe\xff\x00\xe0\x00\x00\x00\x00'), 'MALFORMED'],
    ['a delimiter outside a sequence', explicitElement('\xfe\xff\x0d\xe0\x00\x00\x00\x00'), 'MALFORMED'],
    ['a sequence that holds no item', explicitElement('\x08\x00\x40\x11SQ\0\0\x08\x00\x00\x00', '\x08\x00\x60\x00\0\0\0\0'), 'MALFORMED'],
    ['half an element head', explicitElement('\x08\x00\x60'), 'TRUNCATED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it('refuses an item that is longer than its sequence', () => {
    const item = '\xfe\xff\x00\xe0\x0a\x00\x00\x00\x08\x00\x60\x00CS\x02\x00MR';
    expect(codeOf(explicitElement('\x08\x00\x40\x11SQ\0\0\x12\x00\x00\x00', item))).toBe('none');
    expect(codeOf(explicitElement('\x08\x00\x40\x11SQ\0\0\x10\x00\x00\x00', item))).toBe('MALFORMED');
  });

  it('refuses a meta group of another length than declared, and an unknown transfer syntax', () => {
    const bytes = dicomBytes(sliceElements(0));
    bytes.writeUInt32LE(bytes.readUInt32LE(140) + 2, 140);
    expect(codeOf(bytes)).toBe('MALFORMED');
    expect(codeOf(dicomBytes([], 'explicit', '1.2.840.10008.1.2.4.102'))).toBe('UNSUPPORTED_TS');
  });

  it('refuses a deflated bomb and a damaged deflate stream', () => {
    const zeros = { tag: 0x7fe00010, vr: 'OW', value: Buffer.alloc(65 * 2 ** 20) };
    expect(codeOf(dicomBytes([zeros], 'deflated'))).toBe('DECOMPRESSION_BOMB');
    // an empty body deflates to two bytes; ones in their place announce a block type that does not exist
    const damaged = Buffer.concat([dicomBytes([], 'deflated').subarray(0, -2), Buffer.alloc(8, 0xff)]);
    expect(codeOf(damaged)).toBe('CORRUPT_GZIP');
  });
});
