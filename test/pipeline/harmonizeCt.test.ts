import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { CtProtocol } from '../../src/config/protocol.ts';
import { parseStyleFile } from '../../src/config/styleFile.ts';
import type { Volume } from '../../src/core/volume.ts';
import { readScan } from '../../src/formats/scan.ts';
import type { ScanInput } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { CtBundle } from '../../src/inference/bundle.ts';
import { createStyle } from '../../src/pipeline/createStyle.ts';
import { harmonizeScan } from '../../src/pipeline/harmonizeScan.ts';
import type { ScanJob } from '../../src/pipeline/harmonizeScan.ts';
import { ctPhantom } from '../support/ctPhantom.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

const tiny = fileURLToPath(new URL('../support/tinyCtBundle', import.meta.url));
const sharp = ctPhantom({ shape: [200, 190, 5], spacing: [1.25, 1.25, 5], noise: 40, key: 'a' });
const smooth = ctPhantom({ shape: [200, 190, 5], spacing: [1.25, 1.25, 5], noise: 40, blur: 0.6, key: 'b' });

let bundle: CtBundle;
let protocol: CtProtocol;
let folder: string;
let reference: ScanJob['reference'];
beforeAll(async () => {
  bundle = withoutResidual(bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'CT'));
  protocol = ofModality(await loadProtocol('ct-kernel'), 'CT');
  folder = await mkdtemp(join(tmpdir(), 'concord-test-'));
  const created = await createStyle({ id: 'smooth', inputs: [await saved('smooth', smooth)], biasCorrection: true, scratchDir: folder }, protocol, bundle);
  reference = created.style;
}, 120_000);
afterAll(async () => {
  await bundle.close();
  await rm(folder, { recursive: true });
});

/** The bundle with a denoiser that always predicts a clean field of 0: what is left is the start. */
function withoutResidual(given: CtBundle): CtBundle {
  const predictV: CtBundle['predictV'] = async ({ noisyField, timestep }) => {
    const alphaBar = timestep === 999 ? 0 : Math.cos((Math.PI / 2) * ((timestep + 1) / 1000)) ** 2;
    return noisyField.map((value) => Math.sqrt(alphaBar / (1 - alphaBar)) * value);
  };
  return { ...given, predictV };
}

async function saved(name: string, volume: Volume<'scanner'>, change = (hu: number): number => hu): Promise<ScanInput> {
  const path = join(folder, `${name}.nii`);
  await writeFile(path, niftiBytes({ dims: volume.shape, kind: 'int16', stored: Array.from(volume.samples, (hu) => Math.round(change(hu))), sformCode: 1, srow: volume.affine.rows.flat() }));
  return { format: 'nifti', name, paths: [path] };
}

async function run(input: ScanInput, changes: Partial<ScanJob> = {}, of = bundle) {
  const job: ScanJob = {
    input, outputDir: await scratchFolder(), reference, referencePreview: null, seed: 0, draws: 2, datatype: 'source',
    biasCorrection: true, concordVersion: '0.0.0', ...changes,
  };
  const record = await harmonizeScan(job, protocol, of);
  return { record, job };
}

const valueOf = (record: { metrics: readonly { id: string }[] }, id: string): number => (record.metrics.find((metric) => metric.id === id) as { value?: number } | undefined)?.value ?? NaN;

