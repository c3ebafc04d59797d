import { ScanRefusal } from '../../core/issues.ts';
import { tagNumber } from './attributes.ts';
import { walkElements } from './elementWalk.ts';
import type { Encoding } from './elementWalk.ts';

const PREAMBLE = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1')]);
const IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.';
/** Up to here a data set has named its SOP class. */
const AFTER_SOP_CLASS = 0x00080018;

const syntaxes: readonly (Encoding & { uid: string })[] = [
  { implicit: true, bigEndian: false, uid: '1.2.840.10008.1.2' },
  { implicit: false, bigEndian: false, uid: '1.2.840.10008.1.2.1' },
  { implicit: false, bigEndian: true, uid: '1.2.840.10008.1.2.2' },
];

/**
 * A DICOM file that lacks its preamble, or its meta group too, as older archives wrote it: with both. It is recognised
 * strictly, for any file may be offered: its elements must hold together as far as a storage SOP class.
 *
 * @param file a file, or its beginning
 * @returns undefined when the file is none of the kind; the file itself when nothing is missing
 */
export function wholeFile(file: Buffer): Buffer | undefined {
  if (file.length > PREAMBLE.length && file.toString('latin1', 128, 132) === 'DICM') return file;
  if (file.length < 8) return undefined;
  if (file.readUInt32LE(0) === 0x00000002 && isValueRepresentation(file)) return Buffer.concat([PREAMBLE, file]);
  const syntax = syntaxes.find((candidate) => isDataSet(file, candidate));
  return syntax && Buffer.concat([PREAMBLE, metaGroup(syntax.uid), file]);
}

function isDataSet(file: Buffer, encoding: Encoding): boolean {
  const group = encoding.bigEndian ? file.readUInt16BE(0) : file.readUInt16LE(0);
  if (group !== 0x0008 || isValueRepresentation(file) === encoding.implicit) return false;
  let isImage = false;
  try {
    walkElements(file, 0, encoding, ({ tag, value, length }) => {
      if (tag === tagNumber('SOPClassUID')) isImage = file.toString('latin1', value, value + length).startsWith(IMAGE_STORAGE);
    }, AFTER_SOP_CLASS);
  } catch (cause) {
    if (!(cause instanceof ScanRefusal)) throw cause;
  }
  return isImage;
}

function isValueRepresentation(file: Buffer): boolean {
  return /^[A-Z]{2}$/.test(file.toString('latin1', 4, 6));
}

/** The one element that a meta group cannot do without. */
function metaGroup(transferSyntaxUid: string): Buffer {
  const text = transferSyntaxUid.length % 2 === 0 ? transferSyntaxUid : `${transferSyntaxUid}\0`;
  const head = Buffer.from([0x02, 0x00, 0x10, 0x00, 0x55, 0x49, text.length, 0x00]);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
}
