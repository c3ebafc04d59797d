/**
 * The program of a worker process: loads one bundle, then answers one request at a time. It computes and writes
 * scans; it prints nothing, and its end (crash, time-out, kill) costs the parent one scan.
 */
import { ConcordError } from '../core/errors.ts';
import type { Protocol } from '../config/protocol.ts';
import { loadBundle } from '../inference/bundle.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { createStyle } from '../pipeline/createStyle.ts';
import { harmonizeScan } from '../pipeline/harmonizeScan.ts';
import { plainError } from './messages.ts';
import type { WorkerReply, WorkerRequest } from './messages.ts';

let opened: Readonly<{ bundle: ModelBundle; protocol: Protocol }> | undefined;

async function answer(request: WorkerRequest): Promise<WorkerReply> {
  if (request.kind === 'open') {
    const { bundleDir, device, threads, protocol } = request;
    opened = { bundle: await loadBundle(bundleDir, device, { threads }), protocol };
    return { kind: 'opened', provider: opened.bundle.provider };
  }
  if (opened === undefined) throw new ConcordError('CONCORD_INTERNAL', 'A worker was asked before it was opened.');
  const { bundle, protocol } = opened;
  return request.kind === 'style'
    ? { kind: 'style', created: await createStyle(request.job, protocol, bundle) }
    : { kind: 'scan', record: await harmonizeScan(request.job, protocol, bundle) };
}

function send(reply: WorkerReply): void {
  process.send?.(reply);
}

process.on('message', (request: WorkerRequest) => {
  answer(request).then(send, (error: unknown) => {
    send({ kind: 'error', error: plainError(error) });
  });
});
// Ctrl-C reaches the whole process group; the parent decides what becomes of its workers
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
