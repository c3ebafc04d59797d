import { randomStream } from '../core/random.ts';
import type { ValidationRow } from '../core/validationRecord.ts';
import { columnMeans, columnOf, type NumberTable, pickColumns, pickRows } from '../metrics/cohort/matrix.ts';
import { countsOf, drawnDistances, type DrawnDistances, type Ordered, ordered } from '../metrics/drawn.ts';
import { jsd } from '../metrics/jsd.ts';
import { ks } from '../metrics/ks.ts';
import { shuffled } from '../metrics/permutation.ts';
import { intervalFrom, type Resampled, type Resamples, resamplesOf } from '../metrics/resampling.ts';
import { wasserstein1, wasserstein1OfHistograms } from '../metrics/wasserstein1.ts';
import { type Cohort, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found, medianOf, rowsOf } from './findings.ts';
import type { ValidationPlan } from './plan.ts';
import { sitePairs } from './sitePairs.ts';

const HALVES = 100;

/** V-10: Wasserstein-1 and Jensen–Shannon distance of the sites' mean histograms; W1 in bins, of each region. */
export function histogramRows(cohort: Cohort, arm: string): ValidationRow[] {
  return [cohort.regions.inner, cohort.regions.whole].flatMap((region) => {
    const columns = cohort.features.flatMap((feature, n) => (feature.family === 'histogram' && feature.region === region ? [n] : []));
    if (columns.length === 0) return [];
    const table = pickColumns(cohort.arms.get(arm)!, columns);
    return sitePairs(cohort).flatMap(({ name, first, second }) => {
      const [a, b] = [columnMeans(pickRows(table, first)), columnMeans(pickRows(table, second))];
      return rowsOf({ item: 'V-10', arm, sites: name, scope: region, n: first.length + second.length }, {
        histogramWasserstein1: found(wasserstein1OfHistograms(a, b, 1), {}, 'NOT_MEASURED'),
        histogramJsd: found(jsd(a, b), {}, 'NOT_MEASURED'),
      });
    });
  });
}

const measures = { wasserstein1: 'normalizedGain', ks: 'normalizedGainKs' } as const;
type Measure = keyof typeof measures;

/**
 * V-21: median over features of the distance from the sources to the reference, its floor between random halves of the
 * reference, and the normalized gain 1 − (arm − floor)/(before − floor). Features are z-scored by the before table.
 */
export function referenceDistanceRows(cohort: Cohort, arm: string, plan: ValidationPlan): ValidationRow[] {
  const columns = columnsOf(cohort, cohort.regions.inner);
  const sources = sourceRows(cohort);
  const references = cohort.units.flatMap(({ role }, n) => (role === 'reference' ? [n] : []));
  const place = { item: 'V-21', arm, scope: cohort.regions.inner, n: sources.length + references.length } as const;
  if (columns.length === 0) return [];
  // sources, then references: what is drawn, then what stays
  const joined = (name: string): Ordered[] => columns.map((column) => {
    const values = columnOf(cohort.standard.get(name)!, column);
    return ordered(Float64Array.from([...sources, ...references], (row) => values[row]!));
  });
  const [before, after] = [joined('before'), joined(arm)];
  const resamples = resamplesOf(sources.map((row) => cohort.units[row]!), plan);
  const [distances, old] = [medianDistances(after, resamples, sources.length), medianDistances(before, resamples, sources.length)];
  return rowsOf(place, Object.assign({}, ...(Object.keys(measures) as Measure[]).map((measure) => {
    const floor = halvesFloor(after, sources.length, measure, plan);
    const gain = together(distances[measure], old[measure], (own, was) => 1 - (own - floor) / (was - floor));
    const estimated = (one: Resampled): ValidationRow['finding'] => found(one.value, { interval: intervalFrom(one, plan.confidence) });
    return {
      [`${measure}ToReference`]: estimated(distances[measure]),
      [`${measure}Floor`]: found(floor, {}, 'ONE_REFERENCE'),
      [measures[measure]]: !Number.isFinite(floor) ? { unavailable: 'ONE_REFERENCE' }
        : !(old[measure].value > floor) || Number.isNaN(distances[measure].value) ? { unavailable: 'BEFORE_AT_FLOOR' }
        : estimated(gain),
    };
  })) as Readonly<Record<string, ValidationRow['finding']>>);
}

/** Medians over features of both distances, of everyone and of every draw: each draw is looked at once. */
function medianDistances(features: readonly Ordered[], resamples: Resamples, sources: number): Readonly<Record<Measure, Resampled>> {
  const medians = (drawn: Int32Array): DrawnDistances => {
    const counts = countsOf(drawn, sources);
    const perFeature = features.map((feature) => drawnDistances(feature, counts));
    return { wasserstein1: medianOf(perFeature.map(({ wasserstein1: own }) => own)), ks: medianOf(perFeature.map(({ ks: own }) => own)) };
  };
  const [everyone, draws, leftOut] = [medians(resamples.everyone), resamples.draws.map(medians), resamples.leftOut.map(medians)];
  const of = (measure: Measure): Resampled => ({ value: everyone[measure], draws: draws.map((own) => own[measure]), leftOut: leftOut.map((own) => own[measure]) });
  return { wasserstein1: of('wasserstein1'), ks: of('ks') };
}

/** A statistic of two statistics, draw by draw. */
function together(a: Resampled, b: Resampled, of: (a: number, b: number) => number): Resampled {
  const each = (own: readonly number[], other: readonly number[]): number[] => own.map((value, n) => of(value, other[n]!));
  return { value: of(a.value, b.value), draws: each(a.draws, b.draws), leftOut: each(a.leftOut, b.leftOut) };
}

/** Mean over random halves of the reference of the median distance over features. */
function halvesFloor(features: readonly Ordered[], sources: number, measure: Measure, plan: ValidationPlan): number {
  const references = features.map(({ values }) => values.subarray(sources));
  const people = references[0]!.length;
  if (people < 4) return NaN;
  const random = randomStream(`${plan.seed}|halves`);
  const distance = measure === 'ks' ? ks : wasserstein1;
  const sortedAt = (values: Float64Array, rows: readonly number[]): Float64Array => Float64Array.from(rows, (row) => values[row]!).sort();
  let total = 0;
  for (let n = 0; n < HALVES; n++) {
    const order = shuffled(Array.from({ length: people }, (_, row) => row), random);
    const [one, other] = [order.slice(0, people >> 1), order.slice(people >> 1)];
    total += medianOf(references.map((values) => distance(sortedAt(values, one), sortedAt(values, other))));
  }
  return total / HALVES;
}

/** The z-scored table of a set, for drawing. */
export function scopeTable(cohort: Cohort, arm: string, columns: readonly number[]): NumberTable {
  return pickColumns(cohort.standard.get(arm)!, columns);
}
