import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/config/manifest.ts';
import { bundleOf, gridShape, loadBundle } from '../../src/inference/bundle.ts';
import type { MrBundle } from '../../src/inference/bundle.ts';

const tiny = fileURLToPath(new URL('../support/tinyBundle', import.meta.url));
const nodes = 20 * 12 * 15 * 12;
let scratch = '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'concord-bundle-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A copy of the tiny bundle whose manifest was changed. */
async function changedBundle(name: string, change: (manifest: Manifest, directory: string) => unknown): Promise<string> {
  const directory = join(scratch, name);
  await cp(tiny, directory, { recursive: true });
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  await change(manifest, directory);
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  return directory;
}

describe('loadBundle', () => {
  let bundle: MrBundle;
  beforeAll(async () => {
    bundle = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'MR');
  });
  afterAll(() => bundle.close());

  it('says what runs: provider, threads, versions', () => {
    expect(bundle.runtime).toEqual({ onnxruntime: '1.30.0', provider: 'cpu', threads: 1, graphOptimization: 'all' });
    expect(gridShape(bundle.manifest)).toEqual([20, 12, 15, 12]);
  });

  it('encodes two scans in one batch as it encodes them one by one', async () => {
    const both = new Float32Array(2 * nodes).map((_, n) => Math.abs(Math.sin(n)));
    const codes = await bundle.encodeStyle(both, 2);
    const second = await bundle.encodeStyle(both.slice(nodes));
    expect(codes).toHaveLength(48);
    second.forEach((value, i) => expect(codes[24 + i]).toBeCloseTo(value, 5));
    expect(codes[0]).not.toBe(codes[24]);
  });

  it('decodes a code to one style map', async () => {
    expect(await bundle.decodeStyle(new Array<number>(24).fill(0.1))).toHaveLength(nodes);
  });

  it('predicts v for each draw from its own noisy field', async () => {
    const field = (key: number): Float32Array => new Float32Array(nodes).map((_, n) => Math.sin(n * key));
    const context = { statistics: field(2), styleMap: field(3), sourceMap: field(4), referenceCode: new Float32Array(24), sourceCode: new Float32Array(24).fill(1), startShift: new Float32Array(20) };
    const noisyField = new Float32Array(2 * nodes);
    noisyField.set(field(5));
    noisyField.set(field(7), nodes);
    const both = await bundle.predictV({ ...context, noisyField, timestep: 499, draws: 2 });
    const second = await bundle.predictV({ ...context, noisyField: field(7), timestep: 499, draws: 1 });
    const worst = second.reduce((max, value, n) => Math.max(max, Math.abs(value - both[nodes + n]!)), 0);
    expect(worst).toBeLessThan(1e-5);
  });

  it('ends a run whose output is not finite, which the runtime itself would hand on', async () => {
    await expect(bundle.encodeStyle(new Float32Array(nodes).fill(NaN))).rejects.toMatchObject({ code: 'CONCORD_MODEL_SHAPE' });
  });
});

describe('loadBundle refuses', () => {
  it('a folder without a manifest as CONCORD_MODEL_MISSING', async () => {
    await expect(loadBundle(join(scratch, 'nowhere'), 'cpu')).rejects.toMatchObject({ code: 'CONCORD_MODEL_MISSING', exitStatus: 7 });
  });

  it('a bundle without one of its networks as CONCORD_MODEL_MISSING', async () => {
    const directory = await changedBundle('missing', (_, folder) => rm(join(folder, 'denoiser.onnx')));
    await expect(loadBundle(directory, 'cpu')).rejects.toMatchObject({ code: 'CONCORD_MODEL_MISSING' });
  });

  it('a network with one changed byte as CONCORD_MODEL_HASH', async () => {
    const directory = await changedBundle('byte', async (_, folder) => {
      const path = join(folder, 'style_encoder.onnx');
      const bytes = await readFile(path);
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(path, bytes);
    });
    await expect(loadBundle(directory, 'cpu')).rejects.toMatchObject({ code: 'CONCORD_MODEL_HASH' });
  });

  it('a manifest that claims another shape, or another input, as CONCORD_MODEL_SHAPE', async () => {
    const shape = await changedBundle('shape', (manifest) => {
      (manifest.networks.style_encoder.outputs[0]!.shape as number[])[1] = 23;
    });
    await expect(loadBundle(shape, 'cpu')).rejects.toMatchObject({ code: 'CONCORD_MODEL_SHAPE' });
    const input = await changedBundle('input', (manifest) => {
      (manifest.networks.denoiser.inputs as unknown as { name: string }[])[3]!.name = 'time';
    });
    await expect(loadBundle(input, 'cpu')).rejects.toThrow(/denoiser inputs: the manifest says .*time float32/);
  });

  it('bytes that are no network as CONCORD_MODEL_SHAPE, with the runtime’s own text', async () => {
    const directory = await changedBundle('garbage', async (manifest, folder) => {
      const bytes = Buffer.from('not a network');
      await writeFile(join(folder, 'style_decoder.onnx'), bytes);
      const entry = manifest.files.find(({ path }) => path === 'style_decoder.onnx') as { sha256: string };
      entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    });
    await expect(loadBundle(directory, 'cpu')).rejects.toMatchObject({ code: 'CONCORD_MODEL_SHAPE', cause: expect.anything() as unknown });
  });
});
