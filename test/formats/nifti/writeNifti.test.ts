import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { Volume } from '../../../src/core/volume.ts';
import { nifti1Layout } from '../../../src/formats/nifti/headerLayout.ts';
import { holdWhole } from '../../../src/formats/holdWhole.ts';
import { readNifti } from '../../../src/formats/nifti/readNifti.ts';
import { writeNifti } from '../../../src/formats/nifti/writeNifti.ts';
import { niftiBytes } from '../../support/niftiBytes.ts';
import type { NiftiSpec } from '../../support/niftiBytes.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** 60 values around 1000: a step of 1 is fine enough for them. */
const stored = Array.from({ length: 60 }, (_, index) => 900 + 3 * index);

async function source(spec: NiftiSpec = {}) {
  const folder = await scratchFolder();
  const path = join(folder, 'source.nii');
  await writeFile(path, niftiBytes({ stored, ...spec }));
  return { folder, path, scan: await readNifti(path, holdWhole()) };
}

function shifted(volume: Volume<'scanner'>, shift: (value: number) => number): Volume<'scanner'> {
  return { ...volume, samples: volume.samples.map(shift) };
}

describe('writeNifti', () => {
  it('keeps dim, pixdim, xyzt_units, qform and sform bit for bit, in big endian too', async () => {
    for (const littleEndian of [true, false]) {
      const { folder, scan } = await source({ littleEndian, qformCode: 2, quatern: [0.1, 0.2, 0.3], descrip: 'old' });
      const path = join(folder, 'out.nii');
      await writeNifti(scan.origin, shifted(scan.volume, (x) => x + 1), path, { datatype: 'source', description: 'new' });
      const before = scan.origin.headerBytes;
      const after = (await readFile(path)).subarray(0, 348);
      const isKept = (from: number, to: number): void => {
        expect(after.subarray(from, to)).toEqual(Buffer.from(before.subarray(from, to)));
      };
      isKept(0, 14); // sizeof_hdr, data_type
      isKept(36, 120); // dim_info, dim, intents, datatype, bitpix, pixdim, vox_offset, slope, intercept
      isKept(120, 124); // slice_end, slice_code, xyzt_units
      isKept(252, 348); // qform, sform, intent_name, magic
      expect(after.subarray(148, 228).toString('latin1').replace(/\0+$/, '')).toBe('new');
    }
  });

  it('drops extensions and clears the free-text fields, which may name a patient', async () => {
    const extension = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from('ZZPHI7431', 'latin1'), Buffer.alloc(23)]);
    const { folder, path: sourcePath } = await source({ extension });
    const bytes = await readFile(sourcePath);
    bytes.write('ZZPHI7431', 14, 'latin1');
    bytes.write('ZZPHI7431', 228, 'latin1');
    await writeFile(sourcePath, bytes);
    const scan = await readNifti(sourcePath, holdWhole());
    const path = join(folder, 'out.nii');
    await writeNifti(scan.origin, scan.volume, path, { datatype: 'source', description: 'd' });
    const written = await readFile(path);
    expect(written.includes('ZZPHI7431')).toBe(false);
    expect(written.subarray(348, 352)).toEqual(Buffer.alloc(4));
    expect(written.length).toBe(352 + 120);
  });

  it('rounds through slope and intercept: 2·s + 10 stores (value - 10) / 2', async () => {
    const { folder, scan } = await source({ slope: 2, inter: 10 });
    const path = join(folder, 'out.nii');
    const written = await writeNifti(scan.origin, shifted(scan.volume, (x) => x + 4.9), path, {
      datatype: 'source',
      description: '',
    });
    expect(written).toMatchObject({ datatype: 'int16', issues: [] });
    const out = await readFile(path);
    expect(out.readInt16LE(352)).toBe(902);
    expect((await readNifti(path, holdWhole())).volume.samples[0]).toBe(2 * 902 + 10);
  });

  it('keeps the bytes of a slope of 0 and NaN', async () => {
    for (const slope of [0, Number.NaN]) {
      const { folder, scan } = await source({ slope, inter: 5 });
      const path = join(folder, 'out.nii');
      await writeNifti(scan.origin, scan.volume, path, { datatype: 'source', description: '' });
      const at = nifti1Layout.sclSlope.offset;
      expect((await readFile(path)).subarray(at, at + 8)).toEqual(Buffer.from(scan.origin.headerBytes.subarray(at, at + 8)));
    }
  });

  it('widens to float32 where the source type would clip', async () => {
    const { folder, scan } = await source();
    const path = join(folder, 'out.nii');
    const written = await writeNifti(scan.origin, shifted(scan.volume, (x) => x * 40.5), path, {
      datatype: 'source',
      description: '',
    });
    expect(written.datatype).toBe('float32');
    expect(written.issues.map(({ code }) => code)).toEqual(['DATATYPE_WIDENED']);
    expect(written.issues[0]!.detail).toContain('would clip');
    expect((await readNifti(path, holdWhole())).volume.samples[0]).toBe(36450);
  });

  it('widens where a step of 1 is coarser than 1/500 of the 99th percentile: at 499, not at 501', async () => {
    const { folder, scan } = await source();
    const at = async (top: number) => {
      const samples = Float32Array.from({ length: 60 }, (_, index) => (index * top) / 59);
      const volume = { ...scan.volume, samples };
      return (await writeNifti(scan.origin, volume, join(folder, 'out.nii'), { datatype: 'source', description: '' })).datatype;
    };
    expect(await at(499)).toBe('float32');
    expect(await at(501)).toBe('int16');
  });

  it('writes float32 on request, and then no issue', async () => {
    const { folder, scan } = await source({ slope: 2, inter: 10 });
    const path = join(folder, 'out.nii.gz');
    const written = await writeNifti(scan.origin, shifted(scan.volume, (x) => x + 0.25), path, {
      datatype: 'float32',
      description: '',
    });
    expect(written).toMatchObject({ datatype: 'float32', issues: [] });
    const back = await readNifti(path, holdWhole());
    expect(back.volume.samples[0]).toBe(1810.25);
    expect(back.volume.affine).toEqual(scan.volume.affine);
  });

  it('gives equal bytes for equal calls, no time and no system in the gzip header, and the hash of the file', async () => {
    const { folder, scan } = await source();
    const options = { datatype: 'source', description: 'x' } as const;
    const first = await writeNifti(scan.origin, scan.volume, join(folder, 'a.nii.gz'), options);
    await writeNifti(scan.origin, scan.volume, join(folder, 'b.nii.gz'), options);
    const bytes = await readFile(join(folder, 'a.nii.gz'));
    expect(bytes).toEqual(await readFile(join(folder, 'b.nii.gz')));
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
    expect(first.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(first.bytes).toBe(bytes.length);
    expect(gunzipSync(bytes).length).toBe(352 + 120);
  });

  it('cuts the description at 79 characters and replaces what is not ASCII', async () => {
    const { folder, scan } = await source();
    const path = join(folder, 'out.nii');
    await writeNifti(scan.origin, scan.volume, path, { datatype: 'source', description: 'é'.repeat(90) });
    expect((await readFile(path)).subarray(148, 228).toString('latin1')).toBe('?'.repeat(79) + '\0');
  });

  it('refuses another shape and NaN, and leaves nothing behind', async () => {
    const { folder, scan } = await source();
    const path = join(folder, 'out.nii');
    const options = { datatype: 'float32', description: '' } as const;
    const other = { ...scan.volume, shape: [4, 3, 5] as const };
    await expect(writeNifti(scan.origin, other, path, options)).rejects.toMatchObject({ code: 'CONCORD_GRID_MISMATCH' });
    const bad = shifted(scan.volume, () => Number.NaN);
    await expect(writeNifti(scan.origin, bad, path, options)).rejects.toMatchObject({ code: 'CONCORD_INTERNAL' });
    expect(await readdir(folder)).toEqual(['source.nii']);
  });
});
