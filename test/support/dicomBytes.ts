import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** One attribute: group and element, VR, and its value as text, as 16-bit numbers, as bytes, or as items. */
export type DicomElement = Readonly<{
  tag: number;
  vr: string;
  value: string | readonly number[] | Buffer | readonly (readonly DicomElement[])[];
}>;

export type Encoding = 'explicit' | 'implicit' | 'big-endian' | 'deflated';

const syntaxOfEncoding: Record<Encoding, string> = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  'big-endian': '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
};
const LONG_VRS = ['OB', 'OW', 'SQ', 'UN', 'UT'];

/** A DICOM file in memory. `transferSyntax` overrides the encoding's own, for compressed pixels. */
export function dicomBytes(
  elements: readonly DicomElement[],
  encoding: Encoding = 'explicit',
  transferSyntax = syntaxOfEncoding[encoding],
): Buffer {
  const meta = Buffer.concat(
    [
      { tag: 0x00020002, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.4' },
      { tag: 0x00020003, vr: 'UI', value: '1.2.3' },
      { tag: 0x00020010, vr: 'UI', value: transferSyntax },
    ].map((element) => elementBytes(element, 'explicit')),
  );
  const length = elementBytes({ tag: 0x00020000, vr: 'UL', value: uint32(meta.length) }, 'explicit');
  const sorted = [...elements].sort((a, b) => a.tag - b.tag);
  const body = Buffer.concat(sorted.map((element) => elementBytes(element, encoding)));
  const dataSet = encoding === 'deflated' ? deflateRawSync(body) : body;
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, dataSet]);
}

/** Compressed pixel data: an empty offset table, one fragment, the delimiter. */
export function encapsulated(frame: Buffer): Buffer {
  const even = frame.length % 2 ? Buffer.concat([frame, Buffer.alloc(1)]) : frame;
  const item = (length: number): Buffer => Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), uint32(length)]);
  return Buffer.concat([item(0), item(even.length), even, Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0])]);
}

/** The pixel data element of a compressed frame, whose length is undefined. */
export function encapsulatedElement(frame: Buffer): DicomElement {
  return { tag: 0x7fe00010, vr: 'encapsulated', value: encapsulated(frame) };
}

function elementBytes({ tag, vr, value }: DicomElement, encoding: Encoding): Buffer {
  const isBig = encoding === 'big-endian';
  const head = Buffer.alloc(4);
  writeUint16(head, 0, tag >>> 16, isBig);
  writeUint16(head, 2, tag & 0xffff, isBig);
  if (vr === 'encapsulated') return Buffer.concat([head, Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1'), value as Buffer]);
  const content = valueBytes(value, vr, encoding);
  const length = Buffer.alloc(4);
  if (isBig) length.writeUInt32BE(content.length);
  else length.writeUInt32LE(content.length);
  if (encoding === 'implicit') return Buffer.concat([head, length, content]);
  if (LONG_VRS.includes(vr)) return Buffer.concat([head, Buffer.from(`${vr}\0\0`, 'latin1'), length, content]);
  const short = Buffer.alloc(2);
  writeUint16(short, 0, content.length, isBig);
  return Buffer.concat([head, Buffer.from(vr, 'latin1'), short, content]);
}

function valueBytes(value: DicomElement['value'], vr: string, encoding: Encoding): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value.length % 2 ? value + (vr === 'UI' ? '\0' : ' ') : value, 'latin1');
  const isBig = encoding === 'big-endian';
  if (vr === 'SQ') {
    const items = value as readonly (readonly DicomElement[])[];
    return Buffer.concat(
      items.map((item) => {
        const content = Buffer.concat(item.map((element) => elementBytes(element, encoding)));
        const head = Buffer.alloc(8);
        writeUint16(head, 0, 0xfffe, isBig);
        writeUint16(head, 2, 0xe000, isBig);
        if (isBig) head.writeUInt32BE(content.length, 4);
        else head.writeUInt32LE(content.length, 4);
        return Buffer.concat([head, content]);
      }),
    );
  }
  const bytes = Buffer.alloc(2 * value.length);
  (value as readonly number[]).forEach((number, index) => {
    writeUint16(bytes, 2 * index, number & 0xffff, isBig);
  });
  return bytes;
}

function writeUint16(bytes: Buffer, at: number, value: number, isBig: boolean): void {
  if (isBig) bytes.writeUInt16BE(value, at);
  else bytes.writeUInt16LE(value, at);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export const MR = '1.2.840.10008.5.1.4.1.1.4';
export const CT = '1.2.840.10008.5.1.4.1.1.2';

/** Replacements by tag; null removes the attribute. */
export type Overrides = Readonly<Record<number, DicomElement | null>>;

/** Slice `k` of a small sound series: 4 columns × 3 rows at 2 × 1.5 mm, 2.5 mm apart, values 100·k + index. */
export function sliceElements(k: number, overrides: Overrides = {}): DicomElement[] {
  const elements: DicomElement[] = [
    { tag: 0x00080008, vr: 'CS', value: 'ORIGINAL\\PRIMARY\\M\\ND' },
    { tag: 0x00080016, vr: 'UI', value: MR },
    { tag: 0x00080018, vr: 'UI', value: `1.2.826.0.1.${k + 1}` },
    { tag: 0x00080060, vr: 'CS', value: 'MR' },
    { tag: 0x00080070, vr: 'LO', value: 'SIEMENS' },
    { tag: 0x00100010, vr: 'PN', value: 'ZZPHI7431^NAME' },
    { tag: 0x00180080, vr: 'DS', value: '2300' },
    { tag: 0x00180081, vr: 'DS', value: '2.98' },
    { tag: 0x00180087, vr: 'DS', value: '3' },
    { tag: 0x0020000e, vr: 'UI', value: '1.2.826.0.1.77' },
    { tag: 0x00200011, vr: 'IS', value: '5' },
    { tag: 0x00200032, vr: 'DS', value: `-10\\-20\\${30 + 2.5 * k}` },
    { tag: 0x00200037, vr: 'DS', value: '1\\0\\0\\0\\1\\0' },
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: [3] },
    { tag: 0x00280011, vr: 'US', value: [4] },
    { tag: 0x00280030, vr: 'DS', value: '1.5\\2' },
    { tag: 0x00280100, vr: 'US', value: [16] },
    { tag: 0x00280101, vr: 'US', value: [12] },
    { tag: 0x00280102, vr: 'US', value: [11] },
    { tag: 0x00280103, vr: 'US', value: [0] },
    { tag: 0x7fe00010, vr: 'OW', value: Array.from({ length: 12 }, (_, index) => 100 * k + index) },
  ];
  const kept = elements.filter(({ tag }) => !(tag in overrides));
  return [...kept, ...Object.values(overrides).filter((element) => element !== null)];
}

/** Writes files into a folder, named so that their order says nothing. */
export async function writeSeries(folder: string, files: readonly Buffer[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map((bytes, index) => writeFile(join(folder, `f${(index * 7) % files.length}-${index}`), bytes)));
  return folder;
}
