import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Volume } from '../../src/core/volume.ts';
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

let root: string;
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
  const slices = dicomOf(phantomScan('p1', 'scanner-2'), 1);
  for (const [k, bytes] of slices.entries()) await writeFile(join(folder, `${TOKEN}.${k}.dcm`), bytes);
  // and series that fail, each in its own way, for whatever says why
  const broken: Record<string, Buffer> = {
    cut: slices[0]!.subarray(0, 900), junk: Buffer.from(`${TOKEN} is no DICOM`), few: dicomOf(phantomScan('p1', 'scanner-2'), 2)[0]!,
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

it('harmonize leaves no token in records, reports, pictures, NIfTI, journal, log or names', async () => {
  const options = ['--bundle', tinyBundle, '--device', 'cpu', '--format', 'nifti', '--verbose', '--log-file', at('harmonize.log'), '--json'];
  const { stdout, stderr } = await runCli(['harmonize', export_(), at('out'), '--reference', at('reference'), ...options]);
  const files = await filesOf(at('out'));
  const counts = (JSON.parse(files['run.json']!.toString()) as { counts: { harmonized: number } }).counts;
  expect(counts.harmonized + Object.keys(files).filter((name) => name.endsWith('_report.html') || name.endsWith('.html')).length).toBeGreaterThanOrEqual(2);
  expect(leaks({ ...files, stdout, stderr, log: await readFile(at('harmonize.log')) })).toEqual([]);
}, 240_000);
