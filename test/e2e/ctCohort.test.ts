import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import type { CtStyle } from '../../src/config/styleFile.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import { runCli } from '../support/runCli.ts';
import { scratchFolder } from '../support/scratch.ts';
import { describeWithData } from '../support/sharedData.ts';

describeWithData('CT cohorts on the command line', ['ct/kernel-pair/ct-lungdx-A0002-B40f.nii.gz', 'ct/kernel-pair/ct-lungdx-A0002-B70f.nii.gz'], ([smooth, sharp]) => {
  const folderOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const folder = join(await scratchFolder(), 'scans');
    await mkdir(folder);
    for (const [name, path] of Object.entries(files)) await copyFile(path, join(folder, name));
    return folder;
  };

  it('says that a folder holds two kernels when a style is made of it, and keeps how far they lie apart', async () => {
    const style = join(await scratchFolder(), 'mixed.json');
    const made = await runCli(['style', 'create', await folderOf({ 'a.nii.gz': sharp, 'b.nii.gz': smooth }), style, '--device', 'cpu']);
    expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(/Style mixed: MIXED_KERNELS: the kernels of the reference lie 0\.\d\d from their mean, more than 0\.16/)]);
    expect((JSON.parse(await readFile(style, 'utf8')) as CtStyle).kernelSpread).toBeGreaterThan(0.3);
    expect(made.stdout).toContain('Kernel spread');
  }, 240_000);

  it('--source-style takes a folder of CTs, and the record names it', async () => {
    const [scans, output] = [await folderOf({ 'a.nii.gz': sharp }), await scratchFolder()];
    expect((await runCli(['harmonize', scans, output, '--reference', smooth, '--source-style', scans, '--device', 'cpu'])).status).toBe(0);
    const record = JSON.parse(await readFile(join(output, 'a.record.json'), 'utf8')) as ScanRecord;
    expect(record).toMatchObject({ sourceStyle: { styleId: 'scans', scans: 1 }, ct: { cohort: { speaks: true, distance: 0 } } });
  }, 300_000);
});
