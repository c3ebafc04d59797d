/** One element of a data set in explicit VR little endian: a value of bytes, or the items of a sequence. */
export type Element = Readonly<{ tag: number; vr: string; value: Buffer | readonly Elements[] }>;

/** A data set, or one item of a sequence, by tag. */
export type Elements = ReadonlyMap<number, Element>;

/** `value` in latin1, one byte a character, with the padding of its VR. Several values are joined by a backslash. */
export function textElement(tag: number, vr: string, value: string | Buffer): Element {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  if (bytes.length % 2 === 0) return { tag, vr, value: bytes };
  // UIDs are padded by a zero byte, other text by a blank (PS3.5 §6.2)
  return { tag, vr, value: Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ', 'latin1')]) };
}

/** VR US, or SS where the value may be negative. */
export function shortElement(tag: number, value: number, isSigned = false): Element {
  const bytes = Buffer.alloc(2);
  if (isSigned) bytes.writeInt16LE(value);
  else bytes.writeUInt16LE(value);
  return { tag, vr: isSigned ? 'SS' : 'US', value: bytes };
}

export function sequenceElement(tag: number, items: readonly Elements[]): Element {
  return { tag, vr: 'SQ', value: items };
}

/** Later elements replace earlier ones of the same tag. */
export function elementsOf(elements: readonly Element[]): Elements {
  return new Map(elements.map((element) => [element.tag, element]));
}

/** The value's bytes without trailing padding; empty where the element is absent or a sequence. */
export function bytesOf(elements: Elements, tag: number): Buffer {
  const value = elements.get(tag)?.value;
  if (!Buffer.isBuffer(value)) return Buffer.alloc(0);
  let end = value.length;
  while (end > 0 && (value[end - 1] === 0 || value[end - 1] === 0x20)) end--;
  return value.subarray(0, end);
}

/** The value as latin1 text, trimmed. */
export function textOf(elements: Elements, tag: number): string {
  return bytesOf(elements, tag).toString('latin1').trimStart();
}

export function itemsOf(elements: Elements, tag: number): readonly Elements[] {
  const value = elements.get(tag)?.value;
  return value === undefined || Buffer.isBuffer(value) ? [] : value;
}
