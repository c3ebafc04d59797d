import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readScan } from '../../../src/formats/scan.ts';
import type { Scan } from '../../../src/formats/scan.ts';
import { readStoredPixels } from '../../support/storedPixels.ts';
import { deriveSeries, instancesByUid, parseFile, sourceUidOf, valueBytes } from '../../support/derivedSeries.ts';
import type { DerivedSeries, Derivation } from '../../support/derivedSeries.ts';
import { conformanceErrors, copyRange, copyWithUids, outputOf } from '../../support/dicomTools.ts';
import { describeWithOracle, describeWithProgram, runOracle } from '../../support/oraclePython.ts';
import { describeWithData } from '../../support/sharedData.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** The validator is of 2022 and does not know SyntheticData (dicom.md §8). */
const UNKNOWN_TO_VALIDATOR = 'Error - </(0008,001c)> - Attribute with an even group number is not a recognized standard attribute';
/** A change that a reader can see and no form refuses: signal by a third, HU above air by at most 12. */
const mrChange: Derivation = { change: (value) => 1.3 * value, typicalSignal: 200 };
const ctChange: Derivation = { change: (value) => (value > -900 ? value + 12 * Math.sin(value / 40) : value) };

type Pair = Readonly<{ source: string; derived: DerivedSeries; noop: DerivedSeries }>;

