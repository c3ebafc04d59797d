import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Volume } from '../../src/core/volume.ts';
import { walkElements } from '../../src/formats/dicom/elementWalk.ts';
import { readMetaGroup } from '../../src/formats/dicom/preScan.ts';
import { dicomBytes, sliceElements } from '../support/dicomBytes.ts';
import type { DicomElement, Overrides } from '../support/dicomBytes.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { runCli, tinyBundle } from '../support/runCli.ts';

const TOKEN = 'ZZPHI7431';
/** UIDs are digits: theirs is this. */
const UID = '1.2.826.0.74317431743174';
const text = (tag: number, vr: string, value: string): Overrides => ({ [tag]: { tag, vr, value } });

/** Everything that may hold a word about a person, a place, a day or an order; scanner, sequence and kernel may not (P-30). */
const planted: Overrides = Object.assign({}, ...([
  [0x00080020, 'DA', '74317431'], [0x00080030, 'TM', '743174.7431'], [0x00080050, 'SH', TOKEN], [0x00080080, 'LO', TOKEN], [0x00080081, 'ST', TOKEN],
  [0x00080090, 'PN', `${TOKEN}^DR`], [0x00081010, 'SH', TOKEN], [0x00081030, 'LO', TOKEN], [0x0008103e, 'LO', TOKEN], [0x00081040, 'LO', TOKEN], [0x00081048, 'PN', TOKEN],
  [0x00081070, 'PN', TOKEN], [0x00102160, 'SH', TOKEN], [0x00100010, 'PN', `${TOKEN}^NAME`], [0x00100020, 'LO', TOKEN], [0x00100030, 'DA', '74317431'], [0x00101000, 'LO', TOKEN],
  [0x00101040, 'LO', TOKEN], [0x00104000, 'LT', TOKEN], [0x00180015, 'CS', TOKEN], [0x00181000, 'LO', TOKEN], [0x00181020, 'LO', TOKEN], [0x00181030, 'LO', TOKEN],
  [0x00200010, 'SH', TOKEN], [0x00204000, 'LT', TOKEN], [0x00321060, 'LO', TOKEN], [0x00400254, 'LO', TOKEN], [0x00400253, 'SH', TOKEN], [0x00091010, 'LO', TOKEN],
  [0x00091011, 'UN', TOKEN], [0x00291020, 'UN', TOKEN], [0x0020000d, 'UI', `${UID}.1`], [0x00200052, 'UI', `${UID}.2`], [0x00281054, 'LO', 'US'],
] as const).map(([tag, vr, value]) => text(tag, vr, value))) as Overrides;

/** Of the study, besides all of the patient: what keeps a result with its study (dicom.md D-03). */
const KEPT = [0x00080020, 0x00080030, 0x00080050, 0x00080090, 0x00081030, 0x00200010, 0x0020000d];

let root: string;
/** Of the series that is whole. */
let slices = 0;
const at = (...names: string[]): string => join(root, ...names);
const export_ = (): string => at(`${TOKEN}^EXPORT`);

/** The phantom as axial slices, columns to the left, rows to the back. */
function dicomOf({ shape: [I, J, K], samples, affine }: Volume, series: number): Buffer[] {
  const us = (tag: number, value: number): DicomElement => ({ tag, vr: 'US', value: [value] });
  const top = samples.reduce((high, value) => Math.max(high, value), 0);
  const spacing = affine.rows.map((row, axis) => row[axis]!);
  return Array.from({ length: K }, (_, k) => {
    const corner = affine.rows.map((row) => row[0]! * (I - 1) + row[1]! * (J - 1) + row[2]! * k + row[3]!);
    const pixels = Array.from({ length: I * J }, (__, n) => {
      const value = samples[I - 1 - (n % I) + I * (J - 1 - Math.floor(n / I) + J * k)]!;
      return Math.round((4000 * Math.max(0, value)) / top);
    });
    return dicomBytes(sliceElements(k, {
      ...planted, ...text(0x0020000e, 'UI', `${UID}.3.${series}`), ...text(0x00080018, 'UI', `${UID}.4.${series}.${k}`),
      ...text(0x00200032, 'DS', `${-corner[0]!}\\${-corner[1]!}\\${corner[2]!}`), 0x00280010: us(0x00280010, J), 0x00280011: us(0x00280011, I),
      ...text(0x00280030, 'DS', `${spacing[1]!}\\${spacing[0]!}`), 0x7fe00010: { tag: 0x7fe00010, vr: 'OW', value: pixels },
    }));
  });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'concord-canary-'));
  await writeInt16(at('reference', 'ref_T1w.nii'), phantomScan('reference', 'scanner-1'));
  const folder = join(export_(), TOKEN);
  await mkdir(folder, { recursive: true });
  const whole = dicomOf(phantomScan('p1', 'scanner-2'), 1);
  slices = whole.length;
  for (const [k, bytes] of whole.entries()) await writeFile(join(folder, `${TOKEN}.${k}.dcm`), bytes);
  // and series that fail, each in its own way, for whatever says why
  const broken: Record<string, Buffer> = {
    cut: whole[0]!.subarray(0, 900), junk: Buffer.from(`${TOKEN} is no DICOM`), few: dicomOf(phantomScan('p1', 'scanner-2'), 2)[0]!,
    syntax: dicomBytes(sliceElements(0, { ...planted, ...text(0x0020000e, 'UI', `${UID}.3.5`) }), 'explicit', TOKEN),
    echo: dicomBytes(sliceElements(0, { ...planted, ...text(0x0020000e, 'UI', `${UID}.3.6`), ...text(0x00180081, 'DS', TOKEN), ...text(0x00080008, 'CS', `ORIGINAL\\PRIMARY\\${TOKEN}`) })),
    sop: dicomBytes(sliceElements(0, { ...planted, ...text(0x0020000e, 'UI', `../../${TOKEN}`), ...text(0x00080016, 'UI', TOKEN) })),
  };
  for (const [name, bytes] of Object.entries(broken)) await writeFile(join(folder, `${TOKEN}-${name}.dcm`), bytes);
}, 120_000);
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Where the token stands: in a name, a text, an image file, or an image that is compressed as a whole. */
function leaks(named: Readonly<Record<string, Buffer | string>>): string[] {
  return Object.entries(named).flatMap(([name, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const readable = Buffer.concat([Buffer.from(name), name.endsWith('.gz') ? gunzipSync(bytes) : bytes]).toString('latin1');
    return readable.includes(TOKEN) || readable.includes('74317431') ? [name.replaceAll(TOKEN, '…')] : [];
  });
}

async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return Object.fromEntries(await Promise.all(entries.map(async (entry) => [entry.name, await readFile(join(entry.parentPath, entry.name))] as const)));
}

