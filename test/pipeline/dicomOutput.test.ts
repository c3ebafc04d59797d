import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { MrProtocol } from '../../src/config/protocol.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import type { Volume } from '../../src/core/volume.ts';
import { findScans, readScan } from '../../src/formats/scan.ts';
import type { ScanInput } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { MrBundle } from '../../src/inference/bundle.ts';
import { findInOneForm } from '../../src/pipeline/evaluation/oneForm.ts';
import { matchScans } from '../../src/pipeline/evaluation/matchScans.ts';
import { harmonizeScan } from '../../src/pipeline/harmonizeScan.ts';
import type { ScanJob } from '../../src/pipeline/harmonizeScan.ts';
import { conform } from '../../src/preprocess/conform.ts';
import { createReferenceStyle } from '../../src/style/referenceStyle.ts';
import type { ReferenceStyle } from '../../src/style/referenceStyle.ts';
import { dicomBytes, sliceElements, writeSeries } from '../support/dicomBytes.ts';
import type { DicomElement } from '../support/dicomBytes.ts';
import { phantomScan } from '../support/phantomScan.ts';
import { scratchFolder } from '../support/scratch.ts';

const tiny = fileURLToPath(new URL('../support/tinyBundle', import.meta.url));
const EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5);
/** Two scans on a busy machine. */
const SLOW_MS = 180_000;

let bundle: MrBundle;
let protocol: MrProtocol;
let style: ReferenceStyle;
let source: Volume<'scanner'>;
let shared: string;
/** One run that several tests look at. */
let first: Readonly<{ job: ScanJob; record: ScanRecord }>;
beforeAll(async () => {
  bundle = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'MR');
  protocol = ofModality(await loadProtocol('t1w-head'), 'MR');
  source = phantomScan('ana', 'a');
  style = await createReferenceStyle('ref', [{ ...conform(phantomScan('ben', 'b'), protocol.conform), acquisition: {} }], bundle, protocol);
  shared = await mkdtemp(join(tmpdir(), 'concord-test-'));
  const job = await jobIn(shared);
  first = { job, record: await harmonizeScan(job, protocol, bundle) };
});
afterAll(async () => {
  await bundle.close();
  await rm(shared, { recursive: true, force: true });
});

/** A volume on an upright grid as classic MR instances, 12 bits, brightest voxel at 2000. */
async function dicomOf({ shape, samples, affine }: Volume<'scanner'>, folder: string): Promise<string> {
  const [columns, rows, count] = shape;
  const [x, y, z] = affine.rows.map((row) => row[3]!) as [number, number, number];
  const spacing = affine.rows.map((row, axis) => row[axis]!) as [number, number, number];
  const brightest = samples.reduce((most, value) => Math.max(most, value), 0);
  const files = Array.from({ length: count }, (_, k) => {
    const pixels = Array.from({ length: rows * columns }, (__, at) => Math.round((2000 * samples[at + k * rows * columns]!) / brightest));
    const replaced: DicomElement[] = [
      { tag: 0x0020000d, vr: 'UI', value: '1.2.826.0.1.99' },
      // the volume runs to the right and to the front, LPS to the left and to the back
      { tag: 0x00200032, vr: 'DS', value: [-x, -y, z + k * spacing[2]].map((mm) => mm.toFixed(4)).join('\\') },
      { tag: 0x00200037, vr: 'DS', value: '-1\\0\\0\\0\\-1\\0' },
      { tag: 0x00280010, vr: 'US', value: [rows] },
      { tag: 0x00280011, vr: 'US', value: [columns] },
      { tag: 0x00280030, vr: 'DS', value: `${spacing[1]}\\${spacing[0]}` },
      { tag: 0x7fe00010, vr: 'OW', value: pixels },
    ];
    return dicomBytes(sliceElements(k, Object.fromEntries(replaced.map((element) => [element.tag, element]))));
  });
  return writeSeries(folder, files);
}

