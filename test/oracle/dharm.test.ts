import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { FeatureRow, ValidationRecord } from '../../src/core/validationRecord.ts';
import { dharmExport } from '../../src/validation/dharmExport.ts';
import { validateCohort } from '../../src/validation/validateCohort.ts';
import { plantedCohort } from '../support/featureCohort.ts';
import { describeWithOracle, dharmPython, runOracle } from '../support/oraclePython.ts';

type Rows = Readonly<Record<string, readonly number[]>>;
type DharmRun = Readonly<{ version: string; reports: number; cohensD: Rows; ks: Rows; varianceRatio: Rows }>;

const row = (rows: Rows, name: string): readonly number[] => rows[Object.keys(rows).find((key) => key.includes(name))!]!;
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

describeWithOracle('DiagnoseHarmonisation 1.1.7 on the exported CSVs', ['DiagnoseHarmonisation'], () => {
  let folder: string;
  let theirs: DharmRun;
  let ours: FeatureRow[];
  let record: ValidationRecord;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'concord-dharm-'));
    // without covariates: DiagnoseHarmonisation adjusts robustly, we by least squares
    const cohort = { ...plantedCohort({ perSite: 14, features: 12, shift: 0.8, spread: 1.3 }), covariates: { sites: null, covariates: [] } };
    const { features, covariates } = dharmExport(cohort.table, cohort.covariates).find(({ arm }) => arm === 'before')!;
    await writeFile(join(folder, 'features.csv'), features);
    await writeFile(join(folder, 'covariates.csv'), covariates);
    theirs = (await runOracle('dharm.py', [join(folder, 'features.csv'), join(folder, 'covariates.csv'), join(folder, 'report')], dharmPython())) as DharmRun;
    record = validateCohort({ ...cohort, featureArms: [], armNotes: {}, sitesFrom: 'roles', flow: [], plan: { confidence: 0.95, resamples: 50, permutations: 999, probePermutations: 19, seed: 1 } })!;
    const inBrain = features.split('\n')[0]!.split(',').slice(1);
    ours = inBrain.map((id) => record.features.find(({ feature, arm }) => arm === 'before' && feature === id)!);
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const valuesOf = (name: 'cohenD' | 'logVarianceRatio' | 'ks'): number[] => ours.map((own) => ('value' in own[name] ? own[name].value : NaN));

  it('is run to its report', () => {
    expect(theirs.version).toBe('1.1.7');
    expect(theirs.reports).toBe(1);
    expect(row(theirs.cohensD, 'D_A_').length).toBe(ours.length);
  });

  it('finds the same d: it divides by the SD of one site and of the other, we by their mean, the harmonic mean of both', () => {
    const [a, b] = [row(theirs.cohensD, 'D_A_'), row(theirs.cohensD, 'D_B_')];
    const d = a.map((own, n) => 2 / (1 / Math.abs(own) + 1 / Math.abs(b[n]!)));
    valuesOf('cohenD').forEach((own, n) => expect(Math.abs(own)).toBeCloseTo(d[n]!, 6));
    const summary = (statistic: string): number => {
      const { finding } = record.rows.find((one) => one.statistic === statistic && one.arm === 'before' && one.scope === 'brain')!;
      return 'value' in finding ? finding.value : NaN;
    };
    expect(summary('medianAbsCohenD')).toBeCloseTo(median(d), 6);
    expect(summary('shareLargeD')).toBeCloseTo(d.filter((own) => own >= 0.5).length / d.length, 9);
  });

  it('finds the same KS distances, and after correction the same share of features within one: its p are exact, ours over people', () => {
    const distances = row(theirs.ks, "KS_Stat_('A'");
    valuesOf('ks').forEach((own, n) => expect(own).toBeCloseTo(distances[n]!, 9));
    const significant = ours.filter(({ ks }) => 'q' in ks && ks.q < 0.05).length;
    expect(Math.abs(significant - row(theirs.ks, "KS_PValueFDR_('A'").filter((q) => q < 0.05).length)).toBeLessThanOrEqual(1);
  });

  it('finds the same ratio of variances', () => {
    const ratios = row(theirs.varianceRatio, 'A__vs__');
    valuesOf('logVarianceRatio').forEach((own, n) => expect(Math.abs(own)).toBeCloseTo(Math.abs(Math.log(ratios[n]!)), 6));
  });
}, dharmPython());
