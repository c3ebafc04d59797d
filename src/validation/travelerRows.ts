import { mean } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import type { ValidationRow } from '../core/validationRecord.ts';
import { icc21Value, icc31Value, linCcc, withinSubjectCv } from '../metrics/cohort/agreement.ts';
import { shuffled } from '../metrics/permutation.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { spearman } from '../metrics/spearman.ts';
import { type Cohort, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { absent, found, medianOf, rowsOf } from './findings.ts';
import { SLOW_DRAWS, type ValidationPlan } from './plan.ts';
import { permutationP } from './sitePairs.ts';

const LEAST_PEOPLE = 3;

/** V-33: people seen at a source site and at the reference: does each output agree with the same person's reference scan? */
export function travelerRows(cohort: Cohort, arm: string, plan: ValidationPlan): ValidationRow[] {
  const references = new Map(cohort.units.flatMap((unit, n) => (unit.role === 'reference' ? [[unit.subject, n] as const] : [])));
  const pairs = sourceRows(cohort).flatMap((row) => {
    const twin = references.get(cohort.units[row]!.subject);
    return twin === undefined ? [] : [{ row, twin, unit: cohort.units[row]! }];
  });
  if (pairs.length < LEAST_PEOPLE) return [absent('V-33', 'icc21', pairs.length === 0 ? 'NO_TRAVELERS' : 'FEW_SUBJECTS')];
  const columns = columnsOf(cohort, 'brain');
  const width = cohort.features.length;
  const table = cohort.standard.get(arm)!.values;
  const raw = cohort.arms.get(arm)!.values;
  const ratings = columns.map((column) => pairs.map(({ row, twin }) => [table[row * width + column]!, table[twin * width + column]!]));
  const resamples = resamplesOf(pairs.map(({ unit }) => unit), { ...plan, resamples: Math.min(plan.resamples, SLOW_DRAWS) });
  const overFeatures = (statistic: (own: readonly (readonly number[])[]) => number): ValidationRow['finding'] => {
    const median = (drawn: Int32Array): number => medianOf(ratings.map((feature) => statistic(Array.from(drawn, (n) => feature[n]!))));
    return found(median(resamples.everyone), { interval: intervalOf(median, resamples, plan.confidence) });
  };
  const first = (own: readonly (readonly number[])[]): number[] => own.map(([value]) => value!);
  const second = (own: readonly (readonly number[])[]): number[] => own.map(([, value]) => value!);
  const positive = columns.filter((column) => pairs.every(({ row, twin }) => raw[row * width + column]! > 0 && raw[twin * width + column]! > 0));
  const cv = positive.map((column) => withinSubjectCv(pairs.map(({ row, twin }) => [raw[row * width + column]!, raw[twin * width + column]!])));
  return rowsOf({ item: 'V-33', arm, scope: 'brain', n: pairs.length }, {
    icc21: overFeatures((own) => plainIcc(own, icc21Value)),
    icc31: overFeatures((own) => plainIcc(own, icc31Value)),
    linCcc: overFeatures((own) => linCcc(first(own), second(own))),
    withinSubjectCv: found(medianOf(cv), {}, 'NO_POSITIVE_FEATURES'),
    subjectOrder: orderFinding(ratings, plan),
    fingerprinting: fingerprinting(ratings, resamples, plan),
  });
}

/** An ICC of identical ratings has no error to divide by: it is 1. */
function plainIcc(own: readonly (readonly number[])[], icc: typeof icc21Value): number {
  return own.every(([a, b]) => a === b) ? 1 : icc(own);
}

/** Median over features of the rank correlation of people, with p over exchanged people. */
function orderFinding(ratings: readonly (readonly (readonly number[])[])[], plan: ValidationPlan): ValidationRow['finding'] {
  const statistic = (order: readonly number[]): number =>
    medianOf(ratings.map((feature) => spearman(feature.map(([a]) => a!), order.map((n) => feature[n]![1]!))));
  const people = ratings[0]!.map((_, n) => n);
  const observed = statistic(people);
  const random = randomStream(`${plan.seed}|order`);
  return found(observed, { p: permutationP(observed, Array.from({ length: Math.min(plan.permutations, 499) }, () => statistic(shuffled(people, random)))) });
}

/** Share of people whose nearest reference scan is their own. */
function fingerprinting(ratings: readonly (readonly (readonly number[])[])[], resamples: Parameters<typeof intervalOf>[1], plan: ValidationPlan): ValidationRow['finding'] {
  const people = ratings[0]!.length;
  const distance = (i: number, j: number): number => ratings.reduce((sum, feature) => sum + (feature[i]![0]! - feature[j]![1]!) ** 2, 0);
  const isOwn = Array.from({ length: people }, (_, i) => (Array.from({ length: people }, (__, j) => j).every((j) => j === i || distance(i, j) > distance(i, i)) ? 1 : 0));
  const statistic = (drawn: Int32Array): number => mean(Array.from(drawn, (n) => isOwn[n]!));
  return found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) });
}
