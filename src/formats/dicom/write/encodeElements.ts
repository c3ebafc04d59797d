import type { Element, Elements } from './element.ts';

const ITEM = 0xfffee000;
/** VRs whose length takes four bytes after two reserved ones (PS3.5 §7.1.2). */
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const LONGEST_SHORT_VALUE = 0xfffe;

/**
 * A data set as bytes: explicit VR little endian, ascending tags, every length written out, so that equal elements give
 * equal bytes. A value too long for its VR's length field becomes UN (PS3.5 §6.2.2).
 */
export function encodeElements(elements: Elements): Buffer {
  const sorted = [...elements.values()].sort((a, b) => a.tag - b.tag);
  return Buffer.concat(sorted.flatMap(encodeElement));
}

function encodeElement({ tag, vr, value }: Element): Buffer[] {
  const content = Buffer.isBuffer(value) ? evenBytes(value) : Buffer.concat(value.flatMap(encodeItem));
  const isLong = LONG_VRS.has(vr) || content.length > LONGEST_SHORT_VALUE;
  const head = Buffer.alloc(isLong ? 12 : 8);
  writeTag(head, tag);
  head.write(LONG_VRS.has(vr) || !isLong ? vr : 'UN', 4, 'latin1');
  if (isLong) head.writeUInt32LE(content.length, 8);
  else head.writeUInt16LE(content.length, 6);
  return [head, content];
}

function encodeItem(item: Elements): Buffer[] {
  const content = encodeElements(item);
  const head = Buffer.alloc(8);
  writeTag(head, ITEM);
  head.writeUInt32LE(content.length, 4);
  return [head, content];
}

function evenBytes(value: Buffer): Buffer {
  return value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.alloc(1)]);
}

function writeTag(head: Buffer, tag: number): void {
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
}
