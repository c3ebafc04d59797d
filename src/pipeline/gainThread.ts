/** The program of a thread that applies a gain field: pair after pair of slices, in memory that it shares. */
import { parentPort, workerData } from 'node:worker_threads';

import { createPairChange } from '../field/applyGainField.ts';
import type { PairAnswer, PairRequest, ThreadData } from './gainThreads.ts';

const { plan, buffers } = workerData as ThreadData;
const change = createPairChange(plan);

parentPort!.on('message', ({ slot, planes }: PairRequest) => {
  const answer: PairAnswer = { slot, clipped: change(planes, buffers[slot]!) };
  parentPort!.postMessage(answer);
});
