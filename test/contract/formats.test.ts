import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { applyAffine, spacingOf } from '../../src/core/affine.ts';
import { ConcordError } from '../../src/core/errors.ts';
import { findScans, readScan, writeScan } from '../../src/formats/scan.ts';
import type { Scan, ScanInput } from '../../src/formats/scan.ts';
import { dicomBytes, sliceElements } from '../support/dicomBytes.ts';
import type { Encoding } from '../support/dicomBytes.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import type { NiftiSpec } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

/** 4×3×4 voxels at 2 × 1.5 × 2.5 mm; the value of voxel (i, j, k) as the format must give it. */
type Format = {
  name: string;
  write: (folder: string) => Promise<void>;
  valueAt: (i: number, j: number, k: number) => number;
  exceptions: { fact: Fact; because: string }[];
};
type Fact = 'keeps the source header' | 'keeps the stored type';

const shape = [4, 3, 4] as const;
const index = (i: number, j: number, k: number): number => i + 4 * (j + 3 * k);

function nifti(name: string, spec: NiftiSpec, pack: (bytes: Buffer) => Buffer = (bytes) => bytes): Format {
  const stored = Array.from({ length: 48 }, (_, at) => 900 + 2 * at);
  const bytes = niftiBytes({
    dims: shape,
    pixdim: [1, 2, 1.5, 2.5],
    srow: [-2, 0, 0, 10, 0, 1.5, 0, 17, 0, 0, 2.5, 30],
    stored,
    ...spec,
  });
  return {
    name,
    write: (folder) => writeFile(join(folder, name.endsWith('gzip') ? 'scan.nii.gz' : 'scan.nii'), pack(bytes)),
    valueAt: (i, j, k) => stored[index(i, j, k)]! * (spec.slope ?? 1) + (spec.inter ?? 0),
    exceptions: [],
  };
}

function dicom(encoding: Encoding): Format {
  const pixels = (k: number) => Array.from({ length: 12 }, (_, at) => 1000 + 100 * k + at);
  return {
    name: `classic MR series, ${encoding}`,
    write: async (folder) => {
      for (const k of [2, 0, 3, 1]) {
        const elements = sliceElements(k, { 0x7fe00010: { tag: 0x7fe00010, vr: 'OW', value: pixels(k) } });
        await writeFile(join(folder, `${9 - k}`), dicomBytes(elements, encoding));
      }
    },
    // DICOM's first row is the volume's last
    valueAt: (i, j, k) => pixels(k)[i + 4 * (2 - j)]!,
    exceptions: [
      { fact: 'keeps the source header', because: 'a series is written as NIfTI, which has another header' },
      { fact: 'keeps the stored type', because: 'uint16 with 12 stored bits becomes int16, which every NIfTI tool reads' },
    ],
  };
}

const formats: Format[] = [
  nifti('NIfTI-1', {}),
  nifti('NIfTI-1 gzip', { kind: 'uint16' }, (bytes) => gzipSync(bytes)),
  nifti('NIfTI-1 big endian', { littleEndian: false, kind: 'int32' }),
  nifti('NIfTI-2', { version: 2, kind: 'float64' }),
  nifti('NIfTI-1 scaled', { slope: 2, inter: -100 }),
  nifti('NIfTI-1 as 4-D', { dims: [...shape, 1], kind: 'float32' }),
  dicom('explicit'),
  dicom('implicit'),
  dicom('big-endian'),
  dicom('deflated'),
];

async function open(format: Format): Promise<{ input: ScanInput; scan: Scan; folder: string; output: string }> {
  const root = await scratchFolder();
  const folder = join(root, 'input');
  await mkdir(folder);
  await format.write(folder);
  const { inputs, issues } = await findScans(folder);
  expect(issues).toEqual([]);
  expect(inputs).toHaveLength(1);
  return { input: inputs[0]!, scan: await readScan(inputs[0]!), folder, output: join(root, 'out.nii.gz') };
}

async function hashesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => createHash('sha256').update(await readFile(join(folder, name))).digest('hex')),
  );
}

describe.each(formats)('$name', (format) => {
  const itUnlessExcepted = (fact: Fact, test: () => Promise<void>): void => {
    const exception = format.exceptions.find((entry) => entry.fact === fact);
    if (exception) it.skip(`${fact} (exception: ${exception.because})`, test);
    else it(fact, test);
  };

  it('has a safe name and the right value in every voxel', async () => {
    const { input, scan } = await open(format);
    expect(input.name).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(scan.volume.shape).toEqual(shape);
    const expected = new Float32Array(48);
    for (let k = 0; k < 4; k++) {
      for (let j = 0; j < 3; j++) for (let i = 0; i < 4; i++) expected[index(i, j, k)] = format.valueAt(i, j, k);
    }
    expect(scan.volume.samples).toEqual(expected);
  });

  it('places voxel (3, 2, 3) at (4, 20, 37.5) mm RAS', async () => {
    const { volume } = (await open(format)).scan;
    expect(applyAffine(volume.affine, [3, 2, 3])).toEqual([4, 20, 37.5]);
    expect(spacingOf(volume.affine)).toEqual([2, 1.5, 2.5]);
  });

  it('reads its own output as the same volume, and changes no input', async () => {
    const { scan, folder, output } = await open(format);
    const [before, samples] = [await hashesOf(folder), scan.volume.samples.slice()];
    const written = await writeScan(scan, scan.volume, output, { datatype: 'source', description: 'concord' });
    const back = await readScan({ format: 'nifti', name: 'out', paths: [output] });
    expect(back.volume).toEqual(scan.volume);
    expect(back.sha256).toBe(written.sha256);
    expect(back.datatype).toBe(scan.datatype);
    expect(await hashesOf(folder)).toEqual(before);
    expect(scan.volume.samples).toEqual(samples);
  });

  it('reads one input twice to one scan, hash included', async () => {
    const { input, scan } = await open(format);
    expect(await readScan(input)).toEqual(scan);
    expect(scan.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is refused with a typed error when its last byte is missing', async () => {
    const { input, folder } = await open(format);
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      await writeFile(join(folder, name), bytes.subarray(0, bytes.length - 1));
    }
    const outcome = await readScan(input).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(ConcordError);
    expect(['TRUNCATED', 'CORRUPT_GZIP']).toContain((outcome as ConcordError).issueCode);
  });

  itUnlessExcepted('keeps the source header', async () => {
    const { scan, output } = await open(format);
    await writeScan(scan, scan.volume, output, { datatype: 'source', description: '' });
    const back = await readScan({ format: 'nifti', name: 'out', paths: [output] });
    const headerOf = ({ origin }: Scan) => (origin.kind === 'nifti' ? Buffer.from(origin.headerBytes) : Buffer.alloc(0));
    expect(headerOf(back)).toEqual(headerOf(scan));
  });

  itUnlessExcepted('keeps the stored type', async () => {
    const { scan, output } = await open(format);
    const written = await writeScan(scan, scan.volume, output, { datatype: 'source', description: '' });
    expect(written).toMatchObject({ datatype: scan.datatype, issues: [] });
  });
});
