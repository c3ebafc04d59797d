import { parseElements } from '../dataSet.ts';
import type { RawElement } from '../dataSet.ts';
import type { CheckedFile } from '../preScan.ts';
import { loadDictionary } from './dictionary.ts';
import type { VrLookup } from './dictionary.ts';
import { elementsOf } from './element.ts';
import type { Element, Elements } from './element.ts';

const PIXEL_DATA = 0x7fe00010;
/** Bytes of one number, by VR: what a change of byte order turns around. AT is two numbers of two bytes. */
const NUMBER_BYTES: Readonly<Record<string, 2 | 4 | 8>> = {
  AT: 2, OW: 2, SS: 2, US: 2, FL: 4, OF: 4, OL: 4, SL: 4, UL: 4, FD: 8, OD: 8, OV: 8, SV: 8, UV: 8,
};

type Conversion = Readonly<{ isBigEndian: boolean; lookUp: VrLookup }>;

/**
 * A source instance's elements as explicit VR little endian will hold them, without pixel data. Values are the bytes of
 * the file, never read and printed again: numbers written as text keep every digit, and text its character set
 * (dicom.md D-08, D-18). Only what the encoding itself demands changes: implicit VR gets its VRs from the dictionary,
 * big-endian numbers are turned around, lengths are written out.
 *
 * @param isSigned PixelRepresentation of the instance, which decides between US and SS in implicit VR
 * @throws ScanRefusal MALFORMED
 */
export async function sourceElements(file: CheckedFile, isSigned: boolean): Promise<Elements> {
  const raw = parseElements(file).filter(({ tag }) => tag !== PIXEL_DATA);
  const lookUp = raw.some(lacksVr) ? await loadDictionary(isSigned) : () => undefined;
  return converted(raw, { isBigEndian: file.transferSyntax.bigEndian === true, lookUp });
}

/** Implicit VR, and in explicit VR what someone once forwarded without knowing it. */
function lacksVr({ vr, items }: RawElement): boolean {
  return vr === undefined || (vr === 'UN' && items !== undefined) || (items ?? []).some((item) => item.some(lacksVr));
}

function converted(raw: readonly RawElement[], conversion: Conversion): Elements {
  return elementsOf(raw.map((element) => convertedElement(element, conversion)));
}

function convertedElement({ tag, vr, bytes, items }: RawElement, conversion: Conversion): Element {
  if (items) return { tag, vr: 'SQ', value: items.map((item) => converted(item, conversion)) };
  if (vr !== undefined) return { tag, vr, value: conversion.isBigEndian ? swapped(bytes, vr) : bytes };
  const known = isPrivateCreator(tag) ? 'LO' : conversion.lookUp(tag);
  // a sequence that was not taken apart is empty: dicom-parser looks for an item to know one
  if (known === 'SQ') return bytes.length === 0 ? { tag, vr: 'SQ', value: [] } : { tag, vr: 'UN', value: bytes };
  return { tag, vr: known ?? 'UN', value: bytes };
}

function isPrivateCreator(tag: number): boolean {
  return (tag >>> 16) % 2 === 1 && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;
}

function swapped(bytes: Buffer, vr: string): Buffer {
  const size = NUMBER_BYTES[vr];
  if (size === undefined || bytes.length % size !== 0) return bytes;
  const copy = Buffer.from(bytes);
  return size === 2 ? copy.swap16() : size === 4 ? copy.swap32() : copy.swap64();
}
