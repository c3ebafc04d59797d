import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CohortRecord, DistanceRow, Estimate } from '../../src/core/cohortRecord.ts';
import type { Finding } from '../../src/core/validationRecord.ts';
import type { Volume } from '../../src/core/volume.ts';
import { drawWorstScans } from '../../src/pipeline/evaluation/drawWorstScans.ts';
import { evaluateCohort, type EvaluateJob } from '../../src/pipeline/evaluateCohort.ts';
import { writeEvaluation } from '../../src/pipeline/writeEvaluation.ts';
import { renderCohortReport } from '../../src/report/cohortReport.ts';
import { ctPhantom, type CtPhantom } from '../support/ctPhantom.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { describeWithData } from '../support/sharedData.ts';

const valueOf = (estimate: Estimate): number => ('value' in estimate ? estimate.value : NaN);
const valueIn = (finding: Finding): number => ('value' in finding ? finding.value : NaN);
const rowOf = ({ distances }: CohortRecord, feature: string): DistanceRow => distances.find((row) => row.feature === feature && row.measure === 'wasserstein1')!;
const plan = { confidence: 0.95, resamples: 200, permutations: 99, seed: 0 };
const asked = { statistics: plan, participants: null, siteColumn: null, arms: [], probePermutations: 19, mostLeftOut: 1, concordVersion: '0.0.0' } as const;

