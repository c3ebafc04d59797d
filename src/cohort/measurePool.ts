import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import { inThisProcess, type MeasuredPair, type MeasuredReference, type PairTask, type ReferenceTask, type ScanMeasurer } from '../pipeline/evaluation/measureScans.ts';
import { openPool } from './localPool.ts';

export type MeasureRequest = Readonly<{ kind: 'reference'; task: ReferenceTask }> | Readonly<{ kind: 'pair'; task: PairTask }>;
export type MeasureReply = Readonly<{ kind: 'reference'; found: MeasuredReference }> | Readonly<{ kind: 'pair'; found: MeasuredPair }>;

const WORKER = new URL('./measureWorker.js', import.meta.url);
/** Every arm of a scan of half a millimetre takes a tenth of this. */
const TIME_LIMIT_MS = 900_000;

/**
 * Worker processes that measure scans; of one worker, this process. A worker that is lost costs its scan, which is
 * refused. Close it when all is measured.
 */
export function openMeasurePool(workers: number, signal: AbortSignal): ScanMeasurer & Readonly<{ close: () => Promise<void> }> {
  if (workers === 1) return { ...inThisProcess, close: () => Promise.resolve() };
  const pool = openPool<MeasureRequest, MeasureReply>({ workers, open: null, timeLimitMs: TIME_LIMIT_MS, signal, program: WORKER });
  const submit = async <Found>(request: MeasureRequest): Promise<Found> => {
    try {
      return (await pool.submit(request)).found as Found;
    } catch (error) {
      const isLost = error instanceof ConcordError && (error.code === 'CONCORD_WORKER' || error.code === 'CONCORD_TIMEOUT');
      if (isLost && !signal.aborted) throw new ScanRefusal('WORKER_CRASH', error.message, error);
      throw error;
    }
  };
  return {
    workers,
    reference: (task) => submit<MeasuredReference>({ kind: 'reference', task }),
    pair: (task) => submit<MeasuredPair>({ kind: 'pair', task }),
    close: pool.close,
  };
}
