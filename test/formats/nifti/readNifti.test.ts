import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { ConcordError } from '../../../src/core/errors.ts';
import { holdWhole } from '../../../src/formats/holdWhole.ts';
import { readNifti } from '../../../src/formats/nifti/readNifti.ts';
import { niftiBytes, niftiKinds } from '../../support/niftiBytes.ts';
import { scratchFolder } from '../../support/scratch.ts';

const MiB = 2 ** 20;

async function readBytes(bytes: Buffer, name = 'scan.nii', maxBytes = 64 * MiB) {
  const path = join(await scratchFolder(), name);
  await writeFile(path, bytes);
  return readNifti(path, holdWhole(maxBytes));
}

async function refusalOf(bytes: Buffer, name?: string, maxBytes?: number): Promise<string | undefined> {
  const outcome = await readBytes(bytes, name, maxBytes).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ConcordError);
  return (outcome as ConcordError).issueCode;
}

const cases = niftiKinds.flatMap((kind) =>
  [true, false].flatMap((littleEndian) => ([1, 2] as const).map((version) => ({ kind, littleEndian, version }))),
);

describe('readNifti', () => {
  it.each(cases)('reads $kind, little endian $littleEndian, NIfTI-$version', async ({ kind, littleEndian, version }) => {
    const isSigned = kind.startsWith('int') || kind.startsWith('float');
    const stored = [0, 1, 2, 3, 100, isSigned ? -5 : 5, 6, 7];
    const bytes = niftiBytes({ kind, littleEndian, version, dims: [2, 2, 2], stored, slope: 0.5, inter: 10 });
    const scan = await readBytes(bytes);
    expect([...scan.volume.samples]).toEqual(stored.map((value) => value * 0.5 + 10));
    expect(scan.datatype).toBe(kind);
  });

  it('keeps 64-bit values beyond 32 bits: 2^40 and, signed, -2^33', async () => {
    const stored = [2 ** 40, 0, 1, 2, 3, 4, 5, -(2 ** 33)];
    for (const littleEndian of [true, false]) {
      const scan = await readBytes(niftiBytes({ kind: 'int64', dims: [2, 2, 2], stored, littleEndian }));
      expect(scan.volume.samples[0]).toBe(2 ** 40);
      expect(scan.volume.samples[7]).toBe(-(2 ** 33));
    }
  });

  it('reads two NaN and one infinity as 0, and says so', async () => {
    const stored = [1, Number.NaN, 3, Infinity, Number.NaN, 6, 7, 8];
    const scan = await readBytes(niftiBytes({ kind: 'float32', dims: [2, 2, 2], stored }));
    expect([...scan.volume.samples]).toEqual([1, 0, 3, 0, 0, 6, 7, 8]);
    expect(scan.issues.map(({ code, detail }) => [code, detail])).toEqual([['NON_FINITE', '3 of 8 voxels were read as 0']]);
  });

  it('skips an extension between header and voxels', async () => {
    const extension = Buffer.alloc(36, 7);
    const scan = await readBytes(niftiBytes({ extension }));
    expect(scan.volume.samples[59]).toBe(59);
  });

  it('reads gzip by content, whatever the name, and several gzip members', async () => {
    const bytes = niftiBytes();
    const members = Buffer.concat([gzipSync(bytes.subarray(0, 400)), gzipSync(bytes.subarray(400))]);
    expect((await readBytes(gzipSync(bytes), 'scan.nii')).volume.samples[58]).toBe(58);
    expect((await readBytes(members, 'scan.nii.gz')).volume.samples[58]).toBe(58);
  });

  it('refuses what is shorter or longer than its header says', async () => {
    const bytes = niftiBytes();
    expect(await refusalOf(bytes.subarray(0, bytes.length - 1))).toBe('TRUNCATED');
    expect(await refusalOf(bytes.subarray(0, 200))).toBe('TRUNCATED');
    expect(await refusalOf(Buffer.alloc(0))).toBe('TRUNCATED');
    expect(await refusalOf(Buffer.concat([bytes, Buffer.alloc(3)]))).toBe('MALFORMED');
    expect(await refusalOf(gzipSync(bytes.subarray(0, bytes.length - 1)), 's.nii.gz')).toBe('TRUNCATED');
    expect(await refusalOf(gzipSync(Buffer.concat([bytes, Buffer.alloc(3)])), 's.nii.gz')).toBe('MALFORMED');
  });

  it('refuses a gzip that ends early, has a wrong CRC or a damaged body, or is none', async () => {
    const packed = gzipSync(niftiBytes());
    expect(await refusalOf(packed.subarray(0, packed.length - 12), 's.nii.gz')).toBe('TRUNCATED');
    const badCrc = Buffer.from(packed);
    badCrc[badCrc.length - 6]! ^= 0xff;
    expect(await refusalOf(badCrc, 's.nii.gz')).toBe('CORRUPT_GZIP');
    const badBody = Buffer.from(packed).fill(0xff, 10, 20);
    expect(await refusalOf(badBody, 's.nii.gz')).toBe('CORRUPT_GZIP');
    expect(await refusalOf(niftiBytes(), 's.nii.gz')).toBe('CORRUPT_GZIP');
  });

  it('stops a bomb that hides 1 MiB behind a header of 60 voxels, and one that declares 66 MiB of zeros', async () => {
    const hidden = gzipSync(Buffer.concat([niftiBytes(), Buffer.alloc(MiB)]));
    expect(await refusalOf(hidden, 's.nii.gz')).toBe('DECOMPRESSION_BOMB');
    const header = niftiBytes({ dims: [1, 1, 1], kind: 'uint8', stored: [0] });
    new DataView(header.buffer, header.byteOffset).setInt16(42, 1024, true);
    new DataView(header.buffer, header.byteOffset).setInt16(44, 1024, true);
    new DataView(header.buffer, header.byteOffset).setInt16(46, 66, true);
    const declared = gzipSync(Buffer.concat([header, Buffer.alloc(66 * MiB - 1)]), { level: 1 });
    expect(await refusalOf(declared, 's.nii.gz', 1024 * MiB)).toBe('DECOMPRESSION_BOMB');
  });

  it('refuses 60 voxels at a budget of 239 bytes, and reads them at 240', async () => {
    expect(await refusalOf(niftiBytes(), 's.nii', 239)).toBe('TOO_LARGE');
    expect((await readBytes(niftiBytes(), 's.nii', 240)).volume.samples.length).toBe(60);
  });

  it('does not allocate what a small file cannot hold: 32767³ declared in 472 bytes is TRUNCATED', async () => {
    const bytes = niftiBytes();
    for (const at of [42, 44, 46]) new DataView(bytes.buffer, bytes.byteOffset).setInt16(at, 32767, true);
    expect(await refusalOf(bytes, 's.nii', Number.MAX_SAFE_INTEGER)).toBe('TRUNCATED');
  });

  it('refuses a volume whose voxels are all equal', async () => {
    expect(await refusalOf(niftiBytes({ stored: Array.from({ length: 60 }, () => 7) }))).toBe('CONSTANT');
  });

  it('names the missing permission or file as UNREADABLE', async () => {
    const outcome = await readNifti('/nonexistent/scan.nii', holdWhole(MiB)).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'CONCORD_INPUT_UNREADABLE', issueCode: 'UNREADABLE' });
    expect((outcome as Error).message).not.toContain('nonexistent');
  });
});
