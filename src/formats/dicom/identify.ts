import { open } from 'node:fs/promises';

import { ScanRefusal } from '../../core/issues.ts';
import { tagNumber } from './attributes.ts';
import type { AttributeKeyword } from './attributes.ts';
import { hasDicomMagic, peekElements, readMetaGroup, uidText } from './preScan.ts';

/** What grouping needs of one file, read without parsing it whole. */
export type InstanceIdentity = Readonly<{
  sopClassUid: string;
  sopInstanceUid: string;
  /** Empty in some anonymised exports. */
  seriesInstanceUid: string;
  seriesNumber: string;
}>;

/** The attributes up to SeriesNumber take a few kilobytes; a longer head means a long private block before them. */
const HEAD_BYTES = 65_536;
const LARGEST_INSTANCE = 2 ** 31 - 1;

/**
 * Recognises a DICOM file by content.
 *
 * @returns undefined when the file has no DICM magic
 * @throws ScanRefusal when it has, and its head is damaged
 */
export async function identifyInstance(path: string): Promise<InstanceIdentity | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (!hasDicomMagic(head.subarray(0, bytesRead))) return undefined;
    try {
      return identityOf(head.subarray(0, bytesRead));
    } catch (cause) {
      // within the head alone every file looks truncated: only the whole file can tell
      if (bytesRead === size || size > LARGEST_INSTANCE) throw cause;
    }
    return identityOf(await file.readFile());
  } finally {
    await file.close();
  }
}

function identityOf(bytes: Buffer): InstanceIdentity {
  const found = new Map<number, string>();
  try {
    peekElements(bytes, ({ tag, value, length }, content) => {
      found.set(tag, uidText(content, value, length));
      return tag >= tagNumber('SeriesNumber');
    });
  } catch (cause) {
    // a file that is damaged further on still names its series; reading the series will refuse it with the reason
    if (!(cause instanceof ScanRefusal) || !found.has(tagNumber('SeriesInstanceUID'))) throw cause;
  }
  const { mediaStorageSopClassUid, mediaStorageSopInstanceUid } = readMetaGroup(bytes);
  const text = (keyword: AttributeKeyword): string => found.get(tagNumber(keyword)) ?? '';
  return {
    sopClassUid: text('SOPClassUID') || mediaStorageSopClassUid,
    sopInstanceUid: text('SOPInstanceUID') || mediaStorageSopInstanceUid,
    seriesInstanceUid: text('SeriesInstanceUID'),
    seriesNumber: text('SeriesNumber'),
  };
}
