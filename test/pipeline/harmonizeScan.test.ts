import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { MrProtocol } from '../../src/config/protocol.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import { readScan } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { MrBundle } from '../../src/inference/bundle.ts';
import { harmonizeScan } from '../../src/pipeline/harmonizeScan.ts';
import type { ScanJob } from '../../src/pipeline/harmonizeScan.ts';
import { conform } from '../../src/preprocess/conform.ts';
import { createReferenceStyle } from '../../src/style/referenceStyle.ts';
import type { MrStyle } from '../../src/config/styleFile.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { scratchFolder } from '../support/scratch.ts';

const tiny = fileURLToPath(new URL('../support/tinyBundle', import.meta.url));
const source = phantomScan('ana', 'a');
const elsewhere = phantomScan('ben', 'b');

let bundle: MrBundle;
let protocol: MrProtocol;
let ownStyle: MrStyle;
let foreignStyle: MrStyle;
let shared: string;
/** One run that several tests look at. */
let first: Readonly<{ job: ScanJob; record: ScanRecord }>;
beforeAll(async () => {
  bundle = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'MR');
  protocol = ofModality(await loadProtocol('t1w-head'), 'MR');
  [ownStyle, foreignStyle] = [await styleOf(source), await styleOf(elsewhere)];
  shared = await mkdtemp(join(tmpdir(), 'concord-test-'));
  const job = await jobIn(shared);
  first = { job, record: await harmonizeScan(job, protocol, bundle) };
});
afterAll(async () => {
  await bundle.close();
  await rm(shared, { recursive: true });
});

/** The bundle with a denoiser that always predicts a clean field of 0: what is left is the start. */
function withoutResidual(): MrBundle {
  const predictV: MrBundle['predictV'] = async ({ noisyField, timestep }) => {
    const alphaBar = timestep === 999 ? 0 : Math.cos((Math.PI / 2) * ((timestep + 1) / 1000)) ** 2;
    return noisyField.map((value) => Math.sqrt(alphaBar / (1 - alphaBar)) * value);
  };
  return { ...bundle, predictV };
}

async function styleOf(volume: typeof source): Promise<MrStyle> {
  return createReferenceStyle('ref', [{ ...conform(volume, protocol.conform), acquisition: {} }], bundle, protocol);
}

async function jobIn(folder: string, changes: Partial<ScanJob> = {}): Promise<ScanJob> {
  const path = join(folder, 'in', 'sub-ana_T1w.nii');
  await writeInt16(path, source);
  return {
    input: { format: 'nifti', name: 'sub-ana_T1w', paths: [path] }, outputDir: join(folder, 'out'),
    reference: foreignStyle, referencePreview: null, seed: 0, draws: 2, datatype: 'float32',
    biasCorrection: true, concordVersion: '0.0.0', ...changes,
  };
}

const sha256 = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');
const valueOf = (record: ScanRecord, id: string): number => {
  const metric = record.metrics.find((entry) => entry.id === id);
  return metric !== undefined && 'value' in metric ? metric.value : NaN;
};
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await sha256(join(folder, name))] as const)));
}

// whole chains: seconds on an idle machine, minutes on a busy one
describe('harmonizeScan', { timeout: 240_000 }, () => {
  it('writes image, sidecar, report and record, and the record’s hashes are those of the files', async () => {
    const { job, record } = first;
    expect(record.status).toBe('harmonized');
    expect(record.outputs.map(({ path }) => path)).toEqual(['sub-ana_desc-harmonized_T1w.nii.gz', 'sub-ana_desc-harmonized_T1w.json', 'sub-ana_T1w.html']);
    for (const output of record.outputs) expect(await sha256(join(job.outputDir, output.path))).toBe(output.sha256);
    const written = JSON.parse(await readFile(join(job.outputDir, 'sub-ana_T1w.record.json'), 'utf8')) as ScanRecord;
    expect(written).toEqual(JSON.parse(JSON.stringify(record)));
    expect(await readFile(join(job.outputDir, 'sub-ana_T1w.html'), 'utf8')).not.toContain(shared);
    const sidecar = JSON.parse(await readFile(join(job.outputDir, 'sub-ana_desc-harmonized_T1w.json'), 'utf8')) as { Harmonization: unknown };
    expect(sidecar.Harmonization).toMatchObject({ Tool: 'concord', Seed: 0, Samples: 2, InputSha256: record.source.sha256, OutputSha256: record.outputs[0]!.sha256 });
  });

  it('keeps the source’s grid, and leaves the input as it was', async () => {
    const { job, record } = first;
    const image = await readScan({ format: 'nifti', name: 'out', paths: [join(job.outputDir, 'sub-ana_desc-harmonized_T1w.nii.gz')] });
    expect(image.volume.shape).toEqual(source.shape);
    expect(image.volume.affine).toEqual(source.affine);
    expect(await sha256(job.input.paths[0]!)).toBe(record.source.sha256);
  });

  it('gives the same bytes for the same job, and others for another seed', async () => {
    const [again, other] = [await scratchFolder(), await scratchFolder()];
    await harmonizeScan(await jobIn(again), protocol, bundle);
    expect(await bytesOf(join(again, 'out'))).toEqual(await bytesOf(first.job.outputDir));
    const reseeded = await harmonizeScan(await jobIn(other, { seed: 1 }), protocol, bundle);
    expect(reseeded.outputs[0]!.sha256).not.toBe(first.record.outputs[0]!.sha256);
  });

  it('with only the start brings the brain’s distribution to the reference, and keeps every edge’s direction', async () => {
    const record = await harmonizeScan(await jobIn(await scratchFolder()), protocol, withoutResidual());
    expect(valueOf(record, 'wasserstein1.source')).toBeGreaterThan(0.02);
    expect(valueOf(record, 'wasserstein1.harmonized')).toBeLessThan(0.3 * valueOf(record, 'wasserstein1.source'));
    expect(record.gates.find(({ gate }) => gate === 'edge-agreement')!.value).toBeGreaterThan(0.98);
    expect(record.gates.find(({ gate }) => gate === 'background')).toMatchObject({ verdict: 'pass', value: 0 });
  });

  it('with its own style as reference and no residual changes the brain by less than 1 % of its scale', async () => {
    const job = await jobIn(await scratchFolder(), { reference: ownStyle });
    const record = await harmonizeScan(job, protocol, withoutResidual());
    expect(record.reference.codeDistance).toBeCloseTo(0, 3);
    expect(valueOf(record, 'mae')).toBeLessThan(0.007);
  });

  it('with its own style changes nothing at all once the bundle is calibrated: people alone would differ by more', async () => {
    const calibrated: MrBundle = {
      ...bundle, manifest: { ...bundle.manifest, calibration: { ...bundle.manifest.calibration, personSpread: { brain: 0.028, outside: 0.042, people: 4 } } },
    };
    const job = await jobIn(await scratchFolder(), { reference: ownStyle, biasCorrection: false });
    const reference = { ...job.reference, brainScale: conform(source, { ...protocol.conform, biasField: { ...protocol.conform.biasField, enabled: false } }).trace.brainScale };
    const record = await harmonizeScan({ ...job, reference, datatype: 'source' }, protocol, calibrated);
    const image = await readScan({ format: 'nifti', name: 'out', paths: [join(job.outputDir, record.outputs[0]!.path)] });
    expect(Buffer.from(image.volume.samples.buffer).equals(Buffer.from(source.samples.buffer))).toBe(true);
  });
});

