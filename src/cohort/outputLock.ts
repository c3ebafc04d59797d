import { randomUUID } from 'node:crypto';
import { open, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ConcordError } from '../core/errors.ts';

export const LOCK = '.concord.lock';

/** A holder touches its lock this often; one untouched for six times as long belongs to nobody. */
const HEARTBEAT_MS = 5000;
const STALE_MS = 6 * HEARTBEAT_MS;

type Holder = Readonly<{ pid: number; host: string; token: string }>;

/**
 * One job per output folder (operations.md P-26, T-26): a lock file with process, host and heartbeat (its modification
 * time). The lock of a holder that is gone is taken over.
 *
 * @returns the function that gives the folder free again
 * @throws CONCORD_OUTPUT_LOCKED when another live job holds it; CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function lockOutput(outputDir: string): Promise<() => Promise<void>> {
  const path = join(outputDir, LOCK);
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  if (!(await createLock(path, mine))) await takeOver(path, mine);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // a lock that vanished is no reason to stop: the next job makes its own
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    if ((await holderOf(path))?.token === mine.token) await unlink(path);
  };
}

async function createLock(path: string, mine: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(mine)).finally(() => file.close());
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be written to.', { cause });
  }
}

async function takeOver(path: string, mine: Holder): Promise<void> {
  const holder = await holderOf(path);
  if (!(await isStale(path, holder))) {
    throw new ConcordError('CONCORD_OUTPUT_LOCKED',
      `The output folder is in use by process ${String(holder?.pid ?? 'unknown')} on ${holder?.host ?? 'an unknown host'}.`);
  }
  const fresh = `${path}.${mine.token}`;
  await writeFile(fresh, JSON.stringify(mine), { flag: 'wx' });
  await rename(fresh, path);
  // two jobs may find one stale lock: whoever renamed last holds it, and the other one sees that here
  await sleep(50);
  if ((await holderOf(path))?.token !== mine.token) {
    throw new ConcordError('CONCORD_OUTPUT_LOCKED', 'The output folder was taken by another job at the same moment.');
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (cause) {
    if (cause instanceof SyntaxError || (cause instanceof Error && 'code' in cause)) return undefined;
    throw cause;
  }
}

async function isStale(path: string, holder: Holder | undefined): Promise<boolean> {
  const touched = await stat(path).then(({ mtimeMs }) => mtimeMs, () => 0);
  if (Date.now() - touched > STALE_MS) return true;
  return holder?.host === hostname() && !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    // EPERM: it lives, and belongs to someone else
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
