import type { FeatureRow, ValidationRow } from '../core/validationRecord.ts';
import { cohenD, hedgesG, logVarianceRatio } from '../metrics/cohort/effectSizes.ts';
import { brownForsythe, detectableEffect, equivalence } from '../metrics/cohort/groupTests.ts';
import { designOf } from '../metrics/cohort/linearModel.ts';
import { columnMeans, columnOf, leastSquares, type NumberTable, pickColumns, pickRows, productOf } from '../metrics/cohort/matrix.ts';
import { benjaminiHochberg } from '../metrics/cohort/multipleTesting.ts';
import { randomIntercept } from '../metrics/cohort/randomIntercept.ts';
import { ks } from '../metrics/ks.ts';
import { intervalOf, resamplesOf, type Resamples } from '../metrics/resampling.ts';
import { wasserstein1 } from '../metrics/wasserstein1.ts';
import type { Cohort } from './cohortUnits.ts';
import type { FeatureScope } from './featureSets.ts';
import { found, medianOf, rowsOf, shareOf, valueOf } from './findings.ts';
import { LARGE_D, margins, type ValidationPlan } from './plan.ts';
import { permutationP, permutedPairs, type SitePair } from './sitePairs.ts';
import { permutedKs } from './permutedKs.ts';

/** What the feature rows of one arm are made from; features are z-scored, `residual` has the covariates taken out. */
export type FeatureTask = Readonly<{ cohort: Cohort; arm: string; table: NumberTable; residual: NumberTable; adjusters: readonly Float64Array[]; columns: readonly number[] }>;

/** V-11 to V-13 and V-20 of every feature between two sites. */
export function featureRows(task: FeatureTask, pair: SitePair, plan: ValidationPlan): FeatureRow[] {
  const { cohort, arm, columns } = task;
  const rows = [...pair.first, ...pair.second];
  const resamples = resamplesOf(rows.map((row) => cohort.units[row]!), plan);
  const ksDraws = permutedPairs(cohort, pair, plan, plan.permutations);
  const shares = explainedShares(task, pair);
  const drafts = columns.map((column, n) => oneFeature(task, { pair, column, resamples, ksDraws, r2: shares[n]! }, plan));
  const q = (of: (draft: (typeof drafts)[number]) => number): number[] => benjaminiHochberg(drafts.map(of));
  const [ksQ, spreadQ, equivalenceQ] = [q(({ ksP }) => ksP), q(({ spreadP }) => spreadP), q(({ equivalenceP }) => equivalenceP)];
  return drafts.map(({ row, ksD, ksP, spreadP, equivalenceP }, n) => ({
    ...row,
    arm,
    ks: found(ksD, { p: ksP, q: ksQ[n]! }),
    spreadTest: found(spreadP, { p: spreadP, q: spreadQ[n]! }),
    equivalence: found(equivalenceP, { p: equivalenceP, q: equivalenceQ[n]! }),
  }));
}

type Draft = Readonly<{ row: Omit<FeatureRow, 'arm' | 'ks' | 'spreadTest' | 'equivalence'>; ksD: number; ksP: number; spreadP: number; equivalenceP: number }>;
type FeatureContext = Readonly<{ pair: SitePair; column: number; resamples: Resamples; ksDraws: readonly Readonly<{ first: number[]; second: number[] }>[]; r2: Readonly<{ covariates: number; withSite: number }> }>;

function oneFeature({ cohort, table, residual }: FeatureTask, { pair, column, resamples, ksDraws, r2 }: FeatureContext, plan: ValidationPlan): Draft {
  const [raw, clean] = [columnOf(table, column), columnOf(residual, column)];
  const [a, b] = [pair.first.map((row) => clean[row]!), pair.second.map((row) => clean[row]!)];
  const ascending = (rows: readonly number[]): Float64Array => Float64Array.from(rows, (row) => raw[row]!).sort();
  const [sortedA, sortedB] = [ascending(pair.first), ascending(pair.second)];
  const ksD = ks(sortedA, sortedB);
  const joined = [...a, ...b];
  const interval = intervalOf((rows) => splitHedges(joined, rows, a.length), resamples, plan.confidence);
  const groups = [...pair.first.map(() => 0), ...pair.second.map(() => 1)];
  return {
    row: {
      feature: cohort.features[column]!.id,
      sites: pair.name,
      n: [a.length, b.length],
      cohenD: found(cohenD(a, b), {}, 'CONSTANT'),
      hedgesG: found(hedgesG(a, b), { interval, detectable: detectableEffect(a.length, b.length) }, 'CONSTANT'),
      logVarianceRatio: found(logVarianceRatio(a, b), {}, 'CONSTANT'),
      wasserstein1: found(wasserstein1(sortedA, sortedB)),
      iccBatch: found(joined.some((value) => value !== joined[0]) ? randomIntercept(joined, designOf(joined.length, []), groups).icc : NaN, {}, 'CONSTANT'),
      r2Covariates: found(r2.covariates, {}, 'NO_COVARIATES'),
      r2CovariatesBatch: found(r2.withSite, {}, 'CONSTANT'),
    },
    ksD,
    ksP: permutationP(ksD, permutedKs(raw, ksDraws)),
    spreadP: brownForsythe([a, b]).p,
    equivalenceP: equivalence(a, b, margins.equivalenceSd),
  };
}

