import { describe, expect, it } from 'vitest';
import { probeProvider, resolveDevice } from '../../src/inference/device.ts';
import type { ProviderProbe } from '../../src/inference/device.ts';
import { createSession, listProviders } from '../../src/inference/onnxRuntime.ts';
import type { Provider } from '../../src/inference/onnxRuntime.ts';

/** A machine on which the named providers run a probe in so many milliseconds. */
const machine = (speeds: Partial<Record<Provider, number>>) => async (provider: Provider): Promise<ProviderProbe> => {
  const milliseconds = speeds[provider];
  return milliseconds === undefined
    ? { provider, usable: false, reason: `lib${provider}.so: cannot open shared object file` }
    : { provider, usable: true, milliseconds };
};

describe('resolveDevice', () => {
  it('takes a name at its word, or refuses it with the loader’s text', async () => {
    expect(await resolveDevice('webgpu', machine({ cpu: 5, webgpu: 900 }))).toBe('webgpu');
    await expect(resolveDevice('cuda', machine({ cpu: 5 }))).rejects.toMatchObject({
      code: 'CONCORD_DEVICE', exitStatus: 2, message: expect.stringContaining('libcuda.so: cannot open shared object file') as unknown,
    });
  });

  it.each([
    ['cuda before webgpu', { cpu: 5, cuda: 1, webgpu: 1 }, 'cuda'],
    ['webgpu when cuda does not start', { cpu: 5, webgpu: 9 }, 'webgpu'],
    ['the CPU when nothing else starts', { cpu: 5 }, 'cpu'],
    ['the CPU rather than a GPU emulated in software', { cpu: 5, webgpu: 4000 }, 'cpu'],
  ] as const)('auto chooses %s', async (_, speeds, expected) => {
    expect(await resolveDevice('auto', machine(speeds))).toBe(expected);
  });
});

describe('probeProvider', () => {
  it('finds the CPU usable, by running a network in a child', async () => {
    expect(await probeProvider('cpu')).toMatchObject({ provider: 'cpu', usable: true });
  });

  it('gives up on a child that does not answer in time', async () => {
    const probe = await probeProvider('cpu', 1);
    expect(probe).toMatchObject({ usable: false, reason: 'no answer within 0.001 s' });
  });

  it('reports each GPU provider as usable, or with a reason that names it', async () => {
    const probe = await probeProvider('cuda');
    if (!probe.usable) expect(probe.reason).toMatch(/cuda|providers|onnxruntime/i);
    expect(listProviders()).toContain('cpu');
  });
});

describe('createSession', () => {
  it('refuses a provider that the runtime would silently drop', async () => {
    const session = createSession(new Uint8Array(4), { provider: 'coreml' as Provider, threads: 1 });
    await expect(session).rejects.toMatchObject({ code: 'CONCORD_DEVICE' });
  });
});
