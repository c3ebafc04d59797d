import { describe, expect, it } from 'vitest';

import { standardDeviation } from '../../src/core/moments.ts';
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

  it('widens the interval of held-out AUC: it covers .5 more often than DeLong's, in at least 85 %', () => {
    const perSite = 12;
    const rows = unitsOf(perSite).map((_, n) => n);
    const areaOf = (table: ReturnType<typeof tableOf>, units: ReturnType<typeof unitsOf>, key: string): ReturnType<typeof auc> => {
      const scores = crossValidate({ units, sites: ['A', 'B'], trainRows: rows, testRows: { same: rows }, folds: 4 }, logisticLearner(linearKernel(table)), key)['same']!;
      const of = (site: string): number[] => units.flatMap((unit, n) => (unit.site === site ? [scores[n]![1]!] : []));
      return auc(of('B'), of('A'));
    };
    const drawTable = (key: string): ReturnType<typeof tableOf> => {
      const { nextNormal } = randomStream(key);
      return tableOf(rows.map(() => Array.from({ length: 4 }, nextNormal)));
    };
    // the spread comes from shuffled labels of one cohort; the coverage from others
    const one = drawTable('one cohort');
    const random = randomStream('shuffled labels');
    const nulls = Array.from({ length: 60 }, (_, n) => {
      const labels = permuteSites(unitsOf(perSite), random);
      return areaOf(one, unitsOf(perSite).map((unit, row) => ({ ...unit, site: labels[row]! })), `null ${n}`).value;
    });
    const spread = standardDeviation(nulls);
    const areas = Array.from({ length: 80 }, (_, n) => areaOf(drawTable(`cohort ${n}`), unitsOf(perSite), `run ${n}`));
    const covers = ({ low, high }: { low: number; high: number }): boolean => low <= 0.5 && high >= 0.5;
    const share = (intervals: readonly { low: number; high: number }[]): number => intervals.filter(covers).length / intervals.length;
    expect(share(areas.map((area) => crossValidatedInterval(area, perSite, perSite, spread, 0.95)))).toBeGreaterThanOrEqual(0.85);
    expect(share(areas)).toBeLessThan(0.85);
  }, 60_000);
});
