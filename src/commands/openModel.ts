import { availableParallelism } from 'node:os';

import { checkCompatible, newestBundle } from '../config/installedBundles.ts';
import { loadManifest } from '../config/manifest.ts';
import type { Manifest } from '../config/manifest.ts';
import { loadProtocol } from '../config/protocol.ts';
import type { Protocol } from '../config/protocol.ts';
import { openPool } from '../cohort/localPool.ts';
import type { LocalPool } from '../cohort/localPool.ts';
import { resolveDevice } from '../inference/device.ts';
import type { Device } from '../inference/device.ts';

export type Model = Readonly<{ protocol: Protocol; manifest: Manifest; bundleDir: string }>;

/**
 * Threads of one worker's networks. One, not the machine's count: sums are then always made in one order, so equal inputs
 * give equal bytes on every CPU of a kind. More cores are used by --workers, and by threads that work on slices of a CT.
 */
const THREADS = 1;

/** @throws CONCORD_PROTOCOL, CONCORD_MODEL_MISSING, CONCORD_MODEL_SHAPE */
export async function findModel(protocolName: string, bundle: string | undefined): Promise<Model> {
  const protocol = await loadProtocol(protocolName);
  const bundleDir = bundle ?? (await newestBundle(protocol.bundle)).directory;
  const manifest = await loadManifest(bundleDir);
  checkCompatible(protocol, manifest);
  return { protocol, manifest, bundleDir };
}

/** @throws CONCORD_DEVICE when the named device is not usable */
export async function openWorkers(
  { protocol, bundleDir }: Model,
  options: Readonly<{ device: Device; workers: number; timeLimit: number; signal: AbortSignal }>,
): Promise<LocalPool> {
  // decided once: every worker runs where the first one does
  const device = await resolveDevice(options.device);
  return openPool({
    workers: options.workers,
    open: { kind: 'open', bundleDir, device, threads: THREADS, cores: Math.max(1, Math.floor(availableParallelism() / options.workers)), protocol },
    timeLimitMs: 1000 * options.timeLimit,
    signal: options.signal,
  });
}
