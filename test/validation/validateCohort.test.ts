import { beforeAll, describe, expect, it } from 'vitest';

import type { FeatureTable } from '../../src/core/featureTable.ts';
import { randomStream } from '../../src/core/random.ts';
import type { ValidationRecord } from '../../src/core/validationRecord.ts';
import type { NumberTable } from '../../src/metrics/cohort/matrix.ts';
import { mahalanobis } from '../../src/metrics/cohort/multivariate.ts';
import { shuffled } from '../../src/metrics/permutation.ts';
import { SUPPRESSED } from '../../src/validation/design.ts';
import { dharmExport } from '../../src/validation/dharmExport.ts';
import { leftOutRows } from '../../src/validation/leftOut.ts';
import { validationTable } from '../../src/validation/tables.ts';
import { type ValidationInput, validateCohort } from '../../src/validation/validateCohort.ts';
import { type PlantedCohort, plantedCohort } from '../support/featureCohort.ts';

const plan = { confidence: 0.95, resamples: 200, permutations: 99, probePermutations: 19, seed: 3 };

function validated(cohort: PlantedCohort, changes: Partial<ValidationInput> = {}): ValidationRecord {
  return validateCohort({ ...plantedCohort(cohort), featureArms: [], armNotes: {}, sitesFrom: 'roles', flow: [], plan, ...changes })!;
}

function row(record: ValidationRecord, statistic: string, arm: string, scope = 'brain'): { value: number; p?: number; low?: number; high?: number } {
  const finding = record.rows.find((one) => one.statistic === statistic && one.arm === arm && one.scope === scope)!.finding;
  if ('unavailable' in finding) throw new Error(`${statistic} of ${arm}: ${finding.unavailable}`);
  return finding;
}

function headline(record: ValidationRecord, which: 'batchRemoval' | 'preservation', arm: string): number {
  const { finding } = record.headlines[which].find((one) => one.arm === arm)!;
  return 'value' in finding ? finding.value : NaN;
}

