import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CohortRecord } from '../core/cohortRecord.ts';
import { ConcordError } from '../core/errors.ts';
import { RESEARCH_USE } from '../core/scanRecord.ts';
import type { WorstPicture } from '../report/cohort/gallery.ts';
import { worstScans } from '../report/cohort/worstScans.ts';
import { pictureName, RECORD_NAME, WORST_FOLDER } from './writeEvaluation.ts';

const PNG_SIGNATURE = '89504e470d0a1a0a';
const lists = ['distances', 'summaries', 'paired', 'scans', 'warnings', 'issues'] as const;

/**
 * What `concord evaluate` left in a folder, without any scan: the record, and the pictures of the worst scans.
 *
 * @throws CONCORD_NO_EVALUATION where the folder has no evaluation.json, or one of another kind
 */
export async function readEvaluation(folder: string): Promise<Readonly<{ record: CohortRecord; worst: readonly WorstPicture[] }>> {
  let text: string;
  try {
    text = await readFile(join(folder, RECORD_NAME), 'utf8');
  } catch (cause) {
    throw new ConcordError('CONCORD_NO_EVALUATION', `The folder has no readable ${RECORD_NAME}.`, { cause });
  }
  const record = checkedRecord(text);
  return { record, worst: await picturesOf(record, folder) };
}

/** The record was written by concord, so only its kind and shape are checked, not every number. */
function checkedRecord(text: string): CohortRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConcordError('CONCORD_NO_EVALUATION', `${RECORD_NAME} is no JSON: it ends early or was edited.`, { cause });
  }
  const record = value as Partial<CohortRecord> | null;
  if (record === null || typeof record !== 'object' || record.schemaVersion !== 1 || record.researchUse !== RESEARCH_USE || lists.some((key) => !Array.isArray(record[key]))) {
    throw new ConcordError('CONCORD_NO_EVALUATION', `${RECORD_NAME} is not an evaluation of schema version 1.`);
  }
  return { validation: null, request: null, modality: 'MR', ...record } as CohortRecord;
}

/** `worst/01.png` belongs to the first of the worst scans, and so on; what is missing or no PNG is left out. */
async function picturesOf(record: CohortRecord, folder: string): Promise<WorstPicture[]> {
  const path = join(folder, WORST_FOLDER);
  const names = new Set(await readdir(path).catch(() => []));
  const pictures: WorstPicture[] = [];
  for (const [n, worst] of worstScans(record).entries()) {
    const name = pictureName(n);
    if (!names.has(name)) continue;
    const png = await readFile(join(path, name));
    if (png.subarray(0, 8).toString('hex') === PNG_SIGNATURE) pictures.push({ ...worst, png });
  }
  return pictures;
}
