import dicomParser from 'dicom-parser';
import type { DataSet as ParsedDataSet } from 'dicom-parser';

import { ScanRefusal } from '../../core/issues.ts';
import { attribute } from './attributes.ts';
import type { AttributeKeyword } from './attributes.ts';
import { decodeText } from './characterSet.ts';
import type { CheckedFile, CheckedHead } from './preScan.ts';

/** Typed access to one instance's attributes. Absent and empty attributes are undefined, or an empty list. */
export type DataSet = Readonly<{
  text: (keyword: AttributeKeyword) => string | undefined;
  texts: (keyword: AttributeKeyword) => readonly string[];
  /** Values written as text (VR DS, IS). */
  decimals: (keyword: AttributeKeyword) => readonly number[];
  /** VR US; one value. */
  unsigned: (keyword: AttributeKeyword) => number | undefined;
  /** VR US or SS by PixelRepresentation: libraries cannot know which in implicit VR (T-04). */
  storedValue: (keyword: AttributeKeyword, isSigned: boolean) => number | undefined;
  /** A number in whichever VR a vendor or an implicit-VR file wrote it: FD, FL, DS, IS, or raw bytes of one of them. */
  anyNumber: (keyword: AttributeKeyword) => number | undefined;
  /** Items of a sequence. */
  items: (keyword: AttributeKeyword) => readonly DataSet[];
  pixelData: () => PixelBytes | undefined;
}>;

/** Pixel data as in the file: one run of bytes, or the joined fragments of one compressed frame. */
export type PixelBytes = Readonly<{ bytes: Buffer; isEncapsulated: boolean; lengthInFile: number }>;

/** One element as the file has it: its tag as a number, and no VR where the file names none. */
export type RawElement = Readonly<{
  tag: number;
  vr: string | undefined;
  /** The value; of a sequence that was taken apart, its items as they lie in the file. */
  bytes: Buffer;
  items: readonly (readonly RawElement[])[] | undefined;
}>;

/**
 * All elements of a pre-scanned instance as bytes, in ascending order, without the file meta group.
 *
 * @throws ScanRefusal MALFORMED
 */
export function parseElements({ bytes }: CheckedFile): RawElement[] {
  try {
    return rawElementsOf(dicomParser.parseDicom(bytes)).filter(({ tag }) => tag >>> 16 !== 0x0002);
  } catch (cause) {
    throw new ScanRefusal('MALFORMED', 'the DICOM data set cannot be parsed', cause);
  }
}

function rawElementsOf({ elements, byteArray }: ParsedDataSet): RawElement[] {
  const raw = Object.values(elements).map(({ tag, vr, dataOffset, length, items }) => ({
    tag: Number.parseInt(tag.slice(1), 16),
    vr,
    bytes: (byteArray as Buffer).subarray(dataOffset, dataOffset + length),
    items: items?.map(({ dataSet }) => (dataSet ? rawElementsOf(dataSet) : [])),
  }));
  return raw.sort((a, b) => a.tag - b.tag);
}

/**
 * Parses a pre-scanned instance.
 *
 * @throws ScanRefusal MALFORMED for whatever the library throws (strings and objects among it)
 */
export function parseDataSet({ bytes }: CheckedFile): DataSet {
  return parse(bytes, {});
}

/**
 * Parses the beginning of an instance, as far as its pixels.
 *
 * @throws ScanRefusal MALFORMED
 */
export function parseHead({ bytes }: CheckedHead): DataSet {
  return parse(bytes, { untilTag: attribute.PixelData });
}

function parse(bytes: Buffer, options: { untilTag?: string }): DataSet {
  try {
    return accessTo(dicomParser.parseDicom(bytes, options));
  } catch (cause) {
    throw new ScanRefusal('MALFORMED', 'the DICOM data set cannot be parsed', cause);
  }
}

function accessTo(parsed: ParsedDataSet): DataSet {
  const text = (keyword: AttributeKeyword): string | undefined => {
    const value = textOf(parsed, attribute[keyword])?.replace(/\0/g, '').trim();
    return value === '' ? undefined : value;
  };
  const texts = (keyword: AttributeKeyword): string[] =>
    text(keyword)?.split('\\').map((part) => part.trim()) ?? [];
  const single = (keyword: AttributeKeyword, bytes: number): boolean =>
    parsed.elements[attribute[keyword]]?.length === bytes;
  return {
    text,
    texts,
    decimals: (keyword) => texts(keyword).map(decimal),
    unsigned: (keyword) => (single(keyword, 2) ? parsed.uint16(attribute[keyword]) : undefined),
    storedValue: (keyword, isSigned) => {
      if (!single(keyword, 2)) return undefined;
      return isSigned ? parsed.int16(attribute[keyword]) : parsed.uint16(attribute[keyword]);
    },
    anyNumber: (keyword) => numberOf(parsed, attribute[keyword]),
    items: (keyword) =>
      (parsed.elements[attribute[keyword]]?.items ?? []).flatMap((item) => (item.dataSet ? [accessTo(item.dataSet)] : [])),
    pixelData: () => pixelBytesOf(parsed),
  };
}

/** Text in the character set that the instance declares; nearly all of what is read here is plain ASCII. */
function textOf(parsed: ParsedDataSet, tag: string): string | undefined {
  const latin1 = parsed.string(tag);
  const element = parsed.elements[tag];
  // visible ASCII is itself in every set that the standard allows; an escape or a high bit is not
  if (latin1 === undefined || element === undefined || /^[\x20-\x7e]*$/.test(latin1)) return latin1;
  const bytes = parsed.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  return decodeText(bytes, parsed.string(attribute.SpecificCharacterSet) ?? '');
}

/** DS and IS allow blanks around a number and nothing else (PS3.5 §6.2). */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function numberOf(parsed: ParsedDataSet, tag: string): number | undefined {
  const element = parsed.elements[tag];
  if (!element || element.length === 0) return undefined;
  switch (element.vr) {
    case 'FD':
      return parsed.double(tag);
    case 'FL':
      return parsed.float(tag);
    case 'US':
      return parsed.uint16(tag);
    case 'SS':
      return parsed.int16(tag);
    default: {
      // UN or implicit VR: text if it reads as a number, else a double by its size, else a short
      const value = decimal(parsed.string(tag)?.split('\\')[0]?.replace(/\0/g, '').trim() ?? '');
      if (!Number.isNaN(value)) return value;
      if (element.length === 8) return parsed.double(tag);
      if (element.length === 4) return parsed.float(tag);
      return element.length === 2 ? parsed.uint16(tag) : undefined;
    }
  }
}

function pixelBytesOf(parsed: ParsedDataSet): PixelBytes | undefined {
  const element = parsed.elements[attribute.PixelData];
  if (!element) return undefined;
  const file = parsed.byteArray as Buffer;
  if (!element.encapsulatedPixelData) {
    const bytes = file.subarray(element.dataOffset, element.dataOffset + element.length);
    return { bytes, isEncapsulated: false, lengthInFile: element.length };
  }
  const fragments = (element.fragments ?? []).map(({ position, length }) => file.subarray(position, position + length));
  const bytes = Buffer.concat(fragments);
  return { bytes, isEncapsulated: true, lengthInFile: bytes.length };
}
