import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { randomStream } from '../../src/core/random.ts';
import { chiSquaredSf, fisherSf, normalCdf, studentSf } from '../../src/metrics/cohort/distributions.ts';
import { cohenD, hedgesG, logVarianceRatio, standardizedMeanDifference } from '../../src/metrics/cohort/effectSizes.ts';
import { anova, brownForsythe, chiSquared, detectableEffect, equivalence, fisherExact, kruskalWallis } from '../../src/metrics/cohort/groupTests.ts';
import { cubicKernel, frechetDistance, gaussianKernel, mmd2 } from '../../src/metrics/cohort/kernelDistances.ts';
import { compareNested, designOf, fitLinear } from '../../src/metrics/cohort/linearModel.ts';
import { columnOf, rowOf, tableOf } from '../../src/metrics/cohort/matrix.ts';
import { benjaminiHochberg, holm } from '../../src/metrics/cohort/multipleTesting.ts';
import { frobeniusShift, mahalanobis, shrunkenCovariance } from '../../src/metrics/cohort/multivariate.ts';
import { principalComponents, project } from '../../src/metrics/cohort/pca.ts';
import { randomIntercept } from '../../src/metrics/cohort/randomIntercept.ts';
import { auc } from '../../src/metrics/cohort/rocCurve.ts';
import { fitKernelLogistic, logOdds } from '../../src/metrics/probes/kernelLogistic.ts';
import { linearKernel } from '../../src/metrics/probes/logisticLearner.ts';
import { pearson, spearman } from '../../src/metrics/spearman.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';

const random = randomStream('cohort statistics oracle');
const normals = (count: number, shift = 0, scale = 1): number[] => Array.from({ length: count }, () => shift + scale * random.nextNormal());
const [a, b, c] = [normals(12), normals(15, 0.3, 1.6), normals(9, -0.2, 0.7)];
const x = Array.from({ length: 20 }, () => normals(5));
const y = Array.from({ length: 16 }, () => normals(5, 0.6, 1.4));
const both = [...x, ...y];
const groups = both.map((_, n) => n % 4);
both.forEach((row, n) => (row[0]! += 0.9 * Math.sin(groups[n]!)));
const counts = [[8, 3, 5], [2, 9, 6]];
const p = [0.001, 0.04, 0.03, 0.5, 0.2, 0.04];
const rounded = (values: readonly number[]): number[] => values.map((value) => Math.round(value * 10) / 10);

