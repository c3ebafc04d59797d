/** The program of a worker process that harmonizes: loads one bundle, then computes and writes scans. */
import { ConcordError } from '../core/errors.ts';
import type { Protocol } from '../config/protocol.ts';
import { loadBundle } from '../inference/bundle.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { createStyle } from '../pipeline/createStyle.ts';
import { harmonizeScan } from '../pipeline/harmonizeScan.ts';
import type { WorkerReply, WorkerRequest } from './messages.ts';
import { serve } from './serve.ts';

let opened: Readonly<{ bundle: ModelBundle; protocol: Protocol; cores: number }> | undefined;

async function answer(request: WorkerRequest): Promise<WorkerReply> {
  if (request.kind === 'open') {
    const { bundleDir, device, threads, cores, protocol } = request;
    opened = { bundle: await loadBundle(bundleDir, device, { threads }), protocol, cores };
    return { kind: 'opened', provider: opened.bundle.provider };
  }
  if (opened === undefined) throw new ConcordError('CONCORD_INTERNAL', 'A worker was asked before it was opened.');
  const { bundle, protocol, cores } = opened;
  return request.kind === 'style'
    ? { kind: 'style', created: await createStyle(request.job, protocol, bundle) }
    : { kind: 'scan', record: await harmonizeScan(request.job, protocol, bundle, cores) };
}

serve(answer);
