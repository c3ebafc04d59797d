import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { onTestFinished, describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import { findScans, readScan } from '../../../src/formats/scan.ts';
import { isCommitted } from '../../../src/formats/dicom/write/outputFolder.ts';
import { writeSeries as writeDerived } from '../../../src/formats/dicom/write/writeSeries.ts';
import { dicomBytes, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import type { DicomElement, Encoding, Overrides } from '../../support/dicomBytes.ts';
import { deriveSeries, parseFile, seriesToWrite, sourceUidOf } from '../../support/derivedSeries.ts';
import type { DerivedSeries, Derivation } from '../../support/derivedSeries.ts';
import { scratchFolder } from '../../support/scratch.ts';

const set = (tag: number, vr: string, value: DicomElement['value']): Overrides => ({ [tag]: { tag, vr, value } });
const slices = [0, 1, 2, 3];

async function sourceFolder(change: (k: number) => Overrides = () => ({}), encoding: Encoding = 'explicit'): Promise<string> {
  return writeSeries(join(await scratchFolder(), 'in'), slices.map((k) => dicomBytes(sliceElements(k, change(k)), encoding)));
}

async function derive(source: string, derivation: Derivation = {}): Promise<DerivedSeries> {
  const derived = await deriveSeries(source, derivation);
  onTestFinished(() => rm(derived.folder, { recursive: true, force: true }));
  return derived;
}

describe('writeSeries', () => {
  it('writes one instance for each of the source\'s, in slice order, each naming its own', async () => {
    const { instances, scan } = await derive(await sourceFolder());
    expect(instances.map((path) => path.slice(-8))).toEqual(['0001.dcm', '0002.dcm', '0003.dcm', '0004.dcm']);
    const named = await Promise.all(instances.map(async (path) => sourceUidOf(await parseFile(path))));
    expect(named).toEqual(slices.map((k) => `1.2.826.0.1.${k + 1}`));
    expect(scan.volume.shape).toEqual([4, 3, 4]);
  });

  it('gives its pixels back to a reader, voxel by voxel', async () => {
    const source = await sourceFolder();
    const { instances, scan } = await derive(source, { change: (value) => 2 * value + 3 });
    const { inputs } = await findScans(dirname(instances[0]!), { allowHarmonized: true, allowDerived: true });
    const again = await readScan(inputs[0]!);
    expect(again.volume.samples).toEqual(scan.volume.samples.map((value) => 2 * value + 3));
    expect(again.volume.affine).toEqual(scan.volume.affine);
  });

  it('is refused as input, being harmonized already', async () => {
    const { instances } = await derive(await sourceFolder());
    const { inputs } = await findScans(dirname(instances[0]!));
    await expect(readScan(inputs[0]!)).rejects.toThrow('ALREADY_HARMONIZED');
  });

  it('gives equal bytes for equal calls, from files in any order and under any name', async () => {
    const source = await sourceFolder();
    const first = await derive(source);
    const shuffled = await writeSeries(join(await scratchFolder(), 'x'), [2, 0, 3, 1].map((k) => dicomBytes(sliceElements(k))));
    const second = await derive(shuffled);
    expect(second.written).toEqual(first.written);
  });

  it('makes all UIDs new when the run changes, and only the times when the moment does', async () => {
    const source = await sourceFolder();
    const uidsOf = async ({ instances }: DerivedSeries): Promise<string[]> => Promise.all(instances.map(async (path) => {
      const dataSet = await parseFile(path);
      return `${dataSet.string('x00080018')!} ${dataSet.string('x0020000e')!}`;
    }));
    const first = await derive(source);
    const reseeded = await derive(source, { provenance: { seed: 8 } });
    const changed = await derive(source, { change: (value) => value + 1 });
    const later = await derive(source, { provenance: { createdAt: 0 } });
    const [a, b, c, d] = await Promise.all([first, reseeded, changed, later].map(uidsOf));
    expect(new Set([...a!, ...b!, ...c!].flatMap((pair) => pair.split(' '))).size).toBe(3 * (slices.length + 1));
    expect(d).toEqual(a);
    expect(later.written.sha256).not.toBe(first.written.sha256);
  });

  it('commits a folder that lists its files, readable by its owner alone, and leaves nothing beside it', async () => {
    const { folder, instances } = await derive(await sourceFolder());
    const series = dirname(instances[0]!);
    expect(await readdir(folder)).toEqual(['study']);
    expect(await isCommitted(series)).toBe(true);
    const success = JSON.parse(await readFile(join(series, '_SUCCESS.json'), 'utf8')) as { instances: number; files: unknown[] };
    expect([success.instances, success.files.length]).toEqual([4, 4]);
    const modes = await Promise.all([dirname(series), series, instances[0]!].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it.each([
    ['a changed instance', (series: string) => appendFile(join(series, '0002.dcm'), 'x')],
    ['a missing instance', (series: string) => rm(join(series, '0002.dcm'))],
    ['no list', (series: string) => rm(join(series, '_SUCCESS.json'))],
    ['half a list', (series: string) => writeFile(join(series, '_SUCCESS.json'), '{"files": [')],
  ])('takes a folder with %s for incomplete', async (_, harm) => {
    const { instances } = await derive(await sourceFolder());
    await harm(dirname(instances[0]!));
    expect(await isCommitted(dirname(instances[0]!))).toBe(false);
  });

  it('refuses a scan of which more than 0.1 % would be clipped, and writes nothing', async () => {
    const folder = await scratchFolder();
    const { inputs } = await findScans(await sourceFolder());
    const series = seriesToWrite(await readScan(inputs[0]!), { change: (value) => 100 * value });
    const refusal = await writeDerived(series, join(folder, 'study', 'series')).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ScanRefusal);
    expect((refusal as ScanRefusal).issue.code).toBe('QC_FAIL');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a source that changed since it was read, and leaves no folder', async () => {
    const source = await sourceFolder();
    const { inputs } = await findScans(source);
    const series = seriesToWrite(await readScan(inputs[0]!));
    await appendFile(series.slices[3]!.path, Buffer.alloc(2));
    const folder = await scratchFolder();
    await expect(writeDerived(series, join(folder, 'study', 'series'))).rejects.toThrow(ScanRefusal);
    expect(await readdir(folder)).toEqual([]);
  });

  it('clears what a killed run left under the same name', async () => {
    const source = await sourceFolder();
    const { inputs } = await findScans(source);
    const folder = await scratchFolder();
    const series = seriesToWrite(await readScan(inputs[0]!));
    const first = await writeDerived(series, join(folder, 'study', 'series'));
    const again = await writeDerived(series, join(folder, 'study', 'series'));
    expect(again).toEqual(first);
    expect(await readdir(join(folder, 'study', 'series'))).toHaveLength(5);
  });

  it('keeps padding and stores MONOCHROME1 as it was', async () => {
    const source = await sourceFolder((k) => ({
      ...set(0x00280004, 'CS', 'MONOCHROME1'), ...set(0x00280120, 'US', [100 * k + 1]),
    }));
    const { instances } = await derive(source);
    const last = await parseFile(instances[3]!);
    const pixels = last.elements['x7fe00010']!;
    const stored = Array.from({ length: 12 }, (_, index) => last.byteArray[pixels.dataOffset + 2 * index]! + 256 * last.byteArray[pixels.dataOffset + 2 * index + 1]!);
    expect(stored).toEqual(Array.from({ length: 12 }, (_, index) => 300 + index));
  });
});
