import { readFile } from 'node:fs/promises';

import type { Journal } from '../cohort/journal.ts';
import { ConcordError } from '../core/errors.ts';
import type { PrivateAttribute } from '../formats/dicom/write/provenance.ts';
import { assignSeriesNumbers } from '../formats/dicom/write/seriesNumber.ts';
import type { ScanInput } from '../formats/scan.ts';
import type { DicomJob } from '../pipeline/imageWriters.ts';
import { choice, flag, optionalText } from './parameter.ts';
import type { ValuesOf } from './parameter.ts';

/** The parameters of writing DICOM, with one wording. */
export const dicomParameters = {
  format: choice('What DICOM series become; NIfTI stays NIfTI', ['nifti', 'dicom', 'both'], 'nifti'),
  equipment: choice('Whose name DICOM outputs carry: the source scanner\'s or concord\'s', ['scanner', 'software'], 'scanner'),
  keepPrivate: optionalText('LIST', 'Private attributes to keep: "group,creator,element; …", hexadecimal', 'none'),
  keepOverlays: flag('Keep overlays that have data of their own'),
  uidKey: optionalText('FILE', 'Secret that new UIDs are made with, for outputs that leave the site', 'none'),
};
type Values = ValuesOf<{ DICOM: typeof dicomParameters }>;

/** What of the DICOM job shapes the outputs; the moment alone may differ between equal runs. */
export type DicomSettings = Omit<DicomJob, 'createdAt'>;

/** @throws CONCORD_USAGE */
export async function dicomSettings(values: Values, inputs: readonly ScanInput[]): Promise<DicomSettings> {
  const { equipment, keepOverlays, uidKey } = values;
  return {
    equipment, keepOverlays,
    keepPrivate: parsePrivateList(values.keepPrivate ?? ''),
    seriesNumbers: assignSeriesNumbers(inputs.filter(({ format }) => format === 'dicom')),
    ...(uidKey === undefined ? {} : { uidKey: await readKey(uidKey) }),
  };
}

/**
 * The moment that DICOM outputs carry: SOURCE_DATE_EPOCH, or that of the run which this one goes on with, or now.
 *
 * @throws CONCORD_USAGE when SOURCE_DATE_EPOCH is no number of seconds
 */
export function creationMoment(journal: Journal, configHash: string, epoch = process.env['SOURCE_DATE_EPOCH']): number {
  if (epoch === undefined || epoch === '') return journal.createdAt(configHash) ?? Date.now();
  if (!/^\d{1,11}$/.test(epoch)) throw new ConcordError('CONCORD_USAGE', 'SOURCE_DATE_EPOCH: expected seconds since 1970.');
  return 1000 * Number(epoch);
}

/** `0019,SIEMENS MR HEADER,0C; …` @throws CONCORD_USAGE */
export function parsePrivateList(list: string): PrivateAttribute[] {
  return list.split(';').map((entry) => entry.trim()).filter((entry) => entry !== '').map((entry) => {
    const [, group = '', creator = '', element = ''] = /^([0-9a-f]{4}),([^,]+),([0-9a-f]{2})$/i.exec(entry) ?? [];
    const number = Number.parseInt(group, 16);
    if (!(number % 2 === 1)) {
      throw new ConcordError('CONCORD_USAGE', 'keep-private: expected entries like "0019,SIEMENS MR HEADER,0C", groups odd, separated by semicolons.');
    }
    return { group: number, creator: creator.trim(), element: Number.parseInt(element, 16) };
  });
}

/** A short key can be guessed, and with it the link back to the source. */
const SHORTEST_KEY = 16;

async function readKey(path: string): Promise<string> {
  const key = await readFile(path, 'utf8').then((text) => text.trim(), () => '');
  if (key.length >= SHORTEST_KEY) return key;
  throw new ConcordError('CONCORD_USAGE', `uid-key: expected a readable file with a secret of at least ${SHORTEST_KEY} characters.`);
}