describe('an evaluation of CT', () => {
  const people = ['sub-01', 'sub-02', 'sub-03', 'sub-04', 'sub-05'];
  const references = ['sub-11', 'sub-12', 'sub-13', 'sub-14', 'sub-15'];
  // size is the person's, noise and blur are the scanner's
  const scanOf = (person: string, scanner: CtPhantom): Volume<'scanner'> => ctPhantom({ ...scanner, spacing: [2.5 + 0.02 * Number(person.slice(-1)), 2.5, 5], key: person });
  const [sharp, smooth] = [{ noise: 20, blur: 0 }, { noise: 20, blur: 1 }];
  let folder: string;
  let job: EvaluateJob;
  let record: CohortRecord;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'concord-evaluate-ct-'));
    for (const person of people) {
      const [source, truth] = [scanOf(person, sharp), scanOf(person, smooth)];
      await writeInt16(join(folder, 'before', `${person}_ct.nii`), source);
      await writeInt16(join(folder, 'truth', `${person}_ct.nii`), truth);
      // three quarters of the way
      await writeInt16(join(folder, 'after', `${person}_desc-harmonized_ct.nii`), { ...source, samples: source.samples.map((hu, n) => Math.round(hu + 0.75 * (truth.samples[n]! - hu))) });
    }
    for (const person of references) await writeInt16(join(folder, 'reference', `${person}_ct.nii`), scanOf(person, smooth));
    job = { ...asked, before: join(folder, 'before'), after: join(folder, 'after'), reference: join(folder, 'reference'), truth: join(folder, 'truth') };
    ({ record } = await evaluateCohort(job));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('knows by their values that the scans are CT', () => {
    expect(record.modality).toBe('CT');
    expect(record.issues).toEqual([]);
  });

  it('finds the grain of soft tissue nearer to the reference, and HU where they were', () => {
    const grain = rowOf(record, 'softDetail');
    expect(valueOf(grain.before)).toBeGreaterThan(3);
    expect(valueOf(grain.gain)).toBeGreaterThan(0.6);
    const muscle = record.summaries.find(({ id }) => id === 'muscleHu')!;
    expect(Math.abs(valueOf(muscle.after) - valueOf(muscle.before))).toBeLessThan(0.5);
    expect(record.scans.every(({ values }) => values['regionShift']! < 1)).toBe(true);
  });

  it('gives a quarter of the error to the truth', () => {
    const body = record.paired.find(({ region, measure }) => region === 'body' && measure === 'mae')!;
    expect(valueOf(body.gapClosed)).toBeCloseTo(0.75, 1);
  });

  it('compares sites by features of CT, inside the body and of all of the scan', () => {
    const scopes = new Set(record.validation!.rows.map(({ scope }) => scope));
    expect([scopes.has('body'), scopes.has('scan'), scopes.has('brain'), scopes.has('head')]).toEqual([true, true, false, false]);
    expect(Object.keys(record.validation!.methods.features).sort()).toEqual(['histogram', 'intensity', 'quality', 'silhouette', 'texture', 'tissue']);
    expect(record.validation!.probes.find(({ probe, arm, model }) => probe === 'output-trained' && arm === 'before' && model === 'logistic')!.scope).toBe('body');
  });

  it('does not depend on who measures, and measures what is alone by its own body', async () => {
    const again = await evaluateCohort(job);
    expect(again.record).toEqual(record);
    const [first] = people;
    const moved = join(folder, 'moved');
    const other = scanOf(first!, smooth);
    await writeInt16(join(moved, `${first}_ct.nii`), { ...other, affine: { frame: 'RAS', rows: [[2.52, 0, 0, 30], [0, 2.5, 0, 0], [0, 0, 5, 0]] } });
    const alone = await evaluateCohort({ ...job, before: join(folder, 'before', `${first}_ct.nii`), after: join(moved, `${first}_ct.nii`), truth: join(folder, 'truth', `${first}_ct.nii`) });
    expect(alone.record.scans[0]!.values).toMatchObject({ gradientCorrelation: null, 'maeBody.source': null });
    expect(alone.record.scans[0]!.values['wasserstein1.harmonized']).toBeLessThan(2);
    expect(alone.record.issues.map(({ role, issue }) => [role, issue.code])).toEqual([['truth', 'OTHER_GRID']]);
  }, 60_000);

  it('leaves heads out, and says so', async () => {
    await writeInt16(join(folder, 'mixed', 'sub-21_T1w.nii'), phantomScan('sub-21', 'a'));
    await writeInt16(join(folder, 'mixed', 'sub-11_ct.nii'), scanOf('sub-11', smooth));
    const { record: mixed } = await evaluateCohort({ ...job, reference: join(folder, 'mixed') });
    expect(mixed.counts.reference).toBe(1);
    expect(mixed.issues.map(({ scan, issue }) => [scan, issue.code])).toEqual([['sub-21_T1w', 'WRONG_MODALITY']]);
  }, 60_000);

  it('makes the comparators of CT, of which the blur keeps least of the structure, and says which arms are for heads', async () => {
    const { record: withArms } = await evaluateCohort({ ...job, arms: ['nyul', 'spectrum', 'blur', 'combat'] });
    expect(withArms.validation!.arms.map(({ arm, kind }) => [arm, kind]).sort()).toEqual([['before', 'source'], ['blur', 'control'], ['combat', 'comparator'], ['harmonized', 'evaluated'], ['spectrum', 'comparator']]);
    expect(withArms.validation!.warnings.join(' ')).toContain('for the other modality: nyul');
    expect(withArms.request!.arms).toEqual(['blur', 'combat', 'spectrum']);
    const gradient = (arm: string): number => valueIn(withArms.validation!.rows.find((row) => row.statistic === 'gradientCorrelation' && row.arm === arm)!.finding);
    expect(gradient('harmonized')).toBeGreaterThan(0.98);
    expect(gradient('blur')).toBeLessThan(gradient('harmonized'));
  }, 60_000);

  it('is written as a page that speaks of CT, with pictures of the worst scans', async () => {
    const worst = await drawWorstScans(record, { before: job.before, after: job.after, scratchDir: folder });
    expect(worst).toHaveLength(people.length);
    await writeEvaluation(record, join(folder, 'page'), worst);
    expect(await readdir(join(folder, 'page', 'worst'))).toHaveLength(people.length);
    const page = await readFile(join(folder, 'page', 'evaluation.html'), 'utf8');
    expect(page).toContain('Grain of soft tissue, pooled');
    expect(page).toContain('Body: error to the truth');
    expect(page).not.toContain('brain scale');
    const words = renderCohortReport(record).replaceAll(/<style[\s\S]*?<\/style>|<[^>]*>/g, ' ');
    expect(words.match(/[^.]*brain(?! age)[^.]*/gi) ?? []).toEqual([]);
  });
});

describeWithData('an evaluation of one chest under two kernels', ['ct/kernel-pair/ct-lungdx-A0002-B40f.nii.gz', 'ct/kernel-pair/ct-lungdx-A0002-B70f.nii.gz', 'ct/volumes/ibsi-STS_010-CT.nii.gz'], ([smooth, sharp, other]) => {
  it('measures what the study of the kernels does: 31.8 HU apart, regions that a kernel moves itself, more noise under the sharp one', async () => {
    const { record } = await evaluateCohort({ ...asked, before: sharp, after: smooth, reference: other, truth: smooth });
    const { values } = record.scans[0]!;
    expect(values['maeBody.source']).toBeCloseTo(31.8, 0);
    expect(values['maeBody.harmonized']).toBe(0);
    expect(values['huChange']).toBeCloseTo(31.8, 0);
    expect(values['gradientCorrelation']).toBeGreaterThan(0.99);
    expect(values['noiseSd.source']! / values['noiseSd.harmonized']!).toBeGreaterThan(1.5);
    expect(values['laa950.source']! - values['laa950.harmonized']!).toBeGreaterThan(3);
  }, 120_000);
});
