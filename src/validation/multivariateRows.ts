import { standardDeviation } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import type { ValidationRow } from '../core/validationRecord.ts';
import { anova, detectableEffect } from '../metrics/cohort/groupTests.ts';
import { cubicKernel, gaussianKernel, type Kernel, medianDistance, mmd2 } from '../metrics/cohort/kernelDistances.ts';
import { columnOf, type NumberTable, pickColumns, pickRows } from '../metrics/cohort/matrix.ts';
import { frobeniusShift, mahalanobis } from '../metrics/cohort/multivariate.ts';
import { type Components, principalComponents, project } from '../metrics/cohort/pca.ts';
import { shuffled } from '../metrics/permutation.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { pearson } from '../metrics/spearman.ts';
import { type Cohort, rowsOfSite } from './cohortUnits.ts';
import { columnsOf, type FeatureScope } from './featureSets.ts';
import { found, rowsOf } from './findings.ts';
import type { ValidationPlan } from './plan.ts';
import { permutationP, permutedPairs, type SitePair, sitePairs } from './sitePairs.ts';

/** Axes and widths that are fixed before any arm is looked at: from the before table. */
export type Basis = Readonly<{ scope: FeatureScope; columns: readonly number[]; bandwidth: number; components: Components }>;

/** Components beyond these carry little variance and much noise. */
const COMPONENTS = 10;
const SUBSETS = 200;
/** Resampled people come twice, and a kernel sees the copies as one cluster. */
const COPIES = { withheld: 'COPIES_IN_DRAWS' } as const;

/** @returns null where the set has no usable feature */
export function basisOf(cohort: Cohort, scope: FeatureScope): Basis | null {
  const columns = columnsOf(cohort, scope);
  if (columns.length === 0) return null;
  const before = pickColumns(cohort.standard.get('before')!, columns);
  return { scope, columns, bandwidth: medianDistance(before), components: principalComponents(before, COMPONENTS) };
}

/** V-14, V-15, V-16 and V-18 of one arm. */
export function multivariateRows(cohort: Cohort, arm: string, basis: Basis, plan: ValidationPlan): ValidationRow[] {
  const table = pickColumns(cohort.standard.get(arm)!, basis.columns);
  const scores = project(table, basis.components);
  const kernels = { mmd2: gaussianKernel(table, basis.bandwidth), kid: cubicKernel(table) };
  return [
    ...sitePairs(cohort).flatMap((pair) => pairRows(cohort, { arm, basis, scores, kernels, pair }, plan)),
    ...componentRows(cohort, arm, basis, scores),
  ];
}

type PairTask = Readonly<{ arm: string; basis: Basis; scores: NumberTable; kernels: Readonly<Record<'mmd2' | 'kid', Kernel>>; pair: SitePair }>;

function pairRows(cohort: Cohort, { arm, basis: { scope }, scores, kernels, pair }: PairTask, plan: ValidationPlan): ValidationRow[] {
  const place = { arm, sites: pair.name, scope, n: pair.first.length + pair.second.length };
  const rows = [...pair.first, ...pair.second];
  const resamples = resamplesOf(rows.map((row) => cohort.units[row]!), plan);
  const draws = permutedPairs(cohort, pair, plan, plan.permutations);
  const detectable = detectableEffect(pair.first.length, pair.second.length);
  const tested = (statistic: (first: readonly number[], second: readonly number[]) => number, withInterval: boolean): ValidationRow['finding'] => {
    const observed = statistic(pair.first, pair.second);
    const split = (drawn: Int32Array): [number[], number[]] => {
      const [first, second]: [number[], number[]] = [[], []];
      for (const n of drawn) (n < pair.first.length ? first : second).push(rows[n]!);
      return [first, second];
    };
    const interval = withInterval ? intervalOf((drawn) => statistic(...split(drawn)), resamples, plan.confidence) : COPIES;
    return found(observed, { interval, p: permutationP(observed, draws.map(({ first, second }) => statistic(first, second))), detectable });
  };
  const between = (measure: (a: NumberTable, b: NumberTable) => number) => (first: readonly number[], second: readonly number[]): number => measure(pickRows(scores, first), pickRows(scores, second));
  return [
    ...rowsOf({ item: 'V-14', ...place }, { mahalanobis: tested(between(mahalanobis), true), frobenius: tested(between(frobeniusShift), true) }),
    ...rowsOf({ item: 'V-15', ...place }, { mmd2: tested((first, second) => mmd2(kernels.mmd2, first, second), false) }),
    ...rowsOf({ item: 'V-16', ...place }, { kid: withSubsetInterval(tested((first, second) => mmd2(kernels.kid, first, second), false), pair, kernels.kid, plan) }),
  ];
}

/** KID's usual interval: its spread over random halves of each site, scaled to all of it. Source: Bińkowski et al. 2018, §4. */
function withSubsetInterval(finding: ValidationRow['finding'], pair: SitePair, kernel: Kernel, plan: ValidationPlan): ValidationRow['finding'] {
  if (!('value' in finding) || Math.min(pair.first.length, pair.second.length) < 6) return finding;
  const random = randomStream(`${plan.seed}|subsets|${pair.name}`);
  const half = (rows: readonly number[]): number[] => shuffled(rows, random).slice(0, rows.length >> 1);
  const values = Array.from({ length: SUBSETS }, () => mmd2(kernel, half(pair.first), half(pair.second)));
  // a half has twice the variance of the whole
  const spread = standardDeviation(values) / Math.SQRT2;
  const { noInterval: _, ...rest } = finding;
  return { ...rest, low: finding.value - 1.96 * spread, high: finding.value + 1.96 * spread };
}

/** η² of site and its correlation with the first components, on the basis of before. */
function componentRows(cohort: Cohort, arm: string, { scope, components }: Basis, scores: NumberTable): ValidationRow[] {
  const columns = components.directions.slice(0, 4).map((_, c) => columnOf(scores, c));
  const groups = (values: Float64Array): number[][] => cohort.sites.map((site) => rowsOfSite(cohort, site).map((row) => values[row]!));
  const place = { item: 'V-18', arm, scope, n: cohort.units.length } as const;
  return [
    ...rowsOf(place, { maxSiteComponentCorrelation: found(Math.max(...columns.map((values) => siteCorrelation(cohort, values)))) }),
    ...columns.flatMap((values, c) => {
      const { etaSquared, p } = anova(groups(values));
      return rowsOf({ ...place, scope: `${scope} PC${c + 1}` }, { siteEtaSquared: found(etaSquared, { p }), explainedVariance: found(components.explained[c]!) });
    }),
  ];
}

/** Largest |r| of a component with belonging to a site. */
function siteCorrelation({ units, sites }: Cohort, values: Float64Array): number {
  return Math.max(...sites.map((site) => Math.abs(pearson(values, Float64Array.from(units, (unit) => (unit.site === site ? 1 : 0))))));
}
