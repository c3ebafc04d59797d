import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CohortRecord, Estimate } from '../../src/core/cohortRecord.ts';
import { evaluateCohort, type EvaluateJob } from '../../src/pipeline/evaluateCohort.ts';
import { matchKey, matchScans, subjectOf } from '../../src/pipeline/evaluation/matchScans.ts';
import { onGridOf } from '../../src/pipeline/evaluation/onGrid.ts';
import { writeEvaluation } from '../../src/pipeline/writeEvaluation.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const input = (name: string): { format: 'nifti'; name: string; paths: string[] } => ({ format: 'nifti', name, paths: [] });

describe('matchScans', () => {
  it('pairs by name without the desc entity, and names what finds no partner', () => {
    const { pairs, issues } = matchScans([input('sub-01_T1w'), input('sub-02_T1w')], [input('sub-01_desc-harmonized_T1w'), input('sub-03_desc-harmonized_T1w')], []);
    expect(pairs.map(({ key, subject }) => [key, subject])).toEqual([['sub-01_T1w', 'sub-01']]);
    expect(issues.map(({ role, scan, issue }) => [role, scan, issue.code])).toEqual([['before', 'sub-02_T1w', 'NO_PARTNER'], ['after', 'sub-03_desc-harmonized_T1w', 'NO_PARTNER']]);
  });

  it('pairs single files whatever their names', () => {
    expect(matchScans([input('a')], [input('b')], [input('c')]).pairs).toHaveLength(1);
  });

  it('takes the BIDS subject, else the scan itself', () => {
    expect([subjectOf('sub-07_ses-2_T1w'), subjectOf('ixi-012_desc-x')]).toEqual(['sub-07', 'ixi-012']);
    expect(matchKey('sub-01_desc-harmonized_T1w')).toBe('sub-01_T1w');
  });
});

describe('onGridOf', () => {
  it('carries a linear ramp to a shifted, finer grid exactly, and 0 outside', () => {
    const ramp = volumeOf([10, 10, 10], (i, j, k) => 1 + i + 10 * j + 100 * k);
    const fine = { ...volumeOf([5, 5, 5], () => 0), affine: { frame: 'RAS', rows: [[1, 0, 0, 3], [0, 1, 0, 5], [0, 0, 1, 7]] } } as const;
    const carried = onGridOf(ramp, fine);
    expect(carried.samples[0]).toBeCloseTo(1 + 1.5 + 25 + 350, 3);
    expect(carried.samples[1 + 5 * 2 + 25 * 3]).toBeCloseTo(1 + 2 + 35 + 500, 3);
    expect(onGridOf(ramp, { ...fine, affine: { frame: 'RAS', rows: [[1, 0, 0, 99], [0, 1, 0, 0], [0, 0, 1, 0]] } }).samples[0]).toBe(0);
  });
});

