import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { CtProtocol } from '../../src/config/protocol.ts';
import type { Volume } from '../../src/core/volume.ts';
import type { ScanInput } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { CtBundle } from '../../src/inference/bundle.ts';
import { createStyle } from '../../src/pipeline/createStyle.ts';
import { harmonizeScan } from '../../src/pipeline/harmonizeScan.ts';
import { ctPhantom } from '../support/ctPhantom.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

const tiny = fileURLToPath(new URL('../support/tinyCtBundle', import.meta.url));
const size = { shape: [200, 190, 5], spacing: [1.25, 1.25, 5] } as const;
const detail = { mode: 'auto', timesteps: [999], capHu: 200, highestLevel: 0.9, largestShape: 0.12, leastPatches: 30 } as const;

let bundle: CtBundle;
let shipped: CtProtocol;
let protocol: CtProtocol;
let folder: string;
beforeAll(async () => {
  const loaded = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'CT');
  // what a trained network does to edges, as a rule: where the source stands out of its grain it is given back
  // and a reader that sees one kernel in all of these scans
  bundle = { ...loaded, manifest: { ...loaded.manifest, detail: { scale: 2 } }, predictV: withoutResidual, readKernels: async () => new Float32Array(12), predictDetail: async ({ image, noisyDetail }) =>
    noisyDetail.map((_, n) => (Math.abs(image[n]!) > 3 ? -2 * (image[n]! - image[n + noisyDetail.length]!) : 0)) };
  const found = ofModality(await loadProtocol('ct-kernel'), 'CT');
  shipped = { ...found, dose: { ...found.dose!, leastPatches: 30 } };
  protocol = { ...shipped, detail };
  folder = await mkdtemp(join(tmpdir(), 'concord-test-'));
}, 120_000);
afterAll(async () => {
  await bundle.close();
  await rm(folder, { recursive: true });
});

/** A gain-field denoiser that always predicts a clean field of 0: random weights would be refused. */
const withoutResidual: CtBundle['predictV'] = async ({ noisyField, timestep }) => {
  const alphaBar = timestep === 999 ? 0 : Math.cos((Math.PI / 2) * ((timestep + 1) / 1000)) ** 2;
  return noisyField.map((value) => Math.sqrt(alphaBar / (1 - alphaBar)) * value);
};

async function saved(name: string, volume: Volume<'scanner'>): Promise<ScanInput> {
  const path = join(folder, `${name}.nii`);
  await writeFile(path, niftiBytes({ dims: volume.shape, kind: 'int16', stored: Array.from(volume.samples), sformCode: 1, srow: volume.affine.rows.flat() }));
  return { format: 'nifti', name, paths: [path] };
}

async function run(reference: Volume<'scanner'>, name: string, protocol: CtProtocol, noise = 40) {
  const { style } = await createStyle({ id: name, inputs: [await saved(`${name}-reference`, reference)], biasCorrection: true, scratchDir: folder }, protocol, bundle);
  const outputDir = await scratchFolder();
  const record = await harmonizeScan({
    input: await saved(name, ctPhantom({ ...size, noise })), outputDir, reference: style, referencePreview: null, seed: 0, draws: 1, datatype: 'source', biasCorrection: true, concordVersion: '0.0.0',
  }, protocol, bundle);
  const valueOf = (id: string): number => (record.metrics.find((metric) => metric.id === id) as { value?: number } | undefined)?.value ?? NaN;
  return { record, valueOf, report: await readFile(join(outputDir, `${name}.html`), 'utf8') };
}

describe('harmonizeScan with a detail stage', { timeout: 240_000 }, () => {
  it('runs it for the grain of a higher dose: the noise of the reference, within 10 %, and the record and the report say so', async () => {
    const { record, valueOf, report } = await run(ctPhantom({ ...size, noise: 28, key: 'b' }), 'detail', protocol);
    expect(record.gates.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(record.status).toBe('harmonized');
    expect(record.ct!.detail).toMatchObject({ runs: true, noiseRatio: expect.closeTo(0.7, 1) as number });
    expect(record.ct!.detail.change!.largestHu).toBeGreaterThan(20);
    expect(valueOf('noiseSd.harmonized') / valueOf('noiseSd.reference')).toBeGreaterThan(0.9);
    expect(valueOf('noiseSd.harmonized') / valueOf('noiseSd.reference')).toBeLessThan(1.1);
    expect(report).toContain('The detail stage ran');
    expect(record.ct!.dose).toMatchObject({ gains: null, reason: 'the detail stage does it' });
    expect(report).not.toContain('No detail was generated');
  });

  it('leaves another kernel to the gain field, and says why', async () => {
    const { record, report } = await run(ctPhantom({ ...size, noise: 40, blur: 1, key: 'b' }), 'kernel', protocol);
    expect(record.ct!.dose).toMatchObject({ gains: null, reason: expect.stringContaining('more than a dose') as string });
    expect(record.ct!.detail).toMatchObject({ runs: false, change: null, reason: expect.stringContaining('differ in kernel') as string });
    expect(report).toContain('No detail was generated in image space');
  });
});

describe('harmonizeScan where doses differ', { timeout: 240_000 }, () => {
  it.each([
    ['less', { noise: 40, reference: 28 }], ['more', { noise: 28, reference: 40 }],
  ])('brings %s noise to the reference within 10 %, and the record and the report say how', async (which, { noise, reference }) => {
    const { record, valueOf, report } = await run(ctPhantom({ ...size, noise: reference, key: 'b' }), `dose-${which}`, shipped, noise);
    expect(record.gates.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(record.status).toBe('harmonized');
    expect(record.ct!.dose).toMatchObject({ reason: expect.stringContaining(`${which} noise`) as string, noiseRatio: expect.closeTo(reference / noise, 1) as number });
    expect(Math.abs((record.ct!.dose.gains!.at(-1)! * noise) / reference - 1)).toBeLessThan(0.1);
    expect(Math.abs(valueOf('noiseSd.source') / valueOf('noiseSd.reference') - 1)).toBeGreaterThan(0.2);
    expect(Math.abs(valueOf('noiseSd.harmonized') / valueOf('noiseSd.reference') - 1)).toBeLessThan(0.1);
    expect(report).toContain('at edges and in texture this was held back');
    expect(report).toContain('100 % was added to the start, the share that calibration found right');
    expect(report).toContain('their square-root ratio was applied to what an edge-preserving estimate left, held back');
  });

  it('leaves a dose alone where the protocol switches it off or says nothing of it', async () => {
    const reference = ctPhantom({ ...size, noise: 28, key: 'b' });
    const off = await run(reference, 'off', { ...shipped, dose: { ...shipped.dose!, mode: 'off' } });
    expect(off.record.ct!.dose).toEqual({ reason: 'switched off in the protocol', noiseRatio: null, shapeDifference: null, gains: null });
    const { dose, ...before } = shipped;
    expect(dose).toBeDefined();
    const silent = await run(reference, 'silent', before);
    expect(silent.record.ct!.dose.reason).toBe('the protocol does not ask for it');
    expect(silent.report).toContain('Noise was not changed beside that');
    expect(silent.report).not.toContain('their square-root ratio was applied too');
  });
});
