import type { CohortRecord } from '../../core/cohortRecord.ts';
import { evaluatedArm } from './finding.ts';

export type WorstScan = Readonly<{ scan: string; metric: string; value: number }>;

/** As many as a reader will look at. */
const SHOWN = 10;
const FALLBACK = 'wasserstein1.harmonized';

/** The worst scans of the evaluated arm by the record's own list, else the farthest from the reference; the worst first. */
export function worstScans({ validation, scans }: CohortRecord): WorstScan[] {
  const arm = validation === null ? null : evaluatedArm(validation);
  const listed = (validation?.drawings.worst ?? []).filter((worst) => worst.arm === arm?.arm);
  if (listed.length > 0) return listed.slice(0, SHOWN).map(({ name, metric, value }) => ({ scan: name, metric, value }));
  return scans
    .flatMap(({ name, values }) => { const value = values[FALLBACK]; return typeof value === 'number' ? [{ scan: name, metric: FALLBACK, value }] : []; })
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN);
}
