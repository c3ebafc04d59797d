import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findScans } from '../../src/formats/findScans.ts';
import { nameOfNifti, nameOfSeries } from '../../src/formats/scanName.ts';
import { CT, dicomBytes, MR, sliceElements, writeSeries } from '../support/dicomBytes.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

async function put(folder: string, files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const slice = (k: number, overrides = {}) => dicomBytes(sliceElements(k, overrides));

describe('findScans', () => {
  it('lists one NIfTI file by its stem', async () => {
    const folder = await put(await scratchFolder(), { 'sub-01_T1w.nii.gz': niftiBytes() });
    const path = join(folder, 'sub-01_T1w.nii.gz');
    expect(await findScans(path)).toMatchObject({ inputs: [{ format: 'nifti', name: 'sub-01_T1w', paths: [path] }], issues: [] });
  });

  it('walks folders in the order of paths, gives repeated stems numbers, and passes over other files', async () => {
    const folder = await put(await scratchFolder(), {
      'b/T1.nii': niftiBytes(),
      'a/t1.nii.gz': niftiBytes(),
      'a/notes.txt': 'x',
      'a/t1.json': '{}',
      '.hidden/x.nii': niftiBytes(),
      'a/.x.nii': niftiBytes(),
      DICOMDIR: slice(0),
    });
    const { inputs, issues } = await findScans(folder);
    expect(inputs.map(({ name }) => name)).toEqual(['t1', 'T1-2']);
    expect(issues).toEqual([]);
  });

  it('groups DICOM files by series UID across folders, by content and not by name', async () => {
    const folder = await put(await scratchFolder(), {
      'x/IM0': slice(0),
      'y/IM1.txt': slice(1),
      'y/other': slice(2, { 0x0020000e: { tag: 0x0020000e, vr: 'UI', value: '1.2.99' } }),
    });
    const { inputs } = await findScans(folder);
    expect(inputs.map(({ name, format, paths }) => [name, format, paths.length])).toEqual([
      [nameOfSeries('1.2.826.0.1.77'), 'dicom', 2],
      [nameOfSeries('1.2.99'), 'dicom', 1],
    ]);
    expect(inputs[0]!.name).toMatch(/^series-[0-9a-f]{12}$/);
  });

  it('puts no patient name, path or UID into names and issues', async () => {
    const folder = await put(await scratchFolder(), {
      'ZZPHI7431/ZZPHI7431.dcm': 'not DICOM',
      'ZZPHI7431/ZZPHI7431-cut.dcm': slice(0).subarray(0, 400),
      'ZZPHI7431/a.dcm': slice(1),
    });
    const { inputs, issues } = await findScans(folder);
    expect(JSON.stringify([inputs.map(({ name }) => name), issues])).not.toMatch(/ZZPHI7431|1\.2\.826/);
    expect(issues.map((entry) => entry.issue.code).sort()).toEqual(['TRUNCATED', 'UNSUPPORTED_FORMAT']);
  });

  it('keeps a series together by folder and number when an anonymiser removed its UID', async () => {
    const noUid = { 0x0020000e: { tag: 0x0020000e, vr: 'UI', value: '' } };
    const folder = await put(await scratchFolder(), { 'x/0': slice(0, noUid), 'x/1': slice(1, noUid), 'y/0': slice(2, noUid) });
    const { inputs } = await findScans(folder);
    expect(inputs.map(({ paths }) => paths.length)).toEqual([2, 1]);
    expect(new Set(inputs.map(({ name }) => name)).size).toBe(2);
  });

  it('skips reports and screenshots with their codes, and lets enhanced MR be refused by name later', async () => {
    const sop = (uid: string, series: string) => ({
      0x00080016: { tag: 0x00080016, vr: 'UI', value: uid },
      0x0020000e: { tag: 0x0020000e, vr: 'UI', value: series },
    });
    const folder = await put(await scratchFolder(), {
      sr: slice(0, sop('1.2.840.10008.5.1.4.1.1.88.22', '1.1')),
      sc: slice(1, sop('1.2.840.10008.5.1.4.1.1.7', '1.2')),
      enhanced: slice(2, sop(`${MR}.1`, '1.3')),
      ct: slice(3, sop(CT, '1.4')),
    });
    const { inputs, issues } = await findScans(folder);
    expect(issues.map((entry) => entry.issue.code).sort()).toEqual(['NOT_IMAGE', 'UNSUPPORTED_SOP_CLASS']);
    expect(inputs.map(({ name }) => name).sort()).toEqual([nameOfSeries('1.3'), nameOfSeries('1.4')].sort());
  });

  it('does not take its own outputs for inputs', async () => {
    const folder = await put(await scratchFolder(), { 'sub-01_desc-harmonized_T1w.nii.gz': niftiBytes() });
    const { inputs, issues } = await findScans(folder);
    expect(inputs).toEqual([]);
    expect(issues.map((entry) => entry.issue.code)).toEqual(['ALREADY_HARMONIZED']);
  });

  it('names formats that it does not read, and a single file that is none', async () => {
    const folder = await put(await scratchFolder(), { 'brain.mgz': 'x', 'brain.nrrd': 'x', 'notes.txt': 'x' });
    expect((await findScans(folder)).issues.map(({ name, issue }) => [name, issue.code])).toEqual([
      ['brain.mgz', 'UNSUPPORTED_FORMAT'],
      ['brain.nrrd', 'UNSUPPORTED_FORMAT'],
    ]);
    expect((await findScans(join(folder, 'notes.txt'))).issues).toHaveLength(1);
  });

  it('survives link loops, and follows links only to files inside the folder, each file once', async () => {
    const outside = await put(await scratchFolder(), { 'secret.nii': niftiBytes() });
    const folder = await put(await scratchFolder(), { 'a/one.nii': niftiBytes(), '.store/two.nii': niftiBytes() });
    await symlink(folder, join(folder, 'a', 'loop'));
    await symlink(join(outside, 'secret.nii'), join(folder, 'escape.nii'));
    await symlink(join(folder, '.store', 'two.nii'), join(folder, 'two.nii'));
    await symlink(join(folder, 'a', 'one.nii'), join(folder, 'one-again.nii'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling.nii'));
    const { inputs, issues } = await findScans(folder);
    expect(inputs.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(issues.map((entry) => entry.issue.code)).toEqual(['UNREADABLE', 'UNREADABLE']);
  });

  it('throws CONCORD_NO_INPUT where nothing is', async () => {
    await expect(findScans(join(await scratchFolder(), 'none'))).rejects.toMatchObject({ code: 'CONCORD_NO_INPUT' });
  });

  it('finds a DICOM series whose private block before the UID is longer than the first 64 kB', async () => {
    const block = { 0x00091010: { tag: 0x00091010, vr: 'OB', value: Buffer.alloc(100_000, 1) } };
    const folder = await writeSeries(await scratchFolder(), [0, 1, 2].map((k) => slice(k, block)));
    expect((await findScans(folder)).inputs.map(({ paths }) => paths.length)).toEqual([3]);
  });
});

describe('nameOfNifti', () => {
  it.each([
    ['/x/sub-01_T1w.nii.gz', 'sub-01_T1w'],
    ['/x/Jürgen scan (2).nii', 'J-rgen-scan-2'],
    ['/x/-rf.nii', 'rf'],
    ['/x/...nii', 'scan'],
    ['/x/CON.nii', 'scan-CON'],
    ['/x/a.b.nii.gz', 'a.b'],
    [`/x/${'a'.repeat(300)}.nii`, 'a'.repeat(100)],
  ])('%s → %s', (path, name) => {
    expect(nameOfNifti(path)).toBe(name);
  });
});
