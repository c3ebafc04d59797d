import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { ScanRefusal } from '../../../core/issues.ts';
import type { FrameReply, FrameRequest, FrameResult } from './messages.ts';

/** What one frame may cost its decoder, loading the codec not counted. */
export type DecodeLimits = Readonly<{ milliseconds: number; bytes: number }>;

/** A 4096² frame takes the slowest codec 3 s; a process with all codecs loaded holds 200 MB. */
export const DECODE_LIMITS: DecodeLimits = { milliseconds: 20_000, bytes: 2 ** 30 };

/** Compiled code on both sides: Node starts no TypeScript, and from src as from dist this is the way to it. */
const PROGRAM = new URL('../../../../dist/formats/dicom/decode/program.js', import.meta.url);
const MEMORY_LOOK_MS = 50;
/** Starting Node and the largest codec takes half a second; on a busy machine much longer. */
const LOAD_MS = 60_000;

let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Decodes a frame in a process of its own, which serves all series of this process and is replaced when it is lost:
 * codecs are C++ and trust their input (operations.md T-08, T-10, T-11).
 *
 * @param program another decoder, for tests
 * @returns samples in little-endian bytes
 * @throws ScanRefusal TIMEOUT, TOO_LARGE when the limits are passed; MALFORMED when the frame cannot be decoded
 */
export function decodeApart(request: FrameRequest, limits: DecodeLimits = DECODE_LIMITS, program = PROGRAM): Promise<Uint8Array> {
  const answer = last.then(() => exchange(request, limits, program));
  last = answer.catch(() => undefined);
  return answer;
}

async function exchange(request: FrameRequest, limits: DecodeLimits, program: URL): Promise<Uint8Array> {
  const worker = child?.connected === true ? child : start(program);
  hold(worker, true);
  let refusal: ScanRefusal | undefined;
  const end = (code: 'TIMEOUT' | 'TOO_LARGE', detail: string): void => {
    refusal ??= new ScanRefusal(code, detail);
    worker.kill('SIGKILL');
  };
  const stopAfter = (milliseconds: number): NodeJS.Timeout =>
    setTimeout(() => { end('TIMEOUT', `one frame may take ${limits.milliseconds / 1000} s to decode`); }, milliseconds);
  let timer = stopAfter(LOAD_MS + limits.milliseconds);
  const watch = setInterval(() => {
    if (residentBytes(worker.pid!) > limits.bytes) {
      end('TOO_LARGE', `decoding one frame takes more than ${limits.bytes} bytes of memory`);
    }
  }, MEMORY_LOOK_MS);
  try {
    const result = await resultOf(worker, request, () => {
      clearTimeout(timer);
      timer = stopAfter(limits.milliseconds);
    });
    if (result?.kind === 'decoded') return result.samples;
    if (result === undefined && child === worker) child = undefined;
    const loss = result === undefined ? 'end their decoder' : 'cannot be decoded';
    throw refusal ?? new ScanRefusal('MALFORMED', `the compressed pixels (${request.syntax.name}) ${loss}`);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    if (child === worker) hold(worker, false);
  }
}

function start(program: URL): ChildProcess {
  // codecs print to standard output, which belongs to concord's results
  child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: ['--max-old-space-size=512'] });
  return child;
}

/** An idle decoder does not keep this process from ending, and ends with it. */
function hold(worker: ChildProcess, isBusy: boolean): void {
  if (isBusy) {
    worker.ref();
    worker.channel?.ref();
  } else {
    worker.unref();
    worker.channel?.unref();
  }
}

/** The result, or undefined when the process was lost before it gave one; `begun` hears when the codec is loaded. */
function resultOf(worker: ChildProcess, request: FrameRequest, begun: () => void): Promise<FrameResult | undefined> {
  return new Promise((resolve) => {
    const settle = (result?: FrameResult): void => {
      worker.off('message', answered).off('exit', lost).off('error', lost);
      resolve(result);
    };
    const answered = (reply: FrameReply): void => {
      if (reply.kind === 'begun') begun();
      else settle(reply);
    };
    const lost = (): void => { settle(); };
    worker.on('message', answered).on('exit', lost).on('error', lost);
    worker.send(request, (cause) => { if (cause !== null) lost(); });
  });
}

/** Memory that a process holds; 0 where the system does not tell, and the codecs' own 4 GiB are the only bound. */
function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
