import { open, readFile } from 'node:fs/promises';

import { ScanRefusal } from '../../core/issues.ts';
import { tagNumber } from './attributes.ts';
import type { AttributeKeyword } from './attributes.ts';
import { parseHead } from './dataSet.ts';
import { wholeFile } from './headless.ts';
import { parseInstanceHeader } from './instanceHeader.ts';
import type { InstanceHeader } from './instanceHeader.ts';
import { preScanHead, readMetaGroup, uidText } from './preScan.ts';
import { DICOMDIR } from './sopClasses.ts';

/** What grouping needs of one file. All but the SOP class, which is never empty, may be so in some anonymised exports. */
export type InstanceIdentity = Readonly<{
  sopClassUid: string;
  sopInstanceUid: string;
  seriesInstanceUid: string;
  seriesNumber: string;
  /** Tells apart who and when, if a series UID was given twice; never shown. */
  owner: string;
  /** The whole header; undefined where it is damaged behind the identity. */
  header: InstanceHeader | undefined;
}>;

/** Most headers fit; a longer one has a long private block. */
const HEAD_BYTES = 65_536;
const LARGEST_INSTANCE = 2 ** 31 - 1;
const IDENTITY: readonly AttributeKeyword[] = [
  'SOPClassUID', 'SOPInstanceUID', 'SeriesInstanceUID', 'SeriesNumber', 'StudyInstanceUID', 'PatientID',
];

/**
 * Recognises a DICOM file by content and reads it as far as its pixels.
 *
 * @returns undefined when the file is no DICOM
 * @throws ScanRefusal when it is, and is damaged before it has named its series
 */
export async function identifyInstance(path: string): Promise<InstanceIdentity | undefined> {
  return withHead(path, (head, isWhole) => identityOf(path, head, isWhole));
}

/**
 * The header of an instance.
 *
 * @throws ScanRefusal MALFORMED, TRUNCATED, DECOMPRESSION_BOMB, CORRUPT_GZIP, UNSUPPORTED_TS
 */
export async function readHeader(path: string): Promise<InstanceHeader> {
  return withHead(path, (head) => {
    const file = wholeFile(head);
    if (!file) throw new ScanRefusal('MALFORMED', 'the file is no DICOM instance');
    return headerOf(path, file, () => undefined);
  });
}

/** Parses the first bytes of a file and, where they do not suffice, the file. */
async function withHead<Result>(path: string, parse: (head: Buffer, isWhole: boolean) => Result): Promise<Result> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const isWhole = bytesRead < HEAD_BYTES;
    try {
      return parse(head.subarray(0, bytesRead), isWhole);
    } catch (cause) {
      // within its beginning alone every file looks truncated: only the whole file can tell
      if (isWhole || !(cause instanceof ScanRefusal)) throw cause;
    }
    if ((await file.stat()).size > LARGEST_INSTANCE) throw new ScanRefusal('TOO_LARGE', 'one instance of more than 2 GiB');
    return parse(await readFile(path), true);
  } finally {
    await file.close();
  }
}

function identityOf(path: string, head: Buffer, isWhole: boolean): InstanceIdentity | undefined {
  const file = wholeFile(head);
  if (!file) return undefined;
  const { mediaStorageSopClassUid, mediaStorageSopInstanceUid } = readMetaGroup(file);
  const found = new Map<number, string>();
  const tags = IDENTITY.map(tagNumber);
  let header: InstanceHeader | undefined;
  try {
    header = headerOf(path, file, ({ tag, value, length }, bytes) => {
      if (tags.includes(tag)) found.set(tag, uidText(bytes, value, length));
    });
  } catch (cause) {
    // a file that is damaged further on still names its series; reading the series will refuse it with the reason
    const isNamed = found.has(tagNumber('SeriesInstanceUID')) || mediaStorageSopClassUid === DICOMDIR;
    if (!isWhole || !(cause instanceof ScanRefusal) || !isNamed) throw cause;
  }
  const text = (keyword: AttributeKeyword): string => found.get(tagNumber(keyword)) ?? '';
  const sopClassUid = text('SOPClassUID') || mediaStorageSopClassUid;
  if (sopClassUid === '') throw new ScanRefusal('MALFORMED', 'the SOP class is not named');
  return {
    sopClassUid,
    sopInstanceUid: text('SOPInstanceUID') || mediaStorageSopInstanceUid,
    seriesInstanceUid: text('SeriesInstanceUID'),
    seriesNumber: text('SeriesNumber'),
    owner: `${text('StudyInstanceUID')}\n${text('PatientID')}`,
    header,
  };
}

function headerOf(path: string, file: Buffer, visit: Parameters<typeof preScanHead>[1]): InstanceHeader {
  const head = preScanHead(file, visit);
  return parseInstanceHeader({ path, transferSyntax: head.transferSyntax }, parseHead(head));
}
