import { execFile } from 'node:child_process';
import { ConcordError } from '../core/errors.ts';
import { listProviders, runtimeModulePath } from './onnxRuntime.ts';
import type { Provider } from './onnxRuntime.ts';
import { probeModelBase64, probeProgram } from './probeModel.ts';

/** What `--device` takes. */
export type Device = 'auto' | Provider;

/** Whether a provider really runs a network here. `reason` is the loader's own text, or ours. */
export type ProviderProbe = Readonly<
  { provider: Provider; usable: true; milliseconds: number } | { provider: Provider; usable: false; reason: string }
>;

/** Best first: what `auto` tries before it settles for the CPU. */
const GPU_PROVIDERS = ['cuda', 'webgpu'] as const satisfies readonly Provider[];

/** Matrix size of the probe: 0.8 GFLOP, milliseconds on any real processor. */
const PROBE_SIZE = 512;

/** A GPU so much slower than the CPU is a software emulation: usable when asked for by name, never chosen by `auto`. */
const EMULATION_RATIO = 8;

const PROBE_LIMIT_MS = 30_000;

/** Every provider of interest, each probed in its own child: a broken driver may crash or hang the process it is in. */
export async function probeProviders(): Promise<readonly ProviderProbe[]> {
  const probes: ProviderProbe[] = [];
  for (const provider of ['cpu', ...GPU_PROVIDERS] as const) probes.push(await probeProvider(provider));
  return probes;
}

/** Runs a small network on `provider` in a child process with a time limit, and checks its numbers. */
export async function probeProvider(provider: Provider, limitMs = PROBE_LIMIT_MS): Promise<ProviderProbe> {
  if (!listProviders().includes(provider)) {
    return { provider, usable: false, reason: `not part of this onnxruntime build (${listProviders().join(', ')})` };
  }
  const args = ['-e', probeProgram, runtimeModulePath(), provider, probeModelBase64, String(PROBE_SIZE)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: limitMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) {
        const { milliseconds } = JSON.parse(stdout) as { milliseconds: number };
        resolve({ provider, usable: true, milliseconds });
      } else {
        const silence = error.killed === true ? `no answer within ${limitMs / 1000} s` : error.message;
        resolve({ provider, usable: false, reason: loaderText(stderr) || silence });
      }
    });
  });
}

/**
 * The provider a device name means here and now. A name is taken at its word: it runs there or not at all. `auto` is the
 * first GPU provider that proves itself in a probe and is no emulation, else the CPU.
 *
 * @throws CONCORD_DEVICE with the loader's text when the named provider is not usable
 */
export async function resolveDevice(
  device: Device, probe: (provider: Provider) => Promise<ProviderProbe> = probeProvider,
): Promise<Provider> {
  if (device === 'cpu') return 'cpu';
  if (device !== 'auto') {
    const result = await probe(device);
    if (!result.usable) throw new ConcordError('CONCORD_DEVICE', `Device ${device} is not usable: ${result.reason}`);
    return device;
  }
  for (const provider of GPU_PROVIDERS) {
    const result = await probe(provider);
    if (!result.usable) continue;
    const cpu = await probe('cpu');
    if (cpu.usable && result.milliseconds <= EMULATION_RATIO * cpu.milliseconds) return provider;
  }
  return 'cpu';
}

/** The loader's words without the runtime's colours and log stamps. */
function loaderText(stderr: string): string {
  // eslint-disable-next-line no-control-regex -- the colour codes begin with the control character
  return stderr.replace(/\u001b\[[\d;]*m/g, '').replace(/^\d{4}-.*?\] /gm, '').replace(/\s+/g, ' ').trim();
}
