import { Worker } from 'node:worker_threads';

import { applyPlan, gainSlices } from '../field/applyGainField.ts';
import type { ApplyPlan, ApplySettings } from '../field/applyGainField.ts';
import type { FactoredField } from '../field/gainField.ts';
import type { GainScan } from '../field/gainStatistics.ts';
import { emptyPair, pairsOf, putPair, takePair } from '../field/slicePairs.ts';
import type { ChangedSlice, PairBuffers, PairPlanes } from '../field/slicePairs.ts';

/** What a thread is told first. */
export type ThreadData = Readonly<{ plan: ApplyPlan; buffers: readonly PairBuffers[] }>;
export type PairRequest = Readonly<{ slot: number; planes: PairPlanes }>;
export type PairAnswer = Readonly<{ slot: number; clipped: readonly [number, number] }>;

const PROGRAM = new URL('./gainThread.js', import.meta.url);
/** Pairs in the hands of one thread: while one is written and measured here, it works on the other. */
const PAIRS_AHEAD = 2;
/** A thread with fewer pairs is not worth its start. */
const LEAST_PAIRS = 4;
/** What is done here with each slice keeps some four threads busy. */
const MOST_THREADS = 4;

/**
 * As gainSlices, with the work on slices in threads and everything else here: planes are read and written, and slices handed out in
 * rising order, by this thread alone. Every pair is computed as it is in one thread: equal bytes, whatever the number.
 * Holds PAIRS_AHEAD pairs of slices a thread, whatever the number of slices.
 *
 * @param cores threads to use at most; with one, or where planes cannot be read ahead, there are none
 * @param program what a thread runs [default: gainThread.js]
 * @throws what a thread threw
 */
export async function* gainSlicesInThreads(field: FactoredField, scan: GainScan, settings: ApplySettings, cores: number, program = PROGRAM): AsyncGenerator<ChangedSlice, void> {
  const { stack } = scan;
  const pairs = pairsOf(stack.shape[2]);
  const count = stack.readsAhead ? Math.min(cores, MOST_THREADS, Math.floor(pairs.length / LEAST_PAIRS)) : 1;
  if (count <= 1) {
    yield* gainSlices(field, scan, settings);
    return;
  }
  const plan = applyPlan(field, scan, settings);
  const threads = Array.from({ length: count }, () => startThread(plan, program));
  // pair p is with thread p % count, so that the one waited for is the one that was asked first
  const ask = (p: number): Promise<PairAnswer> => threads[p % count]!.ask(scan, pairs[p]!, slotOf(p));
  const slotOf = (p: number): number => Math.floor(p / count) % PAIRS_AHEAD;
  const ahead = count * PAIRS_AHEAD;
  try {
    const asked = pairs.slice(0, ahead).map((_, p) => ask(p));
    for (const [p, planes] of pairs.entries()) {
      const { clipped } = await asked[p % ahead]!;
      yield* putPair(scan, planes, threads[p % count]!.buffers[slotOf(p)]!, clipped);
      if (p + ahead < pairs.length) asked[p % ahead] = ask(p + ahead);
    }
    stack.flush();
  } finally {
    await Promise.all(threads.map(({ close }) => close()));
  }
}

type Thread = Readonly<{
  buffers: readonly PairBuffers[];
  /** Reads a pair of slices into a slot and sends it off. */
  ask: (scan: GainScan, planes: PairPlanes, slot: number) => Promise<PairAnswer>;
  close: () => Promise<unknown>;
}>;

function startThread(plan: ApplyPlan, program: URL): Thread {
  const [ni, nj] = plan.shape;
  const buffers = Array.from({ length: PAIRS_AHEAD }, () => emptyPair(ni * nj, (bytes) => new SharedArrayBuffer(bytes)));
  const data: ThreadData = { plan, buffers };
  const worker = new Worker(program, { workerData: data });
  const waiting = new Map<number, (answer: PairAnswer) => void>();
  const lost = new Promise<never>((_, reject) => { worker.once('error', reject); });
  worker.on('message', (answer: PairAnswer) => { waiting.get(answer.slot)!(answer); });
  return {
    buffers,
    ask: (scan, planes, slot) => {
      takePair(scan, planes, buffers[slot]!);
      const answered = new Promise<PairAnswer>((resolve) => { waiting.set(slot, resolve); });
      worker.postMessage({ slot, planes } satisfies PairRequest);
      const settled = Promise.race([answered, lost]);
      // it is waited for later, maybe never
      settled.catch(() => undefined);
      return settled;
    },
    close: () => worker.terminate(),
  };
}
