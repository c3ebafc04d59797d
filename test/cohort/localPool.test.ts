import { afterEach, describe, expect, it } from 'vitest';
import { openPool } from '../../src/cohort/localPool.ts';
import type { LocalPool } from '../../src/cohort/localPool.ts';
import type { OpenRequest, ScanRequest } from '../../src/cohort/messages.ts';
import type { Protocol } from '../../src/config/protocol.ts';
import { ScanRefusal } from '../../src/core/issues.ts';

const program = new URL('../support/faultyWorker.mjs', import.meta.url);
const open: OpenRequest = { kind: 'open', bundleDir: 'whole', device: 'cpu', threads: 1, cores: 1, protocol: {} as Protocol };
const scan = (name: string): ScanRequest => ({ kind: 'scan', job: { input: { format: 'nifti', name, paths: [] } } as unknown as ScanRequest['job'] });

let pool: LocalPool | undefined;
function poolOf(options: { workers?: number; timeLimitMs?: number; signal?: AbortSignal; bundleDir?: string } = {}): LocalPool {
  const { workers = 1, timeLimitMs = 30_000, signal = new AbortController().signal, bundleDir = 'whole' } = options;
  pool = openPool({ workers, timeLimitMs, signal, program, open: { ...open, bundleDir } });
  return pool;
}
async function pidOf(scanName: string): Promise<number> {
  const reply = await pool!.submit(scan(scanName));
  return (reply as unknown as { record: { pid: number } }).record.pid;
}
afterEach(async () => {
  await pool?.close();
});

describe('a pool of workers', () => {
  it('one worker answers one scan after another in one process', async () => {
    poolOf();
    expect(await pidOf('a')).toBe(await pidOf('b'));
  });

  it('two workers are two processes, and a third request waits for one of them', async () => {
    poolOf({ workers: 2 });
    const pids = await Promise.all(['a', 'b', 'c'].map(pidOf));
    expect(new Set(pids).size).toBe(2);
  });

  it.each(['crash', 'exit'])('%s: CONCORD_WORKER for that scan, another process for the next', async (fault) => {
    poolOf();
    const before = await pidOf('a');
    await expect(pool!.submit(scan(fault))).rejects.toMatchObject({ code: 'CONCORD_WORKER' });
    expect(await pidOf('b')).not.toBe(before);
  });

  it('a scan over its time limit is CONCORD_TIMEOUT, and its process is gone', async () => {
    poolOf({ timeLimitMs: 1500 });
    const before = await pidOf('a');
    await expect(pool!.submit(scan('hang'))).rejects.toMatchObject({ code: 'CONCORD_TIMEOUT', message: expect.stringContaining('1.5 s') as string });
    expect(() => process.kill(before, 0)).toThrow('ESRCH');
    expect(await pidOf('b')).not.toBe(before);
  });

  it('an abort ends a hanging scan at once, and later requests are not started', async () => {
    const controller = new AbortController();
    poolOf({ signal: controller.signal });
    const hanging = pool!.submit(scan('hang'));
    setTimeout(() => { controller.abort(130); }, 300);
    await expect(hanging).rejects.toMatchObject({ code: 'CONCORD_WORKER' });
    await expect(pool!.submit(scan('a'))).rejects.toThrow('interrupted');
  });

  it('a refusal keeps its issue across the process boundary', async () => {
    const error: unknown = await poolOf().submit(scan('refuse')).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ScanRefusal);
    expect((error as ScanRefusal).issue).toMatchObject({ code: 'NO_HEAD', detail: 'no head' });
  });

  it('a bundle that does not open is the bundle\'s error, not a crash', async () => {
    await expect(poolOf({ bundleDir: 'broken' }).submit(scan('a'))).rejects.toMatchObject({ code: 'CONCORD_MODEL_HASH', message: 'as told' });
  });

  it('closing ends idle workers', async () => {
    poolOf();
    const pid = await pidOf('a');
    await pool!.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
