import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import dicomParser from 'dicom-parser';
import type { DataSet } from 'dicom-parser';

import type { Volume } from '../../src/core/volume.ts';
import { findScans, readScan } from '../../src/formats/scan.ts';
import type { Scan } from '../../src/formats/scan.ts';
import type { DicomOptions, Provenance } from '../../src/formats/dicom/write/provenance.ts';
import { writeSeries } from '../../src/formats/dicom/write/writeSeries.ts';
import type { SeriesToWrite, WrittenSeries } from '../../src/formats/dicom/write/writeSeries.ts';

export const provenance: Provenance = {
  concordVersion: '0.1.0', modelId: 'mr-head/0.1.0', modelSha256: 'ab'.repeat(32), configSha256: 'cd'.repeat(32),
  styleId: 'site-a', seed: 7, isGenerative: true, createdAt: Date.UTC(2026, 10, 23, 16, 36, 39),
};

export type DerivedSeries = Readonly<{ folder: string; written: WrittenSeries; instances: readonly string[]; scan: Scan }>;

export type Derivation = Readonly<{
  /** Voxel value → harmonized value; without it, what was read is written. */
  change?: (value: number) => number;
  typicalSignal?: number;
  provenance?: Partial<Provenance>;
  options?: Partial<DicomOptions>;
}>;

/** Reads a folder that holds one volume, changes it and writes it as DICOM below a new folder, which the caller removes. */
export async function deriveSeries(source: string, derivation: Derivation = {}): Promise<DerivedSeries> {
  const { inputs } = await findScans(source);
  if (inputs.length !== 1) throw new Error(`one scan was expected, ${inputs.length} were found`);
  const scan = await readScan(inputs[0]!);
  const folder = await mkdtemp(join(tmpdir(), 'concord-dicom-'));
  const written = await writeSeries(seriesToWrite(scan, derivation), join(folder, 'study', 'series'));
  const instances = written.files.map(({ path }) => join(folder, 'study', 'series', path));
  return { folder, written, instances, scan };
}

export function seriesToWrite(scan: Scan, { change, typicalSignal, ...given }: Derivation = {}): SeriesToWrite {
  if (scan.origin.kind !== 'dicom') throw new Error('a DICOM series was expected');
  const harmonized: Volume<'scanner'> = change ? { ...scan.volume, samples: scan.volume.samples.map(change) } : scan.volume;
  return {
    slices: scan.origin.slices, harmonized, typicalSignal,
    provenance: { ...provenance, ...given.provenance }, options: given.options ?? {},
  };
}

export async function parseFile(path: string): Promise<DataSet> {
  return dicomParser.parseDicom(await readFile(path));
}

/** Source instance UID → its path, of a folder of instances. */
export async function instancesByUid(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder);
  const paths = names.map((name) => join(folder, name));
  const uids = await Promise.all(paths.map(async (path) => {
    const dataSet = await parseFile(path);
    return dataSet.string('x00080018') || dataSet.string('x00020003')!;
  }));
  return new Map(uids.map((uid, index) => [uid, paths[index]!]));
}

/** The source instance that a derived one names. */
export function sourceUidOf(derived: DataSet): string {
  return derived.elements['x00082112']!.items![0]!.dataSet!.string('x00081155')!;
}

/** Value bytes of an element; undefined where it is absent. */
export function valueBytes(dataSet: DataSet, tag: string): Buffer | undefined {
  const element = dataSet.elements[tag];
  return element && Buffer.from(dataSet.byteArray.buffer, dataSet.byteArray.byteOffset + element.dataOffset, element.length);
}

/** Text of a value below a path of sequences, of first items: `['x00082112', 'x0040a170', 'x00080100']`. */
export function textAt(dataSet: DataSet, path: readonly string[], item = 0): string | undefined {
  const [tag, ...rest] = path;
  if (rest.length === 0) return dataSet.string(tag!);
  const inner = dataSet.elements[tag!]?.items?.[item]?.dataSet;
  return inner && textAt(inner, rest);
}

export async function writeText(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  return path;
}
