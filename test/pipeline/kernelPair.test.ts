import { join } from 'node:path';
import { expect, it } from 'vitest';

import { newestBundle } from '../../src/config/installedBundles.ts';
import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import { readScan } from '../../src/formats/scan.ts';
import type { ScanInput } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import { createStyle } from '../../src/pipeline/createStyle.ts';
import { harmonizeScan } from '../../src/pipeline/harmonizeScan.ts';
import type { ReferenceStyle } from '../../src/style/referenceStyle.ts';
import { scratchFolder } from '../support/scratch.ts';
import { describeWithData } from '../support/sharedData.ts';

describeWithData('one chest under two kernels', ['ct/kernel-pair/ct-lungdx-A0002-B40f.nii.gz', 'ct/kernel-pair/ct-lungdx-A0002-B70f.nii.gz'], ([smooth, sharp]) => {
  const given = (path: string, name: string): ScanInput => ({ format: 'nifti', name, paths: [path] });

  /** Mean |HU difference| to the other kernel's own scan where it is denser than lung: unharmonized, and harmonized to its style. */
  async function errors(from: string, to: string, cohort?: string): Promise<{ before: number; after: number; refusals: string[]; codes: string[] }> {
    const folder = await scratchFolder();
    const protocol = ofModality(await loadProtocol('ct-kernel'), 'CT');
    const bundle = bundleOf(await loadBundle((await newestBundle('ct-kernel')).directory, 'cpu'), 'CT');
    const styleOf = async (path: string): Promise<ReferenceStyle> => (await createStyle({ id: 'other', inputs: [given(path, 'other')], biasCorrection: true, scratchDir: folder }, protocol, bundle)).style;
    const record = await harmonizeScan({
      input: given(from, 'scan'), outputDir: folder, reference: await styleOf(to), ...(cohort && { sourceStyle: await styleOf(cohort) }),
      referencePreview: null, seed: 0, draws: 8, datatype: 'source', biasCorrection: true, concordVersion: '0.0.0',
    }, protocol, bundle);
    await bundle.close();
    const [truth, source, harmonized] = await Promise.all([to, from, join(folder, 'scan_desc-harmonized.nii.gz')].map(async (path) => (await readScan(given(path, 'x'))).volume.samples));
    let [before, after, voxels] = [0, 0, 0];
    truth!.forEach((hu, n) => {
      if (hu < -500) return;
      before += Math.abs(source![n]! - hu);
      after += Math.abs(harmonized![n]! - hu);
      voxels++;
    });
    const refusals = record.gates.filter(({ verdict }) => verdict === 'refuse').map(({ gate }) => gate);
    return { before: before / voxels, after: after / voxels, refusals, codes: record.issues.map(({ code }) => code) };
  }

  it('B70f is brought to B40f: no gate refuses, and less than a fifth of the error is left', async () => {
    const { before, after, refusals } = await errors(sharp, smooth);
    expect(refusals).toEqual([]);
    expect(before).toBeGreaterThan(20);
    expect(after / before).toBeLessThan(0.2);
  }, 300_000);

  it('B70f that is said to be of a B40f cohort is flagged UNLIKE_COHORT, and brought to B40f all the same', async () => {
    const { before, after, codes } = await errors(sharp, smooth, smooth);
    expect(codes).toContain('UNLIKE_COHORT');
    expect(after / before).toBeLessThan(0.2);
  }, 300_000);

  it('B40f is brought to B70f: no gate refuses, and less than two fifths of the error are left', async () => {
    const { before, after, refusals } = await errors(smooth, sharp);
    expect(refusals).toEqual([]);
    expect(after / before).toBeLessThan(0.4);
  }, 300_000);
});