it('inspect shows no token: lines, JSON, talk and log', async () => {
  const lines = await runCli(['inspect', export_(), '--verbose', '--log-file', at('inspect.log')]);
  const json = await runCli(['inspect', export_(), '--json']);
  expect([lines.status, json.status]).toEqual([0, 0]);
  expect(lines.stdout.split('\n').filter((line) => line.includes('eligible'))).toHaveLength(1);
  expect((JSON.parse(json.stdout) as { scans: unknown[] }).scans.length).toBeGreaterThanOrEqual(5);
  expect(leaks({ out: lines.stdout, err: lines.stderr, json: json.stdout, jsonErr: json.stderr, log: await readFile(at('inspect.log')) })).toEqual([]);
}, 120_000);

/** The elements outside all sequences, as bytes. */
function elementsOf(file: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  walkElements(file, readMetaGroup(file).end, { implicit: false, bigEndian: false }, ({ tag, value, length }) => { found.set(tag, file.subarray(value, value + length)); });
  return found;
}

describe('harmonize --format both', () => {
  let files: Record<string, Buffer>;
  let talk: Record<string, string | Buffer>;
  let paths: string[];
  beforeAll(async () => {
    const options = ['--bundle', tinyBundle, '--device', 'cpu', '--format', 'both', '--verbose', '--log-file', at('harmonize.log'), '--json'];
    const { stdout, stderr } = await runCli(['harmonize', export_(), at('out'), '--reference', at('reference'), ...options]);
    files = await filesOf(at('out'));
    talk = { stdout, stderr, log: await readFile(at('harmonize.log')) };
    paths = await readdir(at('out'), { recursive: true });
  }, 240_000);

  it('leaves no token in records, reports, pictures, NIfTI, journal, log, success file or names', () => {
    const { counts } = JSON.parse(files['run.json']!.toString()) as { counts: Record<string, number> };
    // refused: cut, junk, few, syntax, echo; skipped: sop
    expect(counts).toEqual({ harmonized: 1, refused: 5, skipped: 1, failed: 0 });
    const others = Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('.dcm')));
    expect(Object.keys(others)).toEqual(expect.arrayContaining(['index.html', '_SUCCESS.json', expect.stringMatching(/_desc-harmonized\.nii\.gz$/) as string]));
    expect(leaks({ ...others, ...talk })).toEqual([]);
    expect(leaks({ paths: paths.join('\n') })).toEqual([]);
  });

  it('writes instances with the patient and study of their source, and without its private attributes', async () => {
    const source = elementsOf(await readFile(join(export_(), TOKEN, `${TOKEN}.0.dcm`)));
    const instances = Object.entries(files).filter(([name]) => name.endsWith('.dcm'));
    expect(instances).toHaveLength(slices);
    // the words are there to be found
    expect(leaks(Object.fromEntries(instances))).toHaveLength(slices);
    const isKept = (tag: number): boolean => tag >>> 16 === 0x0010 || KEPT.includes(tag);
    for (const [name, bytes] of instances) {
      const derived = elementsOf(bytes);
      expect([...derived.keys()].filter((tag) => (tag >>> 16) % 2 === 1).map((tag) => tag.toString(16)), name).toEqual([]);
      expect(bytes.subarray(0, 128).every((byte) => byte === 0), name).toBe(true);
      for (const [tag, value] of source) if (isKept(tag)) expect(derived.get(tag)?.equals(value), `${name} ${tag.toString(16)}`).toBe(true);
    }
  });
});