describeWithOracle('cohort statistics against scipy, statsmodels and scikit-learn', ['scipy', 'statsmodels', 'sklearn'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
  let theirs: Record<string, number | number[]>;
  const expectClose = (name: string, ours: number | readonly number[], tolerance: number): void => {
    const expected = [theirs[name]!].flat();
    const got = [ours].flat();
    expect(got.length, name).toBe(expected.length);
    got.forEach((value, n) => expect(Math.abs(value - expected[n]!), `${name}[${n}]: ${value}, expected ${expected[n]}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[n]!))));
  };
  beforeAll(async () => {
    const path = join(folder, 'given.json');
    writeFileSync(path, JSON.stringify({ a, b, c, x, y, counts, groups }));
    theirs = (await runOracle('cohort_statistics.py', [path])) as Record<string, number | number[]>;
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  const [tx, ty, tb] = [tableOf(x), tableOf(y), tableOf(both)];
  const [first, second] = [x.map((_, n) => n), y.map((_, n) => x.length + n)];

  it('distribution functions agree to 1e-11', () => {
    expectClose('sf', [studentSf(1.7, 9), studentSf(-0.3, 4.5), fisherSf(2.5, 3, 40), fisherSf(0.2, 1, 7.5), chiSquaredSf(9.1, 4), normalCdf(-3.1), normalCdf(0.4)], 1e-11);
  });

  it('tests between groups agree to 1e-9', () => {
    const pair = ({ statistic, p: value }: { statistic: number; p: number }): number[] => [statistic, value];
    expectClose('anova', pair(anova([a, b, c])), 1e-9);
    expectClose('brownForsythe', pair(brownForsythe([a, b, c])), 1e-9);
    // rounded, so that there are ties
    expectClose('kruskalWallis', pair(kruskalWallis([a, b, c].map(rounded))), 1e-9);
    const table = chiSquared(counts);
    expectClose('chiSquared', [...pair(table), table.cramersV], 1e-9);
    expectClose('fisher', fisherExact(3, 9, 11, 4), 1e-9);
    expectClose('equivalence', equivalence(a, b, 0.8), 1e-9);
    // ours is the usual sum of two quantiles, theirs inverts the noncentral t: 2 % apart at 20 and 30 people
    expectClose('detectable', detectableEffect(20, 30), 0.02);
    expectClose('bh', benjaminiHochberg(p), 1e-12);
    expectClose('holm', holm(p), 1e-12);
  });

  it('effect sizes and correlations agree to 1e-10', () => {
    expectClose('cohenD', cohenD(a, b), 1e-10);
    expectClose('hedgesG', hedgesG(a, b), 1e-10);
    expectClose('logVarianceRatio', logVarianceRatio(a, b), 1e-10);
    expectClose('smd', standardizedMeanDifference(a, b), 1e-10);
    expectClose('pearson', pearson(a.slice(0, 9), b.slice(0, 9)), 1e-10);
    expectClose('spearman', spearman(rounded(a).slice(0, 9), rounded(b).slice(0, 9)), 1e-10);
    expectClose('auc', auc(second.map((n) => both[n]![0]!), first.map((n) => both[n]![0]!)).value, 1e-10);
  });

  it('multivariate distances agree to 1e-9', () => {
    const { covariance, shrinkage } = shrunkenCovariance(tx);
    expectClose('ledoitWolf', [shrinkage, covariance.values[0]!, covariance.values[1]!], 1e-9);
    expectClose('mahalanobis', mahalanobis(tx, ty), 1e-9);
    expectClose('frobenius', frobeniusShift(tx, ty), 1e-9);
    expectClose('mmd2', mmd2(gaussianKernel(tb, 1.7), first, second), 1e-9);
    expectClose('kid', mmd2(cubicKernel(tb), first, second), 1e-9);
    expectClose('frechet', frechetDistance(tx, ty), 1e-8);
    const components = principalComponents(tb, 3);
    expectClose('pca', [...components.explained, ...rowOf(project(tb, components), 0).map(Math.abs)], 1e-9);
  });

  it('linear and mixed models agree: 1e-9, and 1e-5 where both search', () => {
    const design = designOf(both.length, [columnOf(tb, 1), columnOf(tb, 2)]);
    const outcome = columnOf(tb, 0);
    const small = fitLinear(design, outcome);
    const label = Float64Array.from(both, (_, n) => (n < x.length ? 0 : 1));
    const { f, p: value } = compareNested(small, fitLinear(designOf(both.length, [columnOf(tb, 1), columnOf(tb, 2), label]), outcome), both.length);
    expectClose('linear', [small.r2, ...small.coefficients, f, value], 1e-9);
    const { between, within, logLikelihood } = randomIntercept(outcome, design, groups);
    // the likelihood is flat at its top: both searches stop within 1e-4 of it
    expectClose('mixed', [between, within, logLikelihood], 1e-4);
  });

  it('logistic regression on the kernel gives the decision function of the features, weak and strong', () => {
    const kernel = linearKernel(tb);
    const classes = both.map((_, n): 0 | 1 => (n < x.length ? 0 : 1));
    for (const strength of [0.1, 10]) {
      const model = fitKernelLogistic(kernel, both.map((_, n) => n), classes, strength);
      expectClose(`logistic${strength}`, [0, 1, 2, 3, 4, 5].map((row) => logOdds(kernel, model, row)), 1e-5);
    }
  });
});
