/** The program of a worker process that evaluates: measures one scan or pair after another. */
import { measurePair, measureReference } from '../pipeline/evaluation/measureScans.ts';
import type { MeasureReply, MeasureRequest } from './measurePool.ts';
import { serve } from './serve.ts';

async function answer(request: MeasureRequest): Promise<MeasureReply> {
  return request.kind === 'reference'
    ? { kind: 'reference', found: await measureReference(request.task) }
    : { kind: 'pair', found: await measurePair(request.task) };
}

serve(answer);
