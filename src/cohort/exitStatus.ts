import { errorTable } from '../core/errors.ts';
import type { ScanOutcome } from './runCohort.ts';

/** Faults that mean: the file cannot be read, by us or perhaps by anyone. */
const UNREADABLE: readonly string[] = [
  'MALFORMED', 'TRUNCATED', 'CORRUPT_GZIP', 'DECOMPRESSION_BOMB', 'PIXEL_LENGTH', 'UNREADABLE', 'UNSUPPORTED_FORMAT',
];

/** When several apply, the first of these counts (docs/reference/errors.md). */
const PRECEDENCE = [1, 2, 7, 6, 5, 9, 8, 4, 3, 0] as const;
export type CohortStatus = (typeof PRECEDENCE)[number];

/** The exit status of a run from how its inputs ended. `strict` makes a refusal by policy count. */
export function cohortStatus(outcomes: readonly ScanOutcome[], options: Readonly<{ strict: boolean }>): CohortStatus {
  const all = new Set<number>(outcomes.map((outcome) => statusOf(outcome, options.strict)));
  // nothing was harmonized, and nothing else is to blame
  if (!outcomes.some(({ status }) => status === 'harmonized')) all.add(3);
  return PRECEDENCE.find((status) => all.has(status)) ?? 0;
}

function statusOf({ status, code, isGate }: ScanOutcome, strict: boolean): number {
  if (status === 'harmonized' || status === 'skipped') return 0;
  if (status === 'failed') return code !== null && code in errorTable ? errorTable[code as keyof typeof errorTable].exit : 8;
  if (isGate) return 9;
  if (UNREADABLE.includes(code ?? '')) return 5;
  return strict ? 4 : 0;
}