/** R² of the covariates, and of covariates and site, for each column; the designs are solved once for all of them. */
function explainedShares({ table, adjusters, columns }: FeatureTask, { first, second }: SitePair): readonly Readonly<{ covariates: number; withSite: number }>[] {
  const rows = [...first, ...second];
  const y = pickColumns(pickRows(table, rows), columns);
  const covariates = adjusters.map((values) => Float64Array.from(rows, (row) => values[row]!));
  const site = rows.map((_, n) => (n < first.length ? 0 : 1));
  const [small, large] = [r2OfColumns(designOf(rows.length, covariates), y), r2OfColumns(designOf(rows.length, [...covariates, site]), y)];
  return columns.map((_, n) => ({ covariates: covariates.length === 0 ? NaN : small[n]!, withSite: large[n]! }));
}

function r2OfColumns(design: NumberTable, y: NumberTable): Float64Array {
  const predicted = productOf(design, leastSquares(design, y));
  const means = columnMeans(y);
  const [left, all] = [new Float64Array(y.columns), new Float64Array(y.columns)];
  y.values.forEach((value, n) => {
    left[n % y.columns]! += (value - predicted.values[n]!) ** 2;
    all[n % y.columns]! += (value - means[n % y.columns]!) ** 2;
  });
  return left.map((value, j) => 1 - value / all[j]!);
}

/** Hedges' g of drawn rows of `first`, `second` values laid end to end; in one pass, as it is drawn thousands of times. */
function splitHedges(values: readonly number[], rows: Int32Array, firstCount: number): number {
  let [n, sum, squares, m, sumB, squaresB] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const value = values[row]!;
    if (row < firstCount) {
      n++;
      sum += value;
      squares += value * value;
    } else {
      m++;
      sumB += value;
      squaresB += value * value;
    }
  }
  const pooled = (squares - (sum * sum) / n + squaresB - (sumB * sumB) / m) / (n + m - 2);
  // z-scored values: what is left of a constant is rounding
  return pooled > 1e-12 ? ((sum / n - sumB / m) / Math.sqrt(pooled)) * (1 - 3 / (4 * (n + m) - 9)) : NaN;
}

/** The medians and shares that stand for all features of a set, V-11 to V-13, V-20. */
export function summaryOfFeatures(features: readonly FeatureRow[], { arm, sites, scope, n }: Readonly<{ arm: string; sites: string; scope: FeatureScope; n: number }>): ValidationRow[] {
  const values = (of: (row: FeatureRow) => FeatureRow['ks']): number[] => features.map((row) => valueOf(of(row)));
  const q = (of: (row: FeatureRow) => FeatureRow['ks']): number[] => features.map((row) => ({ q: NaN, ...of(row) }).q);
  const d = values(({ cohenD: own }) => own).map(Math.abs);
  const icc = values(({ iccBatch }) => iccBatch);
  const [r2, r2Batch] = [values(({ r2Covariates }) => r2Covariates), values(({ r2CovariatesBatch }) => r2CovariatesBatch)];
  const isSignificant = (value: number): boolean => value < 0.05;
  return [
    ...rowsOf({ item: 'V-11', arm, sites, scope, n }, {
      medianKs: found(medianOf(values(({ ks: own }) => own))),
      shareKsSignificant: found(shareOf(q(({ ks: own }) => own), isSignificant)),
      shareEquivalent: found(shareOf(q(({ equivalence: own }) => own), isSignificant)),
    }),
    ...rowsOf({ item: 'V-12', arm, sites, scope, n }, {
      medianAbsCohenD: found(medianOf(d), { detectable: valueOrNothing(features[0]?.hedgesG) }),
      shareLargeD: found(shareOf(d, (value) => value >= LARGE_D)),
    }),
    ...rowsOf({ item: 'V-13', arm, sites, scope, n }, {
      medianAbsLogVarianceRatio: found(medianOf(values(({ logVarianceRatio: own }) => own).map(Math.abs))),
      shareSpreadSignificant: found(shareOf(q(({ spreadTest }) => spreadTest), isSignificant)),
    }),
    ...rowsOf({ item: 'V-20', arm, sites, scope, n }, {
      medianIccBatch: found(medianOf(icc)),
      medianR2Covariates: found(medianOf(r2), {}, 'NO_COVARIATES'),
      medianR2CovariatesBatch: found(medianOf(r2Batch)),
      medianDeltaR2Batch: found(medianOf(r2Batch.map((value, row) => value - (Number.isFinite(r2[row]!) ? r2[row]! : 0)))),
    }),
  ];
}

function valueOrNothing(finding: FeatureRow['hedgesG'] | undefined): number {
  return finding !== undefined && 'detectable' in finding ? (finding.detectable ?? NaN) : NaN;
}