describe('a scan that speaks for its cohort', { timeout: 240_000 }, () => {
  const calibrated = (): MrBundle => ({ ...withoutResidual(), manifest: { ...bundle.manifest, calibration: { ...bundle.manifest.calibration, personSpread: { brain: 0.001, outside: 0.001, people: 4 } } } });

  it('is moved as the cohort is: one whose mean is the reference’s stays where it is, though the scan itself lies elsewhere', async () => {
    const alone = await harmonizeScan(await jobIn(await scratchFolder()), protocol, calibrated());
    expect(alone.changeStrength!.brain).toBeGreaterThan(0.9);
    expect(alone.sourceStyle).toBeUndefined();
    const record = await harmonizeScan(await jobIn(await scratchFolder(), { sourceStyle: { ...foreignStyle, id: 'site-b', scans: 7 } }), protocol, calibrated());
    expect(record.changeStrength).toEqual({ outside: 0, brain: 0 });
    expect(record.sourceStyle).toEqual({ styleId: 'site-b', scans: 7 });
    expect(valueOf(record, 'mae')).toBe(0);
  });

  it('with a style of itself alone gets what it gets without one', async () => {
    const [alone, itself] = await Promise.all([undefined, ownStyle].map(async (sourceStyle) =>
      harmonizeScan(await jobIn(await scratchFolder(), { draws: 1, ...(sourceStyle && { sourceStyle }) }), protocol, calibrated())));
    expect(itself!.changeStrength!.brain).toBeCloseTo(alone!.changeStrength!.brain, 6);
    expect(valueOf(itself!, 'mae')).toBeCloseTo(valueOf(alone!, 'mae'), 5);
  });

  it('is refused a style of another encoder', async () => {
    const job = await jobIn(await scratchFolder(), { sourceStyle: { ...ownStyle, encoderSha256: '0'.repeat(64) } });
    await expect(harmonizeScan(job, protocol, bundle)).rejects.toMatchObject({ code: 'CONCORD_REFERENCE' });
  });
});

describe('harmonizeScan refuses', { timeout: 240_000 }, () => {
  it('what fails a hard gate: report and record, no image, and no older image left beside them', async () => {
    const job = await jobIn(await scratchFolder());
    await cp(first.job.outputDir, job.outputDir, { recursive: true });
    const strict = { ...protocol, gates: { ...protocol.gates, edgeAgreement: 1 } };
    const record = await harmonizeScan(job, strict, bundle);
    expect(record.status).toBe('refused');
    expect(record.gates.find(({ gate }) => gate === 'edge-agreement')).toMatchObject({ verdict: 'refuse', issue: 'QC_FAIL' });
    expect((await readdir(job.outputDir)).sort()).toEqual(['sub-ana_T1w.html', 'sub-ana_T1w.record.json']);
  });

  it('a CT on an MR protocol as WRONG_MODALITY, with a record that says so', async () => {
    const job = await jobIn(await scratchFolder());
    const path = join(job.outputDir, '..', 'in', 'chest.nii');
    await writeInt16(path, source, (value) => value / 10 - 1000);
    const unlabelled = await harmonizeScan({ ...job, input: { format: 'nifti', name: 'chest', paths: [path] } }, protocol, bundle);
    expect(unlabelled.status).toBe('refused');
    expect(unlabelled.issues.map(({ code }) => code)).toContain('WRONG_MODALITY');
    expect(unlabelled.outputs.map(({ kind }) => kind)).toEqual(['report']);
  });

  it('a style made by another encoder as CONCORD_REFERENCE, before anything is read or written', async () => {
    const job = await jobIn(await scratchFolder());
    const foreign = { ...job, reference: { ...job.reference, encoderSha256: '0'.repeat(64) } };
    await expect(harmonizeScan(foreign, protocol, bundle)).rejects.toMatchObject({ code: 'CONCORD_REFERENCE' });
    await expect(readdir(job.outputDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