describe('evaluateCohort', () => {
  const people = ['sub-01', 'sub-02', 'sub-03', 'sub-04', 'sub-05'];
  const references = ['sub-11', 'sub-12', 'sub-13', 'sub-14', 'sub-15'];
  let folder: string;
  let job: EvaluateJob;
  let record: CohortRecord;

  // before is a known tone curve away from the truth, after a third of it: the anatomy is the same by construction
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'concord-evaluate-'));
    const bent = (power: number, top: number) => (value: number): number => (value > 0 ? top * (value / top) ** power : value);
    for (const person of people) {
      const scan = phantomScan(person, 'a');
      const top = scan.samples.reduce((most, value) => Math.max(most, value), 0);
      await writeInt16(join(folder, 'truth', `${person}_T1w.nii`), scan);
      await writeInt16(join(folder, 'before', `${person}_T1w.nii`), scan, bent(1.6, top));
      await writeInt16(join(folder, 'after', `${person}_desc-harmonized_T1w.nii`), scan, bent(1.15, top));
    }
    for (const person of references) await writeInt16(join(folder, 'reference', `${person}_T1w.nii`), phantomScan(person, 'a'));
    job = {
      before: join(folder, 'before'), after: join(folder, 'after'), reference: join(folder, 'reference'), truth: join(folder, 'truth'),
      statistics: { confidence: 0.95, resamples: 300, permutations: 199, seed: 0 }, participants: null, siteColumn: null, arms: ['blur', 'identity'], probePermutations: 19, mostLeftOut: 0.2, concordVersion: '0.1.0',
    };
    ({ record } = await evaluateCohort(job));
  }, 600_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const value = (estimate: Estimate | undefined): number => (estimate !== undefined && 'value' in estimate ? estimate.value : NaN);

  it('gives the validation of before, harmonized and the asked arm, from the same scans', () => {
    const { validation } = record;
    expect(validation!.arms.map(({ arm }) => arm)).toEqual(['before', 'blur', 'harmonized', 'identity']);
    expect(validation!.design.flow).toEqual([
      { site: 'reference', found: 5, readable: 5, refused: {}, unmatched: 0, analysed: 5 },
      { site: 'source', found: 5, readable: 5, refused: {}, unmatched: 0, analysed: 5 },
    ]);
    const edges = (arm: string): number => value(validation!.rows.find((row) => row.item === 'V-30' && row.statistic === 'gradientCorrelation' && row.arm === arm)?.finding);
    expect(edges('harmonized')).toBeGreaterThan(0.9);
    expect(edges('blur')).toBeLessThan(edges('harmonized') - 0.1);
  });

  it('sees brain and head come closer, with a positive gain and the smallest p that five pairs allow', () => {
    for (const feature of ['brainIntensity', 'headIntensity']) {
      const row = record.distances.find((entry) => entry.feature === feature && entry.measure === 'wasserstein1')!;
      expect(value(row.after)).toBeLessThan(0.6 * value(row.before));
      expect(value(row.gain)).toBeGreaterThan(0.4);
      // 2^-5 = 0.031, by 199 random exchanges
      expect(value(row.pGain)).toBeLessThan(0.08);
      expect(value(row.pBefore)).toBeLessThan(0.05);
    }
  });

  it('measures the known error: over two thirds of the gap closed in the brain, PSNR up', () => {
    const [mae, psnr] = record.paired;
    expect(value(mae?.gapClosed)).toBeGreaterThan(0.6);
    expect(value(mae?.gapClosed)).toBeLessThan(0.95);
    expect(value(psnr?.after)).toBeGreaterThan(value(psnr?.before) + 6);
    expect(record.counts.truth).toBe(5);
  });

  it('finds that nobody moved: order kept, no displacement, gradient correlation above 0.95', () => {
    for (const { values } of record.scans) {
      expect(values['gradientCorrelation']).toBeGreaterThan(0.95);
      expect(values['displacementMedian']).toBeLessThan(0.02);
    }
    expect(value(record.summaries.find(({ id }) => id === 'localContrast')?.orderKept)).toBeGreaterThan(0.6);
  });

  it('is written as page, table and JSON, each with the same numbers', async () => {
    const paths = await writeEvaluation(record, join(folder, 'out'));
    expect(JSON.parse(await readFile(paths.record, 'utf8'))).toEqual(JSON.parse(JSON.stringify(record)));
    expect(await readFile(paths.table, 'utf8')).toContain(`scan\tsub-01_T1w\twasserstein1\tsource\t${record.scans[0]!.values['wasserstein1.source']}`);
    expect(await readFile(paths.report, 'utf8')).toContain(`<data value="${value(record.distances[0]?.before)}">`);
  });

  it('goes on without a scan that cannot be read, says so, and gives the same record again', async () => {
    for (const [set, name] of [['before', 'sub-01_T1w.nii'], ['after', 'sub-01_desc-harmonized_T1w.nii']] as const) {
      await mkdir(join(folder, 'broken', set), { recursive: true });
      await copyFile(join(folder, set, name), join(folder, 'broken', set, name));
      await writeFile(join(folder, 'broken', set, name.replace('sub-01', 'sub-99')), 'not a scan');
    }
    const small = { ...job, before: join(folder, 'broken', 'before'), after: join(folder, 'broken', 'after'), reference: join(folder, 'reference', 'sub-11_T1w.nii'), truth: null };
    const { record: partial } = await evaluateCohort(small);
    expect(partial.counts.matched).toBe(1);
    expect(partial.issues.map(({ scan }) => scan)).toEqual(['sub-99_T1w']);
    expect(partial.paired).toEqual([]);
    expect((await evaluateCohort(small)).record).toEqual(partial);
  });

  it('evaluates a single pair against a single reference, with absences instead of intervals', async () => {
    const { record: one } = await evaluateCohort({
      ...job, truth: null,
      before: join(folder, 'before', 'sub-01_T1w.nii'), after: join(folder, 'after', 'sub-01_desc-harmonized_T1w.nii'), reference: join(folder, 'reference', 'sub-11_T1w.nii'),
    });
    const row = one.distances[0]!;
    expect(row.before).not.toHaveProperty('low');
    expect([row.floor, row.gain, row.pGain]).toEqual([{ unavailable: 'ONE_REFERENCE' }, { unavailable: 'ONE_REFERENCE' }, { unavailable: 'FEW_SUBJECTS' }]);
  });

  it('refuses sets without a common name', async () => {
    await mkdir(join(folder, 'other'), { recursive: true });
    await writeInt16(join(folder, 'other', 'x_T1w.nii'), volumeScan());
    await writeInt16(join(folder, 'other', 'y_T1w.nii'), volumeScan());
    await expect(evaluateCohort({ ...job, after: join(folder, 'other') })).rejects.toMatchObject({ code: 'CONCORD_NO_INPUT' });
  });
});

function volumeScan(): ReturnType<typeof phantomScan> {
  return { ...volumeOf([4, 4, 4], (i) => i), scale: 'scanner' };
}
