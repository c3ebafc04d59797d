import type { Protocol } from '../config/protocol.ts';
import { ConcordError, errorTable } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Issue } from '../core/issues.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import type { Device } from '../inference/device.ts';
import type { ScanJob } from '../pipeline/harmonizeScan.ts';
import type { CreatedStyle, StyleJob } from '../pipeline/createStyle.ts';

/** What a worker is told first: the bundle to load and check, where to run it, and how many cores it may keep busy with one scan. */
export type OpenRequest = Readonly<{ kind: 'open'; bundleDir: string; device: Device; threads: number; cores: number; protocol: Protocol }>;
export type StyleRequest = Readonly<{ kind: 'style'; job: StyleJob }>;
export type ScanRequest = Readonly<{ kind: 'scan'; job: ScanJob }>;
export type WorkerRequest = OpenRequest | StyleRequest | ScanRequest;

export type WorkerReply =
  | Readonly<{ kind: 'opened'; provider: string }>
  | Readonly<{ kind: 'style'; created: CreatedStyle }>
  | Readonly<{ kind: 'scan'; record: ScanRecord }>
  | Readonly<{ kind: 'error'; error: PlainError }>;

/** An error as plain values, to cross the process boundary. */
export type PlainError = Readonly<{ code: ErrorCode; message: string; issue?: Issue }>;

export function plainError(error: unknown): PlainError {
  if (error instanceof ScanRefusal) return { code: error.code, message: error.message, issue: error.issue };
  if (error instanceof ConcordError) return { code: error.code, message: error.message };
  return { code: 'CONCORD_INTERNAL', message: scrubbed(error) };
}

export function errorOf({ code, message, issue }: PlainError): ConcordError {
  if (issue !== undefined) return new ScanRefusal(issue.code, issue.detail);
  return new ConcordError(code in errorTable ? code : 'CONCORD_INTERNAL', message);
}

/** The text of an unforeseen error without quoted values and paths: they may name a patient (operations.md P-30). */
export function scrubbed(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n', 1)[0]!.replace(/(['"`]).*\1/g, '…').replace(/(?:[A-Za-z]:)?[/\\][^\s,;)]*/g, '…');
}