describe('a planted site effect that is exactly taken out', () => {
  let record: ValidationRecord;
  beforeAll(() => {
    record = validated({ perSite: 16, shift: 1.5, spread: 1.4, ageEffect: 0.6 }, { featureArms: ['combat', 'covbat', 'shuffled-people', 'site-mean'] });
  }, 300_000);

  it('is found before and gone after: d, MMD, components', () => {
    expect(row(record, 'medianAbsCohenD', 'before').value).toBeGreaterThan(0.9);
    expect(row(record, 'medianAbsCohenD', 'harmonized').value).toBeLessThan(0.5);
    expect(row(record, 'mmd2', 'before').p).toBe(0.01);
    expect(row(record, 'mmd2', 'harmonized').p).toBeGreaterThan(0.05);
    expect(row(record, 'siteEtaSquared', 'before', 'brain PC1').value).toBeGreaterThan(0.4);
  });

  it('scores 0 for doing nothing and near 1 for the exact correction, within its interval', () => {
    expect(headline(record, 'batchRemoval', 'before')).toBe(0);
    const { finding } = record.headlines.batchRemoval.find(({ arm }) => arm === 'harmonized')!;
    expect(finding).toMatchObject({ value: expect.closeTo(0.95, 0) as number });
    expect('low' in finding && finding.low < 0.95 && finding.high! > 0.8).toBe(true);
    expect(headline(record, 'preservation', 'before')).toBe(1);
    expect(headline(record, 'preservation', 'harmonized')).toBeGreaterThan(0.85);
  });

  it('fails the preservation score where people are exchanged or averaged, and says what was lost', () => {
    const exposed = (arm: string): readonly string[] => record.arms.find((one) => one.arm === arm)!.exposed;
    expect(headline(record, 'preservation', 'shuffled-people')).toBeLessThan(0.5);
    expect(exposed('shuffled-people')).toEqual(expect.arrayContaining(['ORDER_LOST', 'IDENTITY_LOST', 'EFFECT_LOST']));
    expect(row(record, 'spreadRatio', 'site-mean').value).toBeCloseTo(0.0025, 6);
    expect(exposed('site-mean')).toContain('SPREAD_LOST');
    expect(headline(record, 'preservation', 'site-mean')).toBeLessThan(0.01);
  });

  it('tells the sites by both probe families before, better than 95 % of shuffled labels, and not by what ComBat on other people left', () => {
    const accuracy = (arm: string, model: string): number => {
      const { balancedAccuracy } = record.probes.find((one) => one.probe === 'output-trained' && one.scope === 'brain' && one.arm === arm && one.model === model)!;
      return 'value' in balancedAccuracy ? balancedAccuracy.value : NaN;
    };
    const shuffled = record.probes.find(({ probe, arm }) => probe === 'shuffled' && arm === 'before')!.balancedAccuracy;
    for (const model of ['logistic', 'forest']) {
      expect(accuracy('before', model)).toBeGreaterThan('high' in shuffled ? shuffled.high : NaN);
      expect(accuracy('combat', model)).toBeLessThan(0.7);
    }
    // shape was drawn alike for both sites: the floor is chance, so what is told before is excess
    const excess = record.excesses.find((one) => one.excess === 'image' && one.arm === 'before' && one.model === 'logistic')!.finding;
    expect('low' in excess && excess.low > 0).toBe(true);
  });

  it('keeps the planted effect of age at its size, sex at none, and the shuffled covariate near 1/n', () => {
    expect(row(record, 'effectRetained', 'harmonized', 'age').value).toBeCloseTo(1, 9);
    // kept in every draw, so shown; exchanged people keep it in next to none
    expect(row(record, 'effectEquivalence', 'harmonized', 'age').value).toBe(1 / 201);
    expect(record.rows.some(({ statistic }) => statistic === 'effectOfReference')).toBe(false); // nobody travelled
    expect(row(record, 'effectEquivalence', 'shuffled-people', 'age').value).toBeGreaterThan(0.9);
    expect(row(record, 'effectRetainedRaw', 'harmonized', 'age').value).toBeCloseTo(1 / 1.4, 9);
    expect(row(record, 'medianPartialR2', 'before', 'age').value).toBeGreaterThan(0.1);
    expect(row(record, 'shuffledPartialR2', 'before', 'age').value).toBeLessThan(0.1);
  });

  it('lists what is absent with its reason', () => {
    const reasons = Object.fromEntries(record.rows.filter(({ finding, arm }) => arm === 'cohort' && 'unavailable' in finding).map(({ item, finding }) => [item, 'unavailable' in finding && finding.unavailable]));
    expect(reasons).toMatchObject({ 'V-16': 'NEEDS_2000_SAMPLES', 'V-32': 'NO_INDEPENDENT_SEGMENTER', 'V-35': 'NO_LESION_MASKS' });
    expect(record.rows.filter(({ item }) => item === 'V-33').map(({ finding }) => finding)).toEqual([{ unavailable: 'NO_TRAVELERS' }]);
  });

  it('holds only numbers JSON can keep, and no p of 0; its table has every row', () => {
    const text = JSON.stringify(record, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? 'NOT FINITE' : value));
    expect(text).not.toContain('NOT FINITE');
    expect(text).not.toMatch(/"p":0[,}]/);
    expect(validationTable(record).split('\n').filter((line) => /^V-/.test(line)).length).toBe(record.rows.length + record.excesses.length);
  });
});

