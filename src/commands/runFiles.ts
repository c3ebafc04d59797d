import { basename, join } from 'node:path';

import type { ScanOutcome } from '../cohort/runCohort.ts';
import { RESEARCH_USE } from '../core/scanRecord.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { canonicalJson } from '../pipeline/canonicalJson.ts';
import { outputPaths } from '../pipeline/outputNames.ts';
import { renderRunIndex } from '../report/runIndex.ts';
import type { RunScan, RunSummary } from '../report/runIndex.ts';

/** A run as run.json has it: every input once, however it ended. */
export function summarizeRun(
  shared: Omit<RunSummary, 'schemaVersion' | 'researchUse' | 'counts' | 'scans'>, outcomes: readonly ScanOutcome[],
): RunSummary {
  const count = (status: ScanOutcome['status']): number => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    schemaVersion: 1,
    researchUse: RESEARCH_USE,
    ...shared,
    counts: { harmonized: count('harmonized'), refused: count('refused'), failed: count('failed'), skipped: count('skipped') },
    scans: outcomes.map(runScan),
  };
}

/**
 * Writes run.json, the index page, and apart from both what may differ between equal runs (timing.json).
 *
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeRunFiles(outputDir: string, summary: RunSummary, outcomes: readonly ScanOutcome[]): Promise<void> {
  const seconds = Object.fromEntries(outcomes.filter(({ isResumed }) => !isResumed).map(({ scan, seconds: s }) => [scan, s]));
  await writeFileAtomic(join(outputDir, 'run.json'), canonicalJson(summary));
  await writeFileAtomic(join(outputDir, 'index.html'), renderRunIndex(summary));
  await writeFileAtomic(join(outputDir, 'timing.json'), canonicalJson({ schemaVersion: 1, seconds }));
}

function runScan({ scan, status, code, detail, remedy, hasRecord }: ScanOutcome): RunScan {
  const paths = outputPaths('', scan);
  return {
    scan, status, code, detail, remedy,
    record: hasRecord ? basename(paths.record) : null,
    report: hasRecord ? basename(paths.report) : null,
  };
}