async function jobIn(folder: string, changes: Partial<ScanJob> = {}): Promise<ScanJob> {
  const { inputs } = await findScans(await dicomOf(source, join(folder, 'in')));
  return {
    input: inputs[0]!, outputDir: join(folder, 'out'), reference: style, referencePreview: null, seed: 0, draws: 1, datatype: 'source',
    biasCorrection: true, concordVersion: '0.0.0', format: 'both',
    dicom: { equipment: 'scanner', keepOverlays: false, keepPrivate: [], createdAt: EPOCH, seriesNumbers: {} }, ...changes,
  };
}

const kinds = (record: ScanRecord): readonly string[] => record.outputs.map(({ kind }) => kind);

describe('a DICOM series through the whole pipeline', () => {
  it('becomes a series and a NIfTI file with equal values, named by hashes and in the record', async () => {
    const { job, record } = first;
    expect(record.status).toBe('harmonized');
    expect(kinds(record)).toEqual(['series', 'image', 'sidecar', 'report']);
    const path = record.outputs[0]!.path;
    expect(path).toMatch(/^study-[0-9a-f]{12}\/series-[0-9a-f]{12}\/_SUCCESS\.json$/);
    const folder = dirname(join(job.outputDir, path));
    const [series] = (await findScans(folder, { allowHarmonized: true, allowDerived: true })).inputs;
    const written = (await readScan(series!)).volume;
    const nifti: ScanInput = { format: 'nifti', name: 'x', paths: [join(job.outputDir, record.outputs[1]!.path)] };
    const image = (await readScan(nifti)).volume;
    expect(written.shape).toEqual(image.shape);
    const factor = Number(/(\S+) times/.exec(await readFile(join(folder, '0001.dcm'), 'latin1'))?.[1] ?? 1);
    const worst = written.samples.reduce((most, value, at) => Math.max(most, Math.abs(value / factor - image.samples[at]!)), 0);
    expect(worst).toBeLessThanOrEqual(0.5 / factor + 0.5 + 1e-3);
  });

  it('is written in the formats asked for alone, with equal bytes each time', async () => {
    const folder = await scratchFolder();
    const dicom = await harmonizeScan(await jobIn(folder, { format: 'dicom' }), protocol, bundle);
    expect(kinds(dicom)).toEqual(['series', 'report']);
    expect(dicom.outputs[0]).toEqual(first.record.outputs[0]);
    const nifti = await harmonizeScan(await jobIn(folder, { format: 'nifti' }), protocol, bundle);
    expect(nifti.outputs.slice(0, 2)).toEqual(first.record.outputs.slice(1, 3));
    // the series of the run before must not lie beside another run's image
    await expect(stat(join(folder, 'out', dicom.outputs[0]!.path))).rejects.toThrow('ENOENT');
  }, SLOW_MS);

  it('counts once where both forms lie together, as NIfTI; DICOM alone finds its source', async () => {
    const { job, record } = first;
    const both = await findInOneForm(job.outputDir);
    expect(both.inputs.map(({ format }) => format)).toEqual(['nifti']);
    expect(both.copies).toBe(1);
    const alone = await findInOneForm(dirname(dirname(join(job.outputDir, record.outputs[0]!.path))));
    expect([alone.inputs.map(({ format, name }) => [format, name]), alone.copies]).toEqual([[['dicom', job.input.name]], 0]);
    for (const { inputs } of [both, alone]) {
      const { pairs, issues } = matchScans([job.input, { ...job.input, name: 'another' }], inputs, []);
      expect([pairs.map(({ key }) => key), issues.map(({ scan }) => scan)]).toEqual([[job.input.name], ['another']]);
    }
    await expect(readScan(alone.inputs[0]!)).resolves.toMatchObject({ modality: 'MR' });
  });

  it('is refused whole when its values leave the pixel form: no series, no NIfTI', async () => {
    const folder = await scratchFolder();
    // a negative scale, which no power of ten brings into unsigned values
    const job = await jobIn(folder);
    const record = await harmonizeScan({ ...job, reference: { ...style, brainScale: -1 } as ReferenceStyle }, protocol, bundle).catch((error: unknown) => error);
    expect(record).toMatchObject({ status: 'refused', issues: [{ code: 'QC_FAIL' }] });
    const left = await readdir(join(folder, 'out'));
    expect(left.filter((name) => !/\.(html|json)$/.test(name) && !name.startsWith('study-'))).toEqual([]);
  });
});
