import type { Finding, Headline } from '../core/validationRecord.ts';
import { pickColumns } from '../metrics/cohort/matrix.ts';
import { project } from '../metrics/cohort/pca.ts';
import { halvesInterval } from '../metrics/resampling.ts';
import { adjusted } from './covariates.ts';
import { batchMetrics, type BatchTask, batchTask } from './batchMetrics.ts';
import type { Cohort } from './cohortUnits.ts';
import { found, type IntervalOrReason, medianOf } from './findings.ts';
import type { Basis } from './multivariateRows.ts';
import { type BatchMetric, batchWeights, HALF_DRAWS, LEAST_WEIGHT, type ValidationPlan } from './plan.ts';
import { permutedPairs, type SitePair, sitePairs } from './sitePairs.ts';

const metrics = Object.keys(batchWeights) as BatchMetric[];
/** Shuffled labels whose median is the floor of each metric: what no method can be asked to go below. */
const FLOOR_DRAWS = 199;

type Prepared = Readonly<{ pair: SitePair; before: BatchTask; after: BatchTask; floor: Readonly<Record<BatchMetric, number>> }>;

/**
 * First headline: how much of the site is gone, over the eight weighted metrics of validation.md §11. Each metric scores
 * 1 − (arm − floor)/(before − floor), held within −1…1: 1 as if labels were shuffled, 0 as before, below 0 harm.
 * Several sites: the mean over pairs.
 */
export function batchHeadline(cohort: Cohort, arm: string, basis: Basis, adjusters: readonly Float64Array[], plan: ValidationPlan): Headline {
  const sites = cohort.units.map(({ site }) => site);
  const taskOf = (name: string): BatchTask => {
    const table = cohort.standard.get(name)!;
    return batchTask(adjusted(pickColumns(table, basis.columns), sites, adjusters), basis.columns.map((_, n) => n), project(pickColumns(table, basis.columns), basis.components));
  };
  const [before, after] = [taskOf('before'), taskOf(arm)];
  const prepared = sitePairs(cohort).map((pair): Prepared => ({ pair, before, after, floor: floorOf(cohort, pair, after, plan) }));
  if (prepared.length === 0) return { arm, finding: { unavailable: 'ONE_SITE' }, parts: [] };
  const everyone = Int32Array.from(cohort.units, (_, n) => n);
  const observed = scoresAt(prepared, everyone);
  const parts = metrics.map((statistic) => ({
    statistic,
    weight: batchWeights[statistic],
    raw: found(meanOver(prepared.map(({ pair, after: task }) => batchMetrics(task, pair.first, pair.second)[statistic]))),
    score: found(observed[statistic], {}, 'BEFORE_AT_FLOOR'),
  }));
  return { arm, parts, finding: weightedFinding(observed, batchWeights, () => clipped(halvesInterval((rows) => weightedMean(scoresAt(prepared, rows), batchWeights), cohort.units, { ...plan, halves: HALF_DRAWS }))) };
}

/** The score itself cannot leave −1…1. */
function clipped(interval: IntervalOrReason): IntervalOrReason {
  return 'low' in interval ? { low: Math.max(-1, interval.low), high: Math.min(1, interval.high) } : interval;
}

function floorOf(cohort: Cohort, pair: SitePair, task: BatchTask, plan: ValidationPlan): Record<BatchMetric, number> {
  const draws = permutedPairs(cohort, pair, plan, Math.min(plan.permutations, FLOOR_DRAWS)).map(({ first, second }) => batchMetrics(task, first, second));
  return Object.fromEntries(metrics.map((metric) => [metric, medianOf(draws.map((values) => values[metric]))])) as Record<BatchMetric, number>;
}

function scoresAt(prepared: readonly Prepared[], rows: Int32Array): Record<BatchMetric, number> {
  const perPair = prepared.map(({ pair, before, after, floor }) => {
    const [isFirst, isSecond] = [new Set(pair.first), new Set(pair.second)];
    const first = rows.filter((row) => isFirst.has(row));
    const second = rows.filter((row) => isSecond.has(row));
    const [old, own] = [batchMetrics(before, first, second), batchMetrics(after, first, second)];
    return Object.fromEntries(metrics.map((metric) => {
      const room = old[metric] - floor[metric];
      // a metric that before is as good as shuffled labels has no room to improve
      return [metric, room > 0.02 ? scoreOf(own[metric] - floor[metric], room) : NaN];
    })) as Record<BatchMetric, number>;
  });
  return Object.fromEntries(metrics.map((metric) => [metric, meanOver(perPair.map((scores) => scores[metric]))])) as Record<BatchMetric, number>;
}

/** 0 as before, 1 at the floor; the same numbers summed in another order are the same. */
function scoreOf(left: number, room: number): number {
  const score = Math.max(-1, Math.min(1, 1 - left / room));
  return Math.abs(score) < 1e-12 ? 0 : score;
}

function meanOver(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** Mean of the finite scores by their weights; NaN where too little of the weight was measured. */
export function weightedMean(scores: Readonly<Record<string, number>>, weights: Readonly<Record<string, number>>): number {
  let [sum, total, all] = [0, 0, 0];
  for (const [name, weight] of Object.entries(weights)) {
    all += weight;
    if (!Number.isFinite(scores[name])) continue;
    sum += weight * scores[name]!;
    total += weight;
  }
  return total >= LEAST_WEIGHT * all ? sum / total : NaN;
}

/** A headline from its scores; `interval` is only asked where there is a value. */
export function weightedFinding(scores: Readonly<Record<string, number>>, weights: Readonly<Record<string, number>>, interval: () => IntervalOrReason): Finding {
  const value = weightedMean(scores, weights);
  return Number.isFinite(value) ? found(value, { interval: interval() }) : { unavailable: 'TOO_LITTLE_MEASURED' };
}
