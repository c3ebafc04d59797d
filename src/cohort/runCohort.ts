import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { issueTable, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import { isCommitted } from '../formats/dicom/write/outputFolder.ts';
import type { ScanInput } from '../formats/scan.ts';
import type { ScanJob } from '../pipeline/harmonizeScan.ts';
import { outputPaths } from '../pipeline/outputNames.ts';
import { fileHash, inputHash } from './inputHash.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { LocalPool } from './localPool.ts';
import { removeOutputs } from './outputFolder.ts';

/** How one input ended. Every input ends as exactly one of these. */
export type ScanOutcome = Readonly<{
  scan: string;
  status: 'harmonized' | 'refused' | 'failed' | 'skipped';
  /** The issue's or error's code; null when harmonized. */
  code: string | null;
  detail: string;
  remedy: string;
  /** Whether a gate refused the result, rather than a check the input. */
  isGate: boolean;
  /** Whether there is a record, and with it a report. */
  hasRecord: boolean;
  /** Taken over from an earlier run. */
  isResumed: boolean;
  seconds: number;
}>;

export type CohortJob = Readonly<{
  inputs: readonly ScanInput[];
  /** What the listing found wrong: inputs that never become jobs. */
  listed: readonly Readonly<{ name: string; issue: Issue }>[];
  /** What all scans share. */
  common: Omit<ScanJob, 'input'>;
  /** Hash of everything but the input that shapes the outputs. */
  configHash: string;
  resume: boolean;
  failFast: boolean;
  signal: AbortSignal;
}>;

/** After these no later scan can do better. */
const ENDS_RUN: readonly string[] = [
  'CONCORD_NO_SPACE', 'CONCORD_OUTPUT_NOT_WRITABLE', 'CONCORD_MODEL_MISSING', 'CONCORD_MODEL_HASH', 'CONCORD_DEVICE',
];

/**
 * Harmonizes every input, as many at a time as the pool has workers; one that cannot be harmonized costs only itself.
 * Outcomes are sorted by name; `onOutcome` hears of each as it happens.
 */
export async function runCohort(
  job: CohortJob, pool: LocalPool, journal: Journal, onOutcome: (outcome: ScanOutcome) => void,
): Promise<readonly ScanOutcome[]> {
  let stop: string | undefined;
  const tell = (outcome: ScanOutcome): ScanOutcome => {
    if (outcome.code !== null && ENDS_RUN.includes(outcome.code)) stop ??= outcome.code;
    if (job.failFast && outcome.status === 'failed') stop ??= 'FAIL_FAST';
    onOutcome(outcome);
    return outcome;
  };
  const outcomes = job.listed.map(({ name, issue }) => tell(issueOutcome(name, issue)));
  const queue = job.inputs.values();
  const takeNext = async (): Promise<void> => {
    for (const input of queue) {
      const reason = job.signal.aborted ? 'INTERRUPTED' : stop;
      const begin = performance.now();
      const outcome = reason === undefined ? await runScan(job, input, pool, journal) : notStarted(input.name, reason);
      outcomes.push(tell({ ...outcome, seconds: Math.round(performance.now() - begin) / 1000 }));
    }
  };
  await Promise.all(Array.from({ length: pool.workers }, takeNext));
  return outcomes.sort((a, b) => (a.scan < b.scan ? -1 : 1));
}

async function runScan(job: CohortJob, input: ScanInput, pool: LocalPool, journal: Journal): Promise<ScanOutcome> {
  const { name: scan } = input;
  const { outputDir } = job.common;
  const hashes = { inputHash: await inputHash(input), configHash: job.configHash };
  const createdAt = job.common.dicom?.createdAt;
  if (job.resume) {
    const record = await finishedRecord(outputDir, journal.last(scan), hashes);
    if (record !== undefined) return { ...recordOutcome(record), isResumed: true };
  }
  try {
    await journal.append({ scan, state: 'RUNNING', ...hashes, ...(createdAt === undefined ? {} : { createdAt }) });
    const reply = await pool.submit({ kind: 'scan', job: { ...job.common, input } });
    if (reply.kind !== 'scan') throw new ConcordError('CONCORD_INTERNAL', `Expected a record, got ${reply.kind}.`);
    const outcome = recordOutcome(reply.record);
    const recordSha256 = await fileHash(outputPaths(outputDir, scan).record);
    await journal.append({ ...journalEntry(outcome), ...hashes, recordSha256 });
    return outcome;
  } catch (error) {
    const outcome = job.signal.aborted ? notStarted(scan, 'INTERRUPTED') : errorOutcome(scan, error);
    await removeOutputs(outputDir, scan);
    // on a full disk the journal may not grow either: the outcome itself still counts
    await journal.append({ ...journalEntry(outcome), ...hashes }).catch(() => undefined);
    return outcome;
  }
}

/** The record an earlier run left, if it was made from the same input and config and all its outputs are as it left them. */
async function finishedRecord(
  outputDir: string, last: JournalEntry | undefined, hashes: Readonly<{ inputHash: string; configHash: string }>,
): Promise<ScanRecord | undefined> {
  if (last?.recordSha256 === undefined || last.inputHash !== hashes.inputHash || last.configHash !== hashes.configHash) return undefined;
  const path = outputPaths(outputDir, last.scan).record;
  if ((await fileHash(path)) !== last.recordSha256) return undefined;
  const record = JSON.parse(await readFile(path, 'utf8')) as ScanRecord;
  const found = await Promise.all(record.outputs.map((output) => fileHash(join(outputDir, output.path))));
  const folders = record.outputs.filter(({ kind }) => kind === 'series').map(({ path }) => dirname(join(outputDir, path)));
  const isWhole = record.outputs.every(({ sha256 }, i) => sha256 === found[i]) && (await Promise.all(folders.map(isCommitted))).every(Boolean);
  return isWhole ? record : undefined;
}

const QUIET = { isGate: false, hasRecord: false, isResumed: false, seconds: 0 } as const;

function recordOutcome(record: ScanRecord): ScanOutcome {
  const base = { ...QUIET, scan: record.scan, hasRecord: true };
  if (record.status === 'harmonized') return { ...base, status: 'harmonized', code: null, detail: '', remedy: '' };
  const gate = record.gates.find(({ verdict }) => verdict === 'refuse');
  const own = record.issues.find(({ severity }) => severity !== 'flag');
  if (own !== undefined || gate === undefined) return { ...base, ...issueOutcome(record.scan, own), hasRecord: true };
  const code = gate.issue ?? 'QC_FAIL';
  const detail = `${gate.gate}: ${gate.detail} is ${String(gate.value === null ? null : Number(gate.value.toPrecision(4)))}, limit ${String(gate.limit)}`;
  return { ...base, status: 'refused', code, detail, remedy: issueTable[code].remedy, isGate: true };
}

function issueOutcome(scan: string, issue: Issue | undefined): ScanOutcome {
  if (issue === undefined) return { ...QUIET, scan, status: 'refused', code: 'QC_FAIL', detail: 'no reason recorded', remedy: issueTable.QC_FAIL.remedy };
  const status = issue.severity === 'skip' ? 'skipped' : issue.severity === 'fail' ? 'failed' : 'refused';
  return { ...QUIET, scan, status, code: issue.code, detail: issue.detail, remedy: issue.remedy };
}

function errorOutcome(scan: string, error: unknown): ScanOutcome {
  if (error instanceof ScanRefusal) return issueOutcome(scan, error.issue);
  if (!(error instanceof ConcordError)) throw error;
  const base = { ...QUIET, scan, status: 'failed', detail: error.message } as const;
  if (error.code === 'CONCORD_TIMEOUT') return { ...base, code: 'TIMEOUT', remedy: issueTable.TIMEOUT.remedy };
  if (error.code === 'CONCORD_WORKER') return { ...base, code: 'WORKER_CRASH', remedy: issueTable.WORKER_CRASH.remedy };
  return { ...base, code: error.code, remedy: error.remedy };
}

function notStarted(scan: string, code: string): ScanOutcome {
  return { ...QUIET, scan, status: 'skipped', code, detail: 'not harmonized: the run was stopped', remedy: 'Run the same command again: finished scans are not repeated.' };
}

const STATES = { harmonized: 'VERIFIED', refused: 'QUARANTINED', failed: 'FAILED', skipped: 'SKIPPED' } as const;

function journalEntry({ scan, status, code }: ScanOutcome): JournalEntry {
  return { scan, state: STATES[status], ...(code === null ? {} : { code }) };
}
