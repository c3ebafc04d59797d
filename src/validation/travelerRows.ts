import { mean } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import type { Finding, ValidationRow } from '../core/validationRecord.ts';
import { withinSubjectCv } from '../metrics/cohort/agreement.ts';
import { columnOf } from '../metrics/cohort/matrix.ts';
import { countsOf, drawnAgreement, type DrawnAgreement } from '../metrics/drawn.ts';
import { shuffled } from '../metrics/permutation.ts';
import { midRanks } from '../metrics/ranks.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { pearson } from '../metrics/spearman.ts';
import { type Cohort, referenceScans, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { absent, found, medianOf, rowsOf } from './findings.ts';
import type { ValidationPlan } from './plan.ts';
import { permutationP } from './sitePairs.ts';

const LEAST_PEOPLE = 3;

/**
 * V-33: people seen at a source site and at the reference: does each output agree with the same person's reference scan?
 * `…Change` is after less before, its interval from the same draws of people in both.
 */
export function travelerRows(cohort: Cohort, arm: string, plan: ValidationPlan): ValidationRow[] {
  const references = referenceScans(cohort);
  const pairs = sourceRows(cohort).flatMap((row) => {
    const twin = references.get(cohort.units[row]!.subject);
    return twin === undefined ? [] : [{ row, twin, unit: cohort.units[row]! }];
  });
  // said once, not once an arm
  if (pairs.length < LEAST_PEOPLE) return arm === 'before' ? [absent('V-33', 'icc21', pairs.length === 0 ? 'NO_TRAVELERS' : 'FEW_SUBJECTS')] : [];
  const columns = columnsOf(cohort, cohort.regions.inner);
  const ratingsOf = (name: string): Rating[] => columns.map((column) => {
    const values = columnOf(cohort.standard.get(name)!, column);
    return { output: Float64Array.from(pairs, ({ row }) => values[row]!), truth: Float64Array.from(pairs, ({ twin }) => values[twin]!) };
  });
  const [before, after] = [ratingsOf('before'), ratingsOf(arm)];
  const resamples = resamplesOf(pairs.map(({ unit }) => unit), plan);
  const median = (ratings: readonly Rating[], measure: keyof DrawnAgreement, drawn: Int32Array): number => {
    const counts = countsOf(drawn, pairs.length);
    return medianOf(ratings.map(({ output, truth }) => drawnAgreement(output, truth, counts)[measure]));
  };
  const measured = (statistic: (drawn: Int32Array) => number): Finding => found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) });
  return rowsOf({ item: 'V-33', arm, scope: cohort.regions.inner, n: pairs.length }, {
    ...Object.fromEntries(agreements.map((measure) => [measure, measured((drawn) => median(after, measure, drawn))])),
    // the same people are drawn in both arms: what one draw does to both cancels
    ...(arm === 'before' ? {} : Object.fromEntries(agreements.map((measure) => [`${measure}Change`, measured((drawn) => median(after, measure, drawn) - median(before, measure, drawn))]))),
    withinSubjectCv: found(withinSubject(cohort, arm, columns, pairs), {}, 'NO_POSITIVE_FEATURES'),
    subjectOrder: orderFinding(after, plan),
    fingerprinting: fingerprinting(after, measured),
  });
}

const agreements = ['icc21', 'icc31', 'linCcc', 'betweenWithinRatio'] as const satisfies readonly (keyof DrawnAgreement)[];
/** One feature of the travelling people: of their outputs, and of their own reference scans. */
type Rating = Readonly<{ output: Float64Array; truth: Float64Array }>;

/** Median over features that are positive in everybody: the others have no coefficient of variation. */
function withinSubject(cohort: Cohort, arm: string, columns: readonly number[], pairs: readonly Readonly<{ row: number; twin: number }>[]): number {
  const ratings = columns.map((column) => {
    const values = columnOf(cohort.arms.get(arm)!, column);
    return pairs.map(({ row, twin }) => [values[row]!, values[twin]!]);
  });
  return medianOf(ratings.filter((people) => people.every(([a, b]) => a! > 0 && b! > 0)).map(withinSubjectCv));
}

/** Median over features of the rank correlation of people, with p over exchanged people. */
function orderFinding(ratings: readonly Rating[], plan: ValidationPlan): Finding {
  const people = Array.from(ratings[0]!.output, (_, n) => n);
  const ranks = ratings.map(({ output, truth }) => ({ output: midRanks(output), truth: midRanks(truth) }));
  const statistic = (order: readonly number[]): number => medianOf(ranks.map(({ output, truth }) => pearson(output, order.map((n) => truth[n]!))));
  const observed = statistic(people);
  const random = randomStream(`${plan.seed}|order`);
  return found(observed, { p: permutationP(observed, Array.from({ length: plan.permutations }, () => statistic(shuffled(people, random)))) });
}

/** Share of people whose nearest reference scan is their own. */
function fingerprinting(ratings: readonly Rating[], measured: (statistic: (drawn: Int32Array) => number) => Finding): Finding {
  const people = Array.from(ratings[0]!.output, (_, n) => n);
  const distance = (i: number, j: number): number => ratings.reduce((sum, { output, truth }) => sum + (output[i]! - truth[j]!) ** 2, 0);
  const isOwn = people.map((i) => (people.every((j) => j === i || distance(i, j) > distance(i, i)) ? 1 : 0));
  return measured((drawn) => mean(Array.from(drawn, (n) => isOwn[n]!)));
}
