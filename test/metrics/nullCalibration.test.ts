import { describe, expect, it } from 'vitest';

import { mean, standardDeviation } from '../../src/core/moments.ts';
import { randomStream } from '../../src/core/random.ts';
import { gaussianKernel, medianDistance, mmd2 } from '../../src/metrics/cohort/kernelDistances.ts';
import { tableOf } from '../../src/metrics/cohort/matrix.ts';
import { auc, crossValidatedInterval } from '../../src/metrics/cohort/rocCurve.ts';
import { crossValidate } from '../../src/metrics/probes/crossValidation.ts';
import { linearKernel, logisticLearner } from '../../src/metrics/probes/logisticLearner.ts';
import { permuteSites } from '../../src/metrics/siteLabels.ts';

const unitsOf = (perSite: number): { subject: string; site: string }[] =>
  Array.from({ length: 2 * perSite }, (_, n) => ({ subject: `s${n}`, site: n < perSite ? 'A' : 'B' }));
const rowsOf = (labels: readonly string[], site: string): number[] => labels.flatMap((label, n) => (label === site ? [n] : []));

describe('nothing to find', () => {
  it('gives permutation p that are uniform: KS of 200 of them below its 5 % limit, and 2 to 9 % below .05', () => {
    const p = Array.from({ length: 200 }, (_, run) => {
      const random = randomStream(`null${run}`);
      const units = unitsOf(12);
      const table = tableOf(units.map(() => Array.from({ length: 6 }, random.nextNormal)));
      const kernel = gaussianKernel(table, medianDistance(table));
      const statistic = (labels: readonly string[]): number => mmd2(kernel, rowsOf(labels, 'A'), rowsOf(labels, 'B'));
      const observed = statistic(units.map(({ site }) => site));
      const reached = Array.from({ length: 99 }, () => statistic(permuteSites(units, random))).filter((value) => value >= observed).length;
      return (1 + reached) / 100;
    }).sort((a, b) => a - b);
    const distance = Math.max(...p.map((value, n) => Math.abs((n + 1) / p.length - value)));
    expect(distance).toBeLessThan(1.36 / Math.sqrt(p.length));
    const significant = p.filter((value) => value <= 0.05).length / p.length;
    expect(significant).toBeGreaterThan(0.02);
    expect(significant).toBeLessThan(0.09);
    expect(p[0]).toBeGreaterThanOrEqual(0.01);
  });

  it('gives an interval of held-out AUC that covers .5 in at least 93 % of 200 cohorts, where DeLong’s does not', () => {
    const perSite = 10;
    const rows = unitsOf(perSite).map((_, n) => n);
    const areaOf = (table: ReturnType<typeof tableOf>, labels: readonly string[], key: string): ReturnType<typeof auc> => {
      const units = unitsOf(perSite).map((unit, n) => ({ ...unit, site: labels[n]! }));
      const scores = crossValidate({ units, sites: ['A', 'B'], trainRows: rows, testRows: { same: rows }, folds: 3 }, logisticLearner(linearKernel(table)), key)['same']!;
      const of = (site: string): number[] => units.flatMap((unit, n) => (unit.site === site ? [scores[n]![1]!] : []));
      return auc(of('B'), of('A'));
    };
    const sites = unitsOf(perSite).map(({ site }) => site);
    // as in a run: each cohort has the shuffled labels of its own people
    const intervals = Array.from({ length: 200 }, (_, cohort) => {
      const random = randomStream(`cohort ${cohort}`);
      const table = tableOf(rows.map(() => Array.from({ length: 4 }, random.nextNormal)));
      const nulls = Array.from({ length: 19 }, (__, n) => areaOf(table, permuteSites(unitsOf(perSite), random), `${cohort} null ${n}`).value);
      const area = areaOf(table, sites, `${cohort}`);
      return { plain: area, wide: crossValidatedInterval(area, perSite, perSite, { mean: mean(nulls), spread: standardDeviation(nulls), draws: nulls.length }, 0.95) };
    });
    const covering = (of: readonly { low: number; high: number }[]): number => of.filter(({ low, high }) => low <= 0.5 && high >= 0.5).length / of.length;
    expect(covering(intervals.map(({ wide }) => wide))).toBeGreaterThanOrEqual(0.93);
    expect(covering(intervals.map(({ plain }) => plain))).toBeLessThan(0.93);
    // wide, but not without end
    expect(mean(intervals.map(({ wide }) => wide.high - wide.low))).toBeLessThan(0.85);
  }, 120_000);
});