describe('input that allows less', () => {
  it('has no Mahalanobis distance where people vary along one line only, instead of an error', () => {
    const along = (shift: number): NumberTable => ({ rows: 2, columns: 2, values: Float64Array.of(1 + shift, 2, -1 + shift, -2) });
    expect(mahalanobis(along(0), along(5))).toBeNaN();
  });

  it.each([2, 3, 4])('computes what %i people a site allow, and ends', (perSite) => {
    const record = validated({ perSite, features: 8 });
    expect(record.rows.length).toBeGreaterThan(50);
  }, 180_000);

  it('withholds both scores where a site lost more scans than the limit, and only then', () => {
    const flow = (analysed: number): ValidationInput['flow'] => [{ site: 'b', found: 10, readable: 10, refused: { OOD_ANATOMY: 10 - analysed }, unmatched: 0, analysed }];
    const lost = validated({ perSite: 8, features: 8 }, { flow: flow(7) });
    for (const { finding } of [...lost.headlines.batchRemoval, ...lost.headlines.preservation]) expect(finding).toEqual({ unavailable: 'TOO_MANY_LEFT_OUT' });
    expect(lost.warnings[0]).toContain('more than 20 %');
    expect(validated({ perSite: 8, features: 8 }, { flow: flow(8) }).headlines.preservation[0]!.finding).toHaveProperty('value');
    expect(validated({ perSite: 8, features: 8 }, { flow: flow(7), mostLeftOut: 0.3 }).headlines.preservation[0]!.finding).toHaveProperty('value');
  }, 180_000);

  it('compares each of three sites with all the others, and none where there are two', () => {
    const { table, ...rest } = plantedCohort({ perSite: 10, features: 8, shift: 2 });
    const isThird = (subject: string): boolean => subject.startsWith('sub-A') && Number(subject.slice(5)) % 2 === 1;
    const record = validated({ perSite: 10 }, { ...rest, table: { ...table, scans: table.scans.map((scan) => ({ ...scan, site: isThird(scan.subject) ? 'C' : scan.site })) } });
    const against = (sites: string): number => {
      const found = record.rows.find((one) => one.sites === sites && one.statistic === 'medianAbsCohenD' && one.arm === 'before' && one.scope === 'brain')!.finding;
      return 'value' in found ? found.value : NaN;
    };
    // B alone was shifted; A and C are one population, half of whose rest is B
    expect(against('B|rest')).toBeGreaterThan(1.4);
    expect(against('A|rest')).toBeGreaterThan(0.4);
    expect(against('A|rest')).toBeLessThan(against('B|rest'));
    expect(validated({ perSite: 4, features: 8 }).rows.some(({ sites }) => sites.endsWith('|rest'))).toBe(false);
  }, 180_000);

  it('says whom the refusals took, cells of few people suppressed (S-22)', () => {
    const people = Array.from({ length: 20 }, (_, n) => ({ subject: `sub-${n}`, site: n < 14 ? 'a' : 'b', isAnalysed: n % 7 !== 0 }));
    const age = { name: 'age', kind: 'numeric', values: new Map(people.map(({ subject }, n) => [subject, 20 + n])) } as const;
    expect(leftOutRows(people, [age])).toEqual([
      { site: 'a', covariate: 'age', level: 'above 29.5', found: SUPPRESSED, share: SUPPRESSED },
      { site: 'a', covariate: 'age', level: 'up to 29.5', found: { value: 10 }, share: { value: 0.2 } },
      { site: 'b', covariate: 'age', level: 'above 29.5', found: { value: 6 }, share: { value: 1 / 6 } },
    ]);
  });

  it('gives the same record whatever the order of scans', () => {
    const cohort = plantedCohort({ perSite: 8, features: 8 });
    const order = shuffled(cohort.table.scans.map((_, n) => n), randomStream('order'));
    const width = cohort.table.features.length;
    const table: FeatureTable = {
      ...cohort.table, scans: order.map((n) => cohort.table.scans[n]!),
      values: Float64Array.from(order.flatMap((n) => Array.from(cohort.table.values.slice(n * width, (n + 1) * width)))),
    };
    const base = validated({ perSite: 8, features: 8 });
    expect(validated({ perSite: 8, features: 8 }, { table, pairs: [...cohort.pairs].reverse() })).toEqual(base);
  }, 180_000);

  it('one subject per site: describes, tests nothing, and says so', () => {
    const record = validated({ perSite: 1 });
    expect(record.headlines.batchRemoval[0]!.finding).toHaveProperty('unavailable');
    expect(record.probes).toEqual([]);
    expect(record.warnings.join(' ')).toContain('has 1 subject');
  });

  it('one site: no test between sites, quality still there', () => {
    const { table, ...rest } = plantedCohort({ perSite: 6 });
    const oneSite = { ...table, scans: table.scans.map((scan) => ({ ...scan, site: 'A' })) };
    const record = validated({ perSite: 6 }, { ...rest, table: oneSite });
    expect(record.rows.find(({ item }) => item === 'V-17')!.finding).toEqual({ unavailable: 'ONE_SITE' });
    expect(record.warnings[0]).toContain('One site only');
    expect(row(record, 'snr', 'before', 'all').value).toBeGreaterThan(0);
  });

  it('age that follows from the site: not identifiable, no preservation score', () => {
    const { covariates, ...rest } = plantedCohort({ perSite: 8 });
    const ages = new Map([...covariates.covariates[0]!.values.keys()].map((subject, n) => [subject, (subject.startsWith('sub-A') ? 20 : 70) + (n % 8)]));
    const record = validated({ perSite: 8 }, { ...rest, covariates: { sites: null, covariates: [{ name: 'age', kind: 'numeric', values: ages }] } });
    expect(record.design.identifiable).toBe(false);
    expect(record.design.confounding[0]).toMatchObject({ verdict: 'not identifiable', reason: 'NO_OVERLAP' });
    expect(record.headlines.preservation.every(({ finding }) => 'unavailable' in finding && finding.unavailable === 'NOT_IDENTIFIABLE')).toBe(true);
  });

  it('missing covariates, a constant feature and a gap: named, left out, the rest computed', () => {
    const { table, covariates, pairs } = plantedCohort({ perSite: 8, features: 12 });
    const values = table.values.slice();
    const width = table.features.length;
    for (let scan = 0; scan < table.scans.length; scan++) values[scan * width] = 7;
    values[5 * width + 1] = NaN;
    const ages = new Map([...covariates.covariates[0]!.values].map(([subject, age], n) => [subject, n === 0 ? null : (age as number)]));
    const record = validated({ perSite: 8 }, { table: { ...table, values }, pairs, covariates: { sites: null, covariates: [{ name: 'age', kind: 'numeric', values: ages }] } });
    const warnings = record.warnings.join(' ');
    expect(warnings).toContain('1 feature does not vary before and is left out: f0.');
    expect(warnings).toContain('1 feature is missing in at least one scan and left out everywhere: f1.');
    expect(warnings).toContain('not adjusted for: age');
    expect(new Set(record.features.map(({ feature }) => feature))).not.toContain('f0');
    expect(row(record, 'medianAbsCohenD', 'before').value).toBeGreaterThan(0.3);
  });

  it('people who travelled: their outputs agree with their own reference scans, before less so', () => {
    const record = validated({ perSite: 10, travelers: true, shift: 1.5 }, { featureArms: ['shuffled-people'] });
    expect(row(record, 'icc21', 'harmonized').value).toBeGreaterThan(0.98);
    expect(row(record, 'icc21', 'before').value).toBeLessThan(0.7);
    expect(row(record, 'icc31', 'before').value).toBeGreaterThan(0.98);
    expect(row(record, 'fingerprinting', 'harmonized').value).toBe(1);
    // both arms are drawn with the same people: the gain is surer than either
    const change = row(record, 'icc21Change', 'harmonized');
    expect(change.value).toBeCloseTo(row(record, 'icc21', 'harmonized').value - row(record, 'icc21', 'before').value, 12);
    expect(change.low!).toBeGreaterThan(0.1);
    expect(record.rows.some(({ statistic, arm }) => statistic === 'icc21Change' && arm === 'before')).toBe(false);
    // V-34 beside the truth that travellers are: exact outputs have its effects, exchanged people do not
    expect(row(record, 'effectOfReference', 'harmonized', 'age').value).toBeCloseTo(1, 1);
    expect(Math.abs(row(record, 'effectOfReference', 'shuffled-people', 'age').value)).toBeLessThan(0.7);
  });
});

describe('dharmExport', () => {
  it('gives one row a person, the batch in the second column, the same features in each arm', () => {
    const { table, covariates } = plantedCohort({ perSite: 5 });
    const pairs = dharmExport(table, covariates);
    expect(pairs.map(({ arm }) => arm)).toEqual(['before', 'harmonized']);
    const [before, after] = pairs.map(({ features }) => features.trim().split('\n'));
    expect(before!.length).toBe(11);
    expect(after![0]).toBe(before![0]);
    expect(pairs[0]!.covariates.split('\n')[0]).toBe('subject,batch,age,sex_M');
    expect(pairs[0]!.covariates.split('\n')[1]).toMatch(/^sub-B0,B,\d/);
  });
});