describeWithData('derived from real series', ['dicom/mr-siemens-skyra-mprage', 'dicom/ct-siemens-mct-abdomen'], ([mprage, abdomen]) => {
  const pairs = {} as Record<'MR' | 'CT', Pair>;
  let work: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'concord-test-'));
    const mr = await copyRange(mprage, join(work, 'mr'), 150, 160);
    const ct = await copyWithUids(abdomen, join(work, 'ct'), 6, 12);
    pairs.MR = { source: mr, derived: await deriveSeries(mr, mrChange), noop: await deriveSeries(mr, { provenance: { isGenerative: false } }) };
    pairs.CT = { source: ct, derived: await deriveSeries(ct, ctChange), noop: await deriveSeries(ct, { provenance: { isGenerative: false } }) };
  });
  afterAll(async () => {
    const folders = Object.values(pairs).flatMap(({ derived, noop }) => [derived.folder, noop.folder]);
    await Promise.all([work, ...folders].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  describe.each(['MR', 'CT'] as const)('%s', (modality) => {
    describeWithProgram('by dicom3tools', ['dciodvfy', 'dcentvfy'], () => {
      it('dciodvfy finds no error in any instance that its source does not have, but the one it cannot know', async () => {
        const { source, derived } = pairs[modality];
        const sources = await instancesByUid(source);
        const found = new Set<string>();
        for (const path of derived.instances) {
          const before = await conformanceErrors(sources.get(sourceUidOf(await parseFile(path)))!);
          for (const line of await conformanceErrors(path)) if (!before.includes(line)) found.add(line);
        }
        expect([...found]).toEqual([UNKNOWN_TO_VALIDATOR]);
      });

      it('dcentvfy finds source and output consistent', async () => {
        const { source, derived } = pairs[modality];
        const files = [...(await instancesByUid(source)).values(), ...derived.instances];
        expect(await outputOf('dcentvfy', files)).toBe('');
      });

      it.each(modality === 'CT' ? ['0028,1053', '0020,0052'] : ['0020,0052'])('dciodvfy misses (%s) once it is taken away', async (tag) => {
        const broken = join(await scratchFolder(), 'broken.dcm');
        await copyFile(pairs[modality].derived.instances[3]!, broken);
        execFileSync('dcmodify', ['-q', '-nb', '-e', `(${tag})`, broken]);
        const errors = (await conformanceErrors(broken)).filter((line) => line !== UNKNOWN_TO_VALIDATOR);
        expect(errors.some((line) => line.toLowerCase().includes(`(${tag})`) && line.includes('Type 1'))).toBe(true);
      });
    });

    describeWithProgram('by dcm2niix', ['dcm2niix'], () => {
      it('output and source convert to one grid, each as a series of its own', async () => {
        const { source, derived } = pairs[modality];
        const [before, after] = [await converted(source), await converted(dirname(derived.instances[0]!))];
        expect(after.volume.shape).toEqual(before.volume.shape);
        const gap = after.volume.affine.rows.flat().map((value, index) => Math.abs(value - before.volume.affine.rows.flat()[index]!));
        expect(Math.max(...gap)).toBeLessThan(1e-6);
        expect(after.volume.samples.some((value, index) => value !== before.volume.samples[index])).toBe(true);
        const both = await scratchFolder();
        const listed = execFileSync('dcm2niix', ['-z', 'n', '-b', 'n', '-f', '%s', '-o', both, '-s', 'n', dirname(derived.instances[0]!)], { encoding: 'utf8' });
        expect(listed).toContain(modality === 'MR' ? '501' : '1401');
      });
    });

    it('unchanged values come back as the very stored values, and every kept element as its bytes', async () => {
      const { source, noop } = pairs[modality];
      const sources = await instancesByUid(source);
      for (const path of noop.instances.filter((_, index) => index % 8 === 0)) {
        const derived = await parseFile(path);
        const original = sources.get(sourceUidOf(derived))!;
        expect(await readStoredPixels(path)).toEqual(await readStoredPixels(original));
        const before = await parseFile(original);
        for (const tag of Object.keys(before.elements).filter((each) => KEPT.includes(each))) {
          expect([tag, valueBytes(derived, tag)]).toEqual([tag, valueBytes(before, tag)]);
        }
      }
    });
  });

  describeWithOracle('by pydicom and highdicom', ['pydicom', 'highdicom'], () => {
    it.each(['MR', 'CT'] as const)('%s: they open every element, its geometry, values and coded labels', async (modality) => {
      const { derived } = pairs[modality];
      const seen = (await runOracle('dicom_derived.py', [JSON.stringify(derived.instances)])) as Readonly<{ shape: readonly number[]; affine: readonly (readonly number[])[]; sum: number }>;
      const { shape, samples, affine } = derived.scan.volume;
      const changed = samples.map((modality === 'MR' ? mrChange : ctChange).change!);
      expect(seen).toMatchObject({
        derivation: 'HARM-01', purpose: '121322', equipment: ['109101', '109102', '109100'], qualification: 'RESEARCH', synthetic: 'YES', written: true,
      });
      expect([...seen.shape].sort()).toEqual([...shape].sort());
      const sum = changed.reduce((total, value) => total + Math.round(value), 0);
      expect(seen.sum).toBe(sum);
      // highdicom's first axis follows the slices, in LPS
      const step = seen.affine.slice(0, 3).map((row) => row[0]!);
      expect(Math.hypot(...step)).toBeCloseTo(Math.hypot(...affine.rows.map((row) => row[2]!)), 4);
    });
  });
});

/** Geometry, identity, form and order of D-03, D-04, D-08, D-16, D-19, D-22, D-25. */
const KEPT = [
  '0008,0016', '0008,0020', '0008,0050', '0008,0070', '0008,1030', '0008,1090', '0010,0010', '0010,0020', '0010,0030', '0018,0050', '0018,1000',
  '0018,1210', '0018,5100', '0020,000d', '0020,0010', '0020,0013', '0020,0032', '0020,0037', '0020,0052', '0020,1041', '0028,0004', '0028,0010',
  '0028,0011', '0028,0030', '0028,0100', '0028,0101', '0028,0102', '0028,0103', '0028,1052', '0028,1053', '0028,1054', '0018,9345', '0040,0275',
].map((tag) => `x${tag.replace(',', '')}`);

async function converted(folder: string): Promise<Scan> {
  const output = await scratchFolder();
  execFileSync('dcm2niix', ['-z', 'n', '-b', 'n', '-f', 'x', '-o', output, folder], { stdio: 'ignore' });
  return readScan({ format: 'nifti', name: 'x', paths: [join(output, 'x.nii')] });
}
