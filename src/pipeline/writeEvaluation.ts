import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { CohortRecord } from '../core/cohortRecord.ts';
import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { formatMetricsTable } from '../report/cohort/metricsTable.ts';
import { renderCohortReport } from '../report/cohortReport.ts';
import { canonicalJson } from './canonicalJson.ts';

export type EvaluationPaths = Readonly<{ report: string; table: string; record: string }>;

/**
 * Writes evaluation.html, metrics.tsv and evaluation.json, each whole or not at all.
 *
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeEvaluation(record: CohortRecord, outputDir: string): Promise<EvaluationPaths> {
  try {
    await mkdir(outputDir, { recursive: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be made.', { cause });
  }
  const paths = { report: join(outputDir, 'evaluation.html'), table: join(outputDir, 'metrics.tsv'), record: join(outputDir, 'evaluation.json') };
  await writeFileAtomic(paths.report, renderCohortReport(record));
  await writeFileAtomic(paths.table, formatMetricsTable(record));
  await writeFileAtomic(paths.record, canonicalJson(record));
  return paths;
}