describe('harmonizeScan of a CT', { timeout: 240_000 }, () => {
  it('brings a sharp kernel’s grain to a smooth one’s: noise and detail far nearer to the style, HU anchors within their limits', async () => {
    const { record, job } = await run(await saved('sharp', sharp));
    expect(record.gates.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(record.status).toBe('harmonized');
    expect(valueOf(record, 'npsDistance.source')).toBeGreaterThan(1);
    // the blur has no power at the highest frequency, so the bounded gain cannot reach it there
    expect(valueOf(record, 'npsDistance.harmonized')).toBeLessThan(0.75 * valueOf(record, 'npsDistance.source'));
    const [source, harmonized, wanted] = ['source', 'harmonized', 'reference'].map((role) => valueOf(record, `noiseSd.${role}`));
    expect(Math.abs(harmonized! - wanted!)).toBeLessThan(0.3 * Math.abs(source! - wanted!));
    expect(record.ct!.anchors.map(({ id }) => id)).toEqual(expect.arrayContaining(['air', 'lung', 'muscle']));
    expect(record.issues.map(({ code }) => code)).toEqual(['METAL']);
    const image = await readScan({ format: 'nifti', name: 'out', paths: [join(job.outputDir, 'sharp_desc-harmonized.nii.gz')] });
    expect(image.datatype).toBe('int16');
    expect(image.volume.affine).toEqual(sharp.affine);
    // padding and metal exactly, and something else did change
    let [kept, changed] = [true, 0];
    sharp.samples.forEach((hu, n) => { if (hu < -1500 || hu >= 2000) kept &&= image.volume.samples[n] === hu; else if (image.volume.samples[n] !== hu) changed++; });
    expect(kept).toBe(true);
    expect(changed).toBeGreaterThan(10_000);
    // the same body under a sharper kernel: its skin shows more of every band
    const { skin } = record.ct!;
    expect([skin.source.patches, skin.reference.patches].every((patches) => patches >= 12)).toBe(true);
    for (const band of [3, 4, 5]) expect(skin.source.amplitude[band]).toBeGreaterThan(skin.reference.amplitude[band]!);
    const report = await readFile(join(job.outputDir, 'sharp.html'), 'utf8');
    for (const text of ['Noise power in flat soft tissue', 'an MTF-like curve', 'Sharpness: the edge of the skin', 'Hounsfield units, before and after', 'LAA−950', 'radial bands 0.06 cycles/mm apart']) expect(report).toContain(text);
  });

  it('gives the same bytes for the same job with the diffused part, and others for another seed', async () => {
    const diffusing = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'CT');
    const input = await saved('again', sharp);
    const [one, two, other] = [await run(input, {}, diffusing), await run(input, {}, diffusing), await run(input, { seed: 1 }, diffusing)];
    expect(two.record).toEqual(one.record);
    expect(other.record.outputs[0]!.sha256).not.toBe(one.record.outputs[0]!.sha256);
    await diffusing.close();
  });

  it('takes the share of the diffused part that the calibration asks for', async () => {
    const diffusing = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'CT');
    const input = await saved('share', sharp);
    const spread = async (residual: number): Promise<number> => {
      const manifest = { ...diffusing.manifest, calibration: { ...diffusing.manifest.calibration, residual } };
      const { ct } = (await run(input, {}, { ...diffusing, manifest })).record;
      expect(ct).toMatchObject({ isStartRead: true, residualShare: residual });
      return Math.max(...ct!.gains.high.map((gain, b) => Math.abs(gain - ct!.gains.start[b]!)));
    };
    expect(await spread(0)).toBeLessThan(1e-6);
    expect(await spread(1)).toBeGreaterThan(0.01);
    await diffusing.close();
  });

  it('with its own style changes the body by less than 0.5 HU on average', async () => {
    const input = await saved('own', smooth);
    const { style } = await createStyle({ id: 'own', inputs: [input], biasCorrection: true, scratchDir: folder }, protocol, bundle);
    const { record } = await run(input, { reference: style });
    expect(record.reference.codeDistance).toBeCloseTo(0, 4);
    expect(valueOf(record, 'huChange')).toBeLessThan(0.5);
  });

  it('reads the kernel of a cohort where one is given', async () => {
    const input = await saved('of-cohort', sharp);
    const { style: cohort } = await createStyle({ id: 'site-b', inputs: [input, await saved('of-cohort-2', sharp)], biasCorrection: true, scratchDir: folder }, protocol, bundle);
    const [alone, spoken, apart] = [await run(input), await run(input, { sourceStyle: cohort }), await run(input, { sourceStyle: reference })];
    expect(alone.record.ct!.cohort).toBeUndefined();
    expect(spoken.record).toMatchObject({ sourceStyle: { styleId: 'site-b', scans: 2 }, ct: { cohort: { speaks: true, distance: expect.closeTo(0, 3) as number } } });
    // the same look, of two scans
    spoken.record.ct!.gains.start.forEach((gain, b) => { expect(gain).toBeCloseTo(alone.record.ct!.gains.start[b]!, 1); });
    expect(await readFile(join(spoken.job.outputDir, 'of-cohort.html'), 'utf8')).toContain('in 2 scans of “site-b”, to which the source belongs,');
    expect(cohort).toMatchObject({ kernelSpread: expect.closeTo(0, 3) as number });
    // a smooth kernel's cohort does not speak for a sharp scan
    expect(apart.record.ct).toMatchObject({ cohort: { speaks: false }, gains: { start: alone.record.ct!.gains.start } });
    expect(apart.record.issues.map(({ code }) => code)).toContain('UNLIKE_COHORT');
    expect(await readFile(join(apart.job.outputDir, 'of-cohort.html'), 'utf8')).toContain('itself alone; smooth, 1 scan, not heard: see the warnings');
  });

  it('flags a reference and a cohort of more than one kernel as MIXED_KERNELS, and no cohort speaks then', async () => {
    const [input, other] = [await saved('mixed-1', sharp), await saved('mixed-2', smooth)];
    const calibrated = { ...bundle, manifest: { ...bundle.manifest, calibration: { ...bundle.manifest.calibration, shrinkage: { startSize: [0.05, 1], lambda: [0, 1] } } } };
    const { style: mixed } = await createStyle({ id: 'mixed', inputs: [input, other], biasCorrection: true, scratchDir: folder }, protocol, bundle);
    const { record } = await run(input, { reference: mixed, sourceStyle: mixed }, calibrated);
    expect(record.issues.filter(({ code }) => code === 'MIXED_KERNELS').map(({ detail }) => detail.split(' ').slice(0, 6).join(' '))).toEqual(['the kernels of the reference lie', 'the kernels of the cohort lie']);
    expect(record.ct!.cohort).toEqual({ speaks: false, distance: null });
  });

  it('flags a scan that no voxel of was changed as UNCHANGED, and only that', async () => {
    const { calibration } = bundle.manifest;
    const still = { ...bundle, manifest: { ...bundle.manifest, calibration: { ...calibration, shrinkage: { startSize: [0, 1], lambda: [0, 0] } } } };
    const codes = async (of: CtBundle): Promise<string[]> => (await run(await saved('still', sharp), {}, of)).record.issues.map(({ code }) => code);
    expect(await codes(still)).toContain('UNCHANGED');
    expect(await codes(bundle)).not.toContain('UNCHANGED');
  });

  it('flags a scan with too little tissue for patches as FEW_PATCHES', async () => {
    const rod = ctPhantom({ shape: [90, 90, 12], spacing: [1, 1, 5] });
    rod.samples.forEach((_, n) => { rod.samples[n] = Math.hypot((n % 90) - 45, (Math.floor(n / 90) % 90) - 45) < 11 ? 40 + (n % 7) : -1000; });
    const { record } = await run(await saved('rod', rod));
    expect(record.issues.map(({ code }) => code)).toContain('FEW_PATCHES');
    expect(record.ct).toMatchObject({ isStartRead: false, residualShare: 0 });
  });

  it('reads what it wrote: a CT style passes its schema, and a falling NPS list of eleven does not', () => {
    expect(parseStyleFile(JSON.stringify(reference))).toEqual(reference);
    const short = { ...reference, nps: (reference as { nps: readonly number[] }).nps.slice(1) };
    expect(() => parseStyleFile(JSON.stringify(short))).toThrow('/nps');
  });

  it.each([
    ['stored values without rescale', (hu: number) => Math.max(hu, -1024) + 1024, 'NOT_HU'],
    ['a windowed export', (hu: number) => Math.min(Math.max(hu, -160), 240), 'NOT_HU'],
    ['an empty field of view', (hu: number) => (hu > -900 ? -1000 + (hu % 7) : hu), 'NOT_HU'],
  ])('refuses %s as %s, with a record and a report and no image', async (name, change, code) => {
    const { record } = await run(await saved(name.replaceAll(' ', '-'), sharp, change));
    expect(record.status).toBe('refused');
    expect(record.issues.map((issue) => issue.code)).toContain(code);
    expect(record.outputs.map(({ kind }) => kind)).toEqual(['report']);
  });

  it('flags a body cut off at both sides as TRUNCATED_FOV, and harmonizes it', async () => {
    const [ni, nj, nk] = [110, 190, 5];
    const cut = { ...sharp, shape: [ni, nj, nk] as const, samples: Float32Array.from({ length: ni * nj * nk }, (_, n) => sharp.samples[(n % ni) + 45 + 200 * Math.floor(n / ni)]!) };
    const { record } = await run(await saved('cut', cut));
    expect(record.issues.map(({ code }) => code)).toContain('TRUNCATED_FOV');
  });

  it('refuses the result when a mean may not move', async () => {
    const strict: CtProtocol = { ...protocol, gates: { ...protocol.gates, softAnchorHu: 1e-9 } };
    const job: ScanJob = { input: await saved('strict', sharp), outputDir: await scratchFolder(), reference, referencePreview: null, seed: 0, draws: 1, datatype: 'source', biasCorrection: true, concordVersion: '0.0.0' };
    const record = await harmonizeScan(job, strict, bundle);
    expect(record.status).toBe('refused');
    expect(record.gates.find(({ gate }) => gate === 'hu-muscle')).toMatchObject({ verdict: 'refuse', issue: 'QC_FAIL' });
    expect(record.outputs.map(({ kind }) => kind)).toEqual(['report']);
  });

  it('refuses an MR style on a CT protocol as CONCORD_REFERENCE', async () => {
    const { nps: _n, patches: _p, amplitude: _a, detailSd: _d, ...shared } = reference as Extract<ScanJob['reference'], { modality: 'CT' }>;
    const head = { ...shared, modality: 'MR' as const, quantiles: [], tissues: { amounts: [], quantiles: [] }, outsideQuantiles: null, personSpread: null, brainScale: 1 };
    await expect(run(await saved('sharp2', sharp), { reference: head })).rejects.toMatchObject({ code: 'CONCORD_REFERENCE' });
  });
});
