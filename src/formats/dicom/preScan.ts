import { inflateRawSync } from 'node:zlib';

import { ScanRefusal } from '../../core/issues.ts';
import { tagNumber } from './attributes.ts';
import type { AttributeKeyword } from './attributes.ts';
import { walkElements } from './elementWalk.ts';
import type { ElementHead, Encoding } from './elementWalk.ts';
import { wholeFile } from './headless.ts';
import { transferSyntaxOf } from './transferSyntax.ts';
import type { TransferSyntax } from './transferSyntax.ts';

/**
 * A DICOM file that may be given to a library: its structure holds. A deflated file is inflated and says Explicit VR
 * Little Endian of itself, as it now is.
 */
export type CheckedFile = Readonly<{ bytes: Buffer; transferSyntax: TransferSyntax }>;

const PREAMBLE = 128;
const META_START = 132;
const META_GROUP = 0x0002;
/** FloatPixelData; PixelData follows. */
const FIRST_PIXEL_TAG = 0x7fe00008;
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const LONGEST_UID = 64;
const LONG_VRS = new Set(['OB', 'UN', 'UT', 'OW', 'SQ']);
/** The largest data set that a deflated file may hold: 4096² pixels of 16 bits, twice (T-09). */
const INFLATED_LIMIT = 64 * 2 ** 20;

export function hasDicomMagic(bytes: Uint8Array): boolean {
  const magic = bytes.subarray(PREAMBLE, META_START);
  return magic.length === 4 && magic[0] === 0x44 && magic[1] === 0x49 && magic[2] === 0x43 && magic[3] === 0x4d;
}

/**
 * Walks a whole DICOM file before any library sees it (operations.md T-01, T-09).
 *
 * @throws ScanRefusal MALFORMED, TRUNCATED, UNSUPPORTED_TS, DECOMPRESSION_BOMB, CORRUPT_GZIP
 */
export function preScan(given: Buffer): CheckedFile {
  const file = wholeFile(given) ?? given;
  const meta = readMetaGroup(file);
  const transferSyntax = transferSyntaxOf(meta.transferSyntaxUid);
  if (!transferSyntax) {
    throw new ScanRefusal('UNSUPPORTED_TS', `transfer syntax ${safeUid(meta.transferSyntaxUid)} is not read`);
  }
  const bytes = transferSyntax.deflated ? inflated(file, meta) : file;
  walkElements(bytes, meta.end, encodingOf(transferSyntax));
  return { bytes, transferSyntax };
}

/** The beginning of a file up to its pixels: its structure holds so far, and `visit` has seen its elements. */
export type CheckedHead = Readonly<{ bytes: Buffer; transferSyntax: TransferSyntax }>;

/**
 * Walks a DICOM file, or its beginning, as far as its pixels. A file of an unknown transfer syntax is walked too: every
 * one that we do not know compresses pixels, and those are all explicit little endian.
 *
 * @param visit is shown each element outside all sequences, even where the walk fails further on
 * @throws ScanRefusal as preScan does, for the part of the file that was walked
 */
export function preScanHead(file: Buffer, visit: (head: ElementHead, bytes: Buffer) => void): CheckedHead {
  const meta = readMetaGroup(file);
  const uid = meta.transferSyntaxUid;
  const transferSyntax = transferSyntaxOf(uid) ?? { uid, name: 'unknown', coding: 'native' };
  const bytes = transferSyntax.deflated ? inflated(file, meta) : file;
  walkElements(bytes, meta.end, encodingOf(transferSyntax), (head) => { visit(head, bytes); }, FIRST_PIXEL_TAG);
  return { bytes, transferSyntax };
}

export type MetaGroup = Readonly<{
  mediaStorageSopClassUid: string;
  mediaStorageSopInstanceUid: string;
  transferSyntaxUid: string;
  transferSyntaxOffset: number;
  /** Offset of the first element of the data set. */
  end: number;
}>;

/**
 * The file meta group: always explicit little endian. Its real end is where the group number changes; the
 * declared group length must agree, as a false one hides elements from one reader and not from another.
 */
export function readMetaGroup(file: Buffer): MetaGroup {
  if (!hasDicomMagic(file)) throw new ScanRefusal('MALFORMED', 'the DICM magic is missing');
  const texts = new Map<number, string>();
  let declaredEnd: number | undefined;
  let transferSyntaxOffset = 0;
  let position = META_START;
  while (position + 8 <= file.length && file.readUInt16LE(position) === META_GROUP) {
    const tag = META_GROUP * 0x10000 + file.readUInt16LE(position + 2);
    const isLong = LONG_VRS.has(file.toString('latin1', position + 4, position + 6));
    if (isLong && position + 12 > file.length) break;
    const length = isLong ? file.readUInt32LE(position + 8) : file.readUInt16LE(position + 6);
    const value = position + (isLong ? 12 : 8);
    if (value + length > file.length) throw new ScanRefusal('TRUNCATED', 'a file meta element is longer than the file');
    if (tag === META_GROUP * 0x10000 && length === 4) declaredEnd = value + length + file.readUInt32LE(value);
    if (tag === tagNumber('TransferSyntaxUID')) transferSyntaxOffset = value;
    texts.set(tag, uidText(file, value, length));
    position = value + length;
  }
  if (declaredEnd !== undefined && declaredEnd !== position) {
    throw new ScanRefusal('MALFORMED', 'the file meta group has another length than it declares');
  }
  const text = (keyword: AttributeKeyword): string => texts.get(tagNumber(keyword)) ?? '';
  const transferSyntaxUid = text('TransferSyntaxUID');
  if (transferSyntaxUid === '') throw new ScanRefusal('MALFORMED', 'the transfer syntax is not named');
  return {
    mediaStorageSopClassUid: text('MediaStorageSOPClassUID'),
    mediaStorageSopInstanceUid: text('MediaStorageSOPInstanceUID'),
    transferSyntaxUid,
    transferSyntaxOffset,
    end: position,
  };
}

/** A UID or number string without its padding; longer values are none of either. */
export function uidText(bytes: Buffer, value: number, length: number): string {
  return bytes.toString('latin1', value, value + Math.min(length, LONGEST_UID)).replace(/[\0 ]+$/, '').trimStart();
}

function encodingOf(transferSyntax: TransferSyntax): Encoding {
  return { implicit: transferSyntax.implicit === true, bigEndian: transferSyntax.bigEndian === true };
}

function inflated(file: Buffer, { end, transferSyntaxOffset }: MetaGroup): Buffer {
  try {
    const body = inflateRawSync(file.subarray(end), { maxOutputLength: INFLATED_LIMIT });
    const bytes = Buffer.concat([file.subarray(0, end), body]);
    // "….1.99" becomes "….1" and three padding bytes, so that no length changes
    const padding = transferSyntaxOffset + EXPLICIT_LITTLE_ENDIAN.length;
    bytes.fill(0, padding, padding + '.99'.length);
    return bytes;
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ScanRefusal('DECOMPRESSION_BOMB', `expands to more than ${INFLATED_LIMIT} bytes`, cause);
    }
    throw new ScanRefusal('CORRUPT_GZIP', 'the deflated data set is damaged', cause);
  }
}

/** A UID is digits and dots; anything else in its place is not repeated to the user (T-20). */
function safeUid(uid: string): string {
  return /^[0-9.]{1,64}$/.test(uid) ? uid : 'of an invalid form';
}
