import { availableParallelism, totalmem } from 'node:os';

import { listBundles } from '../config/installedBundles.ts';
import { ConcordError } from '../core/errors.ts';
import { loadBundle } from '../inference/bundle.ts';
import { probeProviders } from '../inference/device.ts';
import { onnxruntimeVersion } from '../inference/onnxRuntime.ts';
import { command } from './command.ts';
import type { ExitStatus } from './command.ts';

/** `status` is what a failing check makes the command exit with; `note`s never fail. */
type Check = Readonly<{ name: string; verdict: 'ok' | 'note' | 'fail'; detail: string; status: ExitStatus }>;

/** The oldest Node that is tested, and the memory one worker may need (validation/bench). */
const OLDEST_NODE = [20, 19] as const;
const WORKER_BYTES = 1.5e9;

export const doctor = command({
  name: 'doctor',
  summary: 'Check this machine: Node, ONNX Runtime, devices that really run, memory, and the hashes of the models.',
  groups: {},
  example: 'doctor',
  run: async (_values, context) => {
    const checks = [nodeCheck(), ...(await deviceChecks()), memoryCheck(), ...(await modelChecks())];
    const signs = { ok: 'ok  ', note: 'note', fail: 'FAIL' };
    context.result(
      { ok: checks.every(({ verdict }) => verdict !== 'fail'), checks: checks.map(({ name, verdict, detail }) => ({ name, verdict, detail })) },
      checks.map(({ name, verdict, detail }) => `${signs[verdict]}  ${name.padEnd(16)}  ${detail}`).join('\n'),
    );
    return checks.find(({ verdict }) => verdict === 'fail')?.status ?? 0;
  },
});

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return { name: 'Node', verdict: isNew ? 'ok' : 'fail', detail: `${process.versions.node}, needs ${OLDEST_NODE.join('.')} or newer`, status: 2 };
}

async function deviceChecks(): Promise<readonly Check[]> {
  const probes = await probeProviders();
  return [
    { name: 'ONNX Runtime', verdict: 'ok', detail: onnxruntimeVersion, status: 0 },
    ...probes.map((probe): Check => ({
      name: `device ${probe.provider}`,
      verdict: probe.usable ? 'ok' : probe.provider === 'cpu' ? 'fail' : 'note',
      detail: probe.usable ? `runs; trial network in ${probe.milliseconds.toFixed(1)} ms` : `not usable: ${probe.reason}`,
      status: 1,
    })),
  ];
}

function memoryCheck(): Check {
  const isEnough = totalmem() >= WORKER_BYTES;
  const detail = `${(totalmem() / 1e9).toFixed(1)} GB, ${availableParallelism()} cores; one worker needs up to ${WORKER_BYTES / 1e9} GB`;
  return { name: 'memory', verdict: isEnough ? 'ok' : 'note', detail, status: 0 };
}

async function modelChecks(): Promise<readonly Check[]> {
  const bundles = await listBundles();
  if (bundles.length === 0) return [{ name: 'models', verdict: 'fail', detail: 'no model bundle is installed', status: 7 }];
  const checks: Check[] = [];
  for (const { id, version, directory } of bundles) {
    const name = `model ${id}`;
    try {
      const bundle = await loadBundle(directory, 'cpu');
      await bundle.close();
      checks.push({ name, verdict: 'ok', detail: `${version}: ${bundle.manifest.files.length} files as published, runs on cpu`, status: 0 });
    } catch (error) {
      if (!(error instanceof ConcordError)) throw error;
      checks.push({ name, verdict: 'fail', detail: `${version}: ${error.code}: ${error.message}`, status: 7 });
    }
  }
  return checks;
}
