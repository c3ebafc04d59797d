import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { CohortRecord } from '../core/cohortRecord.ts';
import type { CovariateTable, FeatureTable } from '../core/featureTable.ts';
import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import type { WorstPicture } from '../report/cohort/gallery.ts';
import { formatMetricsTable } from '../report/cohort/metricsTable.ts';
import { worstScans } from '../report/cohort/worstScans.ts';
import { renderCohortReport } from '../report/cohortReport.ts';
import { dharmExport } from '../validation/dharmExport.ts';
import { cohortTable, featuresTable, probesTable, validationTable } from '../validation/tables.ts';
import { canonicalJson } from './canonicalJson.ts';

export const RECORD_NAME = 'evaluation.json';
export const REPORT_NAME = 'evaluation.html';
export const WORST_FOLDER = 'worst';

const validationTables = {
  'validation.tsv': validationTable,
  'validation-features.tsv': featuresTable,
  'validation-probes.tsv': probesTable,
  'validation-cohort.tsv': cohortTable,
} as const;

export type EvaluationPaths = Readonly<{ report: string; table: string; record: string }>;

/**
 * Writes evaluation.html, evaluation.json, every number of the page as metrics.tsv and, where sites were compared,
 * validation*.tsv, and the pictures of the worst scans; each file whole or not at all.
 *
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeEvaluation(record: CohortRecord, outputDir: string, worst: readonly WorstPicture[] = []): Promise<EvaluationPaths> {
  try {
    await mkdir(outputDir, { recursive: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be made.', { cause });
  }
  const paths = { report: join(outputDir, REPORT_NAME), table: join(outputDir, 'metrics.tsv'), record: join(outputDir, RECORD_NAME) };
  // the page is made of what is stored, so that `concord report` makes the very same
  const stored = canonicalJson(record);
  await writeFileAtomic(paths.report, renderCohortReport(JSON.parse(stored) as CohortRecord, worst));
  await writeFileAtomic(paths.table, formatMetricsTable(record));
  await writeFileAtomic(paths.record, stored);
  for (const [name, table] of Object.entries(validationTables)) {
    if (record.validation !== null) await writeFileAtomic(join(outputDir, name), table(record.validation));
  }
  await writePictures(record, worst, join(outputDir, WORST_FOLDER));
  return paths;
}

/** `01.png` for the worst of all, and so on; pictures of an earlier run are replaced. */
async function writePictures(record: CohortRecord, worst: readonly WorstPicture[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (/^\d\d\.png$/.test(name)) await rm(join(folder, name));
  for (const [rank, { scan }] of worstScans(record).entries()) {
    const picture = worst.find((drawn) => drawn.scan === scan);
    if (picture !== undefined) await writeFileAtomic(join(folder, pictureName(rank)), picture.png);
  }
}

/** `01.png` for the worst. */
export function pictureName(rank: number): string {
  return `${String(rank + 1).padStart(2, '0')}.png`;
}

/** The numbers of scans for DiagnoseHarmonisation: dharm/ARM/features.csv and covariates.csv. */
export async function writeDharmTables({ table, covariates }: Readonly<{ table: FeatureTable; covariates: CovariateTable }>, outputDir: string): Promise<void> {
  for (const pair of dharmExport(table, covariates)) {
    const folder = join(outputDir, 'dharm', pair.arm);
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, 'features.csv'), pair.features);
    await writeFileAtomic(join(folder, 'covariates.csv'), pair.covariates);
  }
}
