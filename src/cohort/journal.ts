import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';

/** A scan's way through a run (operations.md P-20). */
export type JournalState = 'RUNNING' | 'VERIFIED' | 'QUARANTINED' | 'SKIPPED' | 'FAILED';

/** One line. `inputHash`, `configHash`: what was computed from what; `recordSha256`: the record that was left. */
export type JournalEntry = Readonly<{
  scan: string;
  state: JournalState;
  code?: string;
  inputHash?: string;
  configHash?: string;
  recordSha256?: string;
  /** The moment that DICOM outputs carry: a run that goes on with an earlier one's work goes on with its moment. */
  createdAt?: number;
}>;

export type Journal = Readonly<{
  /** The last word on a scan by earlier runs. */
  last: (scan: string) => JournalEntry | undefined;
  /** The moment of an earlier run with this config. */
  createdAt: (configHash: string) => number | undefined;
  append: (entry: JournalEntry) => Promise<void>;
  close: () => Promise<void>;
}>;

export const JOURNAL = 'journal.jsonl';

/**
 * Opens the append-only journal of an output folder. Each line is on disk before `append` returns; a last line that
 * a kill cut short is passed over, and the next one starts afresh.
 *
 * @throws CONCORD_OUTPUT_NOT_WRITABLE, CONCORD_NO_SPACE
 */
export async function openJournal(outputDir: string): Promise<Journal> {
  const path = join(outputDir, JOURNAL);
  const earlier = await readFile(path, 'utf8').catch(() => '');
  const lines = parseLines(earlier);
  const entries = new Map(lines.map((entry) => [entry.scan, entry]));
  const file = await open(path, 'a').catch(unwritable);
  if (earlier !== '' && !earlier.endsWith('\n')) await appendLine(file, '');
  // one line at a time, in the order of the calls
  let writing: Promise<void> = Promise.resolve();
  return {
    last: (scan) => entries.get(scan),
    createdAt: (configHash) => lines.find((entry) => entry.configHash === configHash && entry.createdAt !== undefined)?.createdAt,
    append: (entry) => {
      entries.set(entry.scan, entry);
      writing = writing.then(() => appendLine(file, JSON.stringify(entry)));
      return writing;
    },
    close: async () => {
      await writing.catch(() => undefined);
      await file.close();
    },
  };
}

async function appendLine(file: FileHandle, line: string): Promise<void> {
  await file.appendFile(`${line}\n`).catch(unwritable);
  await file.datasync();
}

function parseLines(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as JournalEntry];
    } catch (cause) {
      // half a line is what a kill leaves; anything else would be our own fault
      if (cause instanceof SyntaxError) return [];
      throw cause;
    }
  });
}

function unwritable(cause: unknown): never {
  const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  throw isFull
    ? new ConcordError('CONCORD_NO_SPACE', 'The journal needs more disk space than is free.', { cause })
    : new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The journal of the output folder cannot be written.', { cause });
}
