import { randomStream } from '../core/random.ts';
import type { ValidationRow } from '../core/validationRecord.ts';
import { columnMeans, columnOf, type NumberTable, pickColumns, pickRows } from '../metrics/cohort/matrix.ts';
import { countsOf, drawnDistances, type Ordered, ordered } from '../metrics/drawn.ts';
import { jsd } from '../metrics/jsd.ts';
import { ks } from '../metrics/ks.ts';
import { shuffled } from '../metrics/permutation.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { wasserstein1, wasserstein1OfHistograms } from '../metrics/wasserstein1.ts';
import { type Cohort, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found, medianOf, rowsOf, valueOf } from './findings.ts';
import type { ValidationPlan } from './plan.ts';
import { sitePairs } from './sitePairs.ts';

const HALVES = 100;

/** V-10: Wasserstein-1 and Jensen–Shannon distance of the sites' mean histograms; W1 in bins, `region` brain or head. */
export function histogramRows(cohort: Cohort, arm: string): ValidationRow[] {
  return (['brain', 'head'] as const).flatMap((region) => {
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
  const columns = columnsOf(cohort, 'brain');
  const sources = sourceRows(cohort);
  const references = cohort.units.flatMap(({ role }, n) => (role === 'reference' ? [n] : []));
  const place = { item: 'V-21', arm, scope: 'brain', n: sources.length + references.length } as const;
  if (columns.length === 0) return [];
  // sources, then references: what is drawn, then what stays
  const joined = (name: string): Ordered[] => columns.map((column) => {
    const values = columnOf(cohort.standard.get(name)!, column);
    return ordered(Float64Array.from([...sources, ...references], (row) => values[row]!));
  });
  const [before, after] = [joined('before'), joined(arm)];
  const resamples = resamplesOf(sources.map((row) => cohort.units[row]!), plan);
  const median = (features: readonly Ordered[], measure: Measure) => (drawn: Int32Array): number => {
    const counts = countsOf(drawn, sources.length);
    return medianOf(features.map((feature) => drawnDistances(feature, counts)[measure]));
  };
  const measured = (measure: Measure): Readonly<Record<string, ValidationRow['finding']>> => {
    const [distance, old] = [median(after, measure), median(before, measure)];
    const floor = halvesFloor(after, sources.length, measure, plan);
    const gain = (drawn: Int32Array): number => 1 - (distance(drawn) - floor) / (old(drawn) - floor);
    const own = found(distance(resamples.everyone), { interval: intervalOf(distance, resamples, plan.confidence) });
    return {
      [`${measure}ToReference`]: own,
      [`${measure}Floor`]: found(floor, {}, 'ONE_REFERENCE'),
      [measures[measure]]: !Number.isFinite(floor) ? { unavailable: 'ONE_REFERENCE' }
        : !(old(resamples.everyone) > floor) || Number.isNaN(valueOf(own)) ? { unavailable: 'BEFORE_AT_FLOOR' }
        : found(gain(resamples.everyone), { interval: intervalOf(gain, resamples, plan.confidence) }),
    };
  };
  return rowsOf(place, { ...measured('wasserstein1'), ...measured('ks') });
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
