import { describe, expect, it } from 'vitest';
import { cohortStatus } from '../../src/cohort/exitStatus.ts';
import type { ScanOutcome } from '../../src/cohort/runCohort.ts';

const outcome = (status: ScanOutcome['status'], code: string | null = null, isGate = false): ScanOutcome =>
  ({ scan: 'a', status, code, detail: '', remedy: '', isGate, hasRecord: false, isResumed: false, seconds: 0 });
const done = outcome('harmonized');

describe('the exit status of a run', () => {
  it.each([
    ['all harmonized', [done, done], 0],
    ['a policy refusal is counted, not failed', [done, outcome('refused', 'NO_HEAD')], 0],
    ['a skipped localizer', [done, outcome('skipped', 'LOCALIZER')], 0],
    ['nothing but policy refusals', [outcome('refused', 'WRONG_MODALITY')], 3],
    ['an unreadable file', [done, outcome('refused', 'TRUNCATED')], 5],
    ['a crash', [done, outcome('failed', 'WORKER_CRASH')], 8],
    ['a gate', [done, outcome('refused', 'QC_FAIL', true)], 9],
    ['a full disk', [done, outcome('failed', 'CONCORD_NO_SPACE')], 6],
    ['an internal error', [done, outcome('failed', 'CONCORD_INTERNAL')], 1],
    ['an unreadable file before a gate before a crash', [outcome('failed', 'TIMEOUT'), outcome('refused', 'QC_FAIL', true), outcome('refused', 'CORRUPT_GZIP')], 5],
    ['a gate before a crash', [outcome('failed', 'TIMEOUT'), outcome('refused', 'OOD_STYLE', true)], 9],
    ['an internal error before everything', [outcome('failed', 'CONCORD_NO_SPACE'), outcome('failed', 'CONCORD_INTERNAL')], 1],
  ] as const)('%s: %j → %i', (_, outcomes, status) => {
    expect(cohortStatus(outcomes, { strict: false })).toBe(status);
  });

  it('--strict makes a policy refusal 4, and leaves the more important ones', () => {
    expect(cohortStatus([done, outcome('refused', 'NO_HEAD')], { strict: true })).toBe(4);
    expect(cohortStatus([done, outcome('refused', 'NO_HEAD'), outcome('refused', 'QC_FAIL', true)], { strict: true })).toBe(9);
  });
});
