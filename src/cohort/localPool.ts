import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import { ConcordError } from '../core/errors.ts';
import { errorOf } from './messages.ts';
import type { PlainError, WorkerReply, WorkerRequest } from './messages.ts';

export type PoolOptions = Readonly<{
  workers: number;
  /** What every worker is asked first; null for nothing. */
  open: object | null;
  /** For one request, loading the bundle not counted. */
  timeLimitMs: number;
  /** Aborting kills every worker. */
  signal: AbortSignal;
  /** The worker's program; the one that harmonizes where it is not given. */
  program?: URL;
}>;

/** Worker processes on this machine; holds them until closed. */
export type LocalPool<Request = WorkerRequest, Reply = WorkerReply> = Readonly<{
  workers: number;
  /** Starts the first worker: a bundle or device at fault shows before any work. */
  ready: () => Promise<void>;
  /**
   * Answered by the next free worker. `requests` multiplies the time limit: a folder of reference scans is many in one.
   *
   * @throws what the worker threw; CONCORD_TIMEOUT, CONCORD_WORKER when the worker was lost with this request
   */
  submit: (request: Request, requests?: number) => Promise<Reply>;
  close: () => Promise<void>;
}>;

type Lane<Request, Reply> = Readonly<{
  ready: () => Promise<void>;
  run: (request: Request, limitMs: number) => Promise<Reply>;
  close: () => Promise<void>;
}>;

const WORKER = new URL('./worker.js', import.meta.url);

/** Workers start with their first request; one that is lost is replaced at the next. */
export function openPool<Request extends object = WorkerRequest, Reply extends Message = WorkerReply>(options: PoolOptions): LocalPool<Request, Reply> {
  const lanes = Array.from({ length: options.workers }, () => openLane<Request, Reply>(options));
  const free = [...lanes];
  const waiting: ((lane: Lane<Request, Reply>) => void)[] = [];
  const submit = async (request: Request, requests = 1): Promise<Reply> => {
    const lane = free.shift() ?? await new Promise<Lane<Request, Reply>>((resolve) => waiting.push(resolve));
    try {
      return await lane.run(request, options.timeLimitMs * requests);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(lane);
      else next(lane);
    }
  };
  return {
    workers: options.workers,
    ready: () => lanes[0]!.ready(),
    submit,
    close: async () => { await Promise.all(lanes.map((lane) => lane.close())); },
  };
}

/** One worker at a time, and its successors. */
function openLane<Request extends object, Reply extends Message>({ open, signal, program = WORKER }: PoolOptions): Lane<Request, Reply> {
  let child: ChildProcess | undefined;
  const start = async (): Promise<ChildProcess> => {
    // onnxruntime and codecs may write to standard output, which belongs to the result
    const started = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child = started;
    started.once('exit', () => { if (child === started) child = undefined; });
    try {
      if (open !== null) await exchange(started, open, OPEN_LIMIT_MS, signal);
    } catch (error) {
      await end(started);
      throw error;
    }
    return started;
  };
  const run = async (request: Request, limitMs: number): Promise<Reply> => {
    if (signal.aborted) throw new ConcordError('CONCORD_WORKER', 'The run was interrupted.');
    const worker = child ?? await start();
    return exchange<Reply>(worker, request, limitMs, signal);
  };
  return {
    ready: async () => { if (child === undefined) await start(); },
    run,
    close: async () => { if (child !== undefined) await end(child); },
  };
}

const OPEN_LIMIT_MS = 300_000;

type Message = Readonly<{ kind: string }>;
type Failure = Readonly<{ kind: 'error'; error: PlainError }>;

function isFailure(reply: Message): reply is Failure {
  return reply.kind === 'error';
}

/** Sends one request and waits for its answer, or for the worker's end. */
function exchange<Reply extends Message>(child: ChildProcess, request: object, limitMs: number, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let isTimedOut = false;
    const kill = (): void => { child.kill('SIGKILL'); };
    const timer = setTimeout(() => { isTimedOut = true; kill(); }, limitMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      child.off('message', answered).off('exit', lost).off('error', failed);
    };
    const answered = (reply: Reply | Failure): void => {
      settle();
      if (isFailure(reply)) reject(errorOf(reply.error));
      else resolve(reply);
    };
    const lost = (status: number | null, signalName: string | null): void => {
      settle();
      reject(isTimedOut
        ? new ConcordError('CONCORD_TIMEOUT', `One scan may take ${limitMs / 1000} s; its worker was stopped.`)
        : new ConcordError('CONCORD_WORKER', `A worker ended by itself (${signalName ?? `status ${String(status)}`}).`));
    };
    const failed = (cause: Error): void => {
      settle();
      reject(new ConcordError('CONCORD_WORKER', 'A worker could not be started or reached.', { cause }));
    };
    child.on('message', answered).on('exit', lost).on('error', failed);
    signal.addEventListener('abort', kill, { once: true });
    // an abort before this moment will not be announced again
    if (signal.aborted) kill();
    else child.send(request, (cause) => { if (cause !== null) kill(); });
  });
}

/** Asks a worker to end by closing its channel, and insists after two seconds. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('exit', () => { clearTimeout(timer); resolve(); });
    if (child.connected) child.disconnect();
  });
}
