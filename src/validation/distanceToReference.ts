import { randomStream } from '../core/random.ts';
import type { ValidationRow } from '../core/validationRecord.ts';
import { columnMeans, columnOf, type NumberTable, pickColumns, pickRows } from '../metrics/cohort/matrix.ts';
import { jsd } from '../metrics/jsd.ts';
import { ks } from '../metrics/ks.ts';
import { shuffled } from '../metrics/permutation.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { wasserstein1, wasserstein1OfHistograms } from '../metrics/wasserstein1.ts';
import { type Cohort, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found, medianOf, rowsOf, valueOf } from './findings.ts';
import { SLOW_DRAWS, type ValidationPlan } from './plan.ts';
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

type Distance = (a: Float64Array, b: Float64Array) => number;

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
  const valuesIn = (name: string): Float64Array[] => columns.map((column) => columnOf(cohort.standard.get(name)!, column));
  const [before, after] = [valuesIn('before'), valuesIn(arm)];
  const resamples = resamplesOf(sources.map((row) => cohort.units[row]!), { ...plan, resamples: Math.min(plan.resamples, SLOW_DRAWS) });
  const measured = (id: 'wasserstein1' | 'ks', distance: Distance): Readonly<Record<string, ValidationRow['finding']>> => {
    const own = after.map((values) => sortedAt(values, references));
    const old = before.map((values) => sortedAt(values, references));
    const median = (features: readonly Float64Array[], reference: readonly Float64Array[]) => (drawn: Int32Array): number =>
      medianOf(features.map((values, j) => distance(sortedAt(values, Array.from(drawn, (n) => sources[n]!)), reference[j]!)));
    const floor = halvesFloor(before, references, distance, plan);
    const gain = (drawn: Int32Array): number => 1 - (median(after, own)(drawn) - floor) / (median(before, old)(drawn) - floor);
    const isApart = median(before, old)(resamples.everyone) > floor;
    const distanceFinding = found(median(after, own)(resamples.everyone), { interval: intervalOf(median(after, own), resamples, plan.confidence) });
    return {
      [`${id}ToReference`]: distanceFinding,
      [`${id}Floor`]: found(floor, {}, 'ONE_REFERENCE'),
      [id === 'wasserstein1' ? 'normalizedGain' : 'normalizedGainKs']: !Number.isFinite(floor) ? { unavailable: 'ONE_REFERENCE' }
        : !isApart || Number.isNaN(valueOf(distanceFinding)) ? { unavailable: 'BEFORE_AT_FLOOR' }
        : found(gain(resamples.everyone), { interval: intervalOf(gain, resamples, plan.confidence) }),
    };
  };
  return rowsOf(place, { ...measured('wasserstein1', wasserstein1), ...measured('ks', ks) });
}

function sortedAt(values: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!).sort();
}

/** Mean over random halves of the reference of the median distance over features. */
function halvesFloor(features: readonly Float64Array[], references: readonly number[], distance: Distance, plan: ValidationPlan): number {
  if (references.length < 4) return NaN;
  const random = randomStream(`${plan.seed}|halves`);
  let total = 0;
  for (let n = 0; n < HALVES; n++) {
    const order = shuffled(references, random);
    const middle = order.length >> 1;
    total += medianOf(features.map((values) => distance(sortedAt(values, order.slice(0, middle)), sortedAt(values, order.slice(middle)))));
  }
  return total / HALVES;
}

/** The z-scored table of a set, for drawing. */
export function scopeTable(cohort: Cohort, arm: string, columns: readonly number[]): NumberTable {
  return pickColumns(cohort.standard.get(arm)!, columns);
}
