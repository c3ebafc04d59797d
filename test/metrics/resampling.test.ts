import { describe, expect, it } from 'vitest';

import { mean } from '../../src/core/moments.ts';
import { bcaEnds, bcaInterval, type Interval, type NoInterval, normalCumulative, normalQuantile } from '../../src/metrics/bootstrap.ts';
import { histogramShares, pooledShares, widerBins } from '../../src/metrics/intensityHistogram.ts';
import { groupPermutationP, pairedPermutationP } from '../../src/metrics/permutation.ts';
import { spearman } from '../../src/metrics/spearman.ts';
import { normalSamples } from '../support/toyVolumes.ts';

const plan = { permutations: 499, seed: 1 };

function held(outcome: Interval | NoInterval): Interval {
  if ('withheld' in outcome) throw new Error(outcome.withheld);
  return outcome;
}

describe('bcaInterval', () => {
  it('of the mean of 100 values of N(5, 2) is close to ±1.96·sd/10', () => {
    const values = normalSamples(100, 5, 2, 'interval');
    const interval = held(bcaInterval((drawn) => mean(drawn.map((n) => values[n]!)), { clusters: 100, resamples: 4000, confidence: 0.95, seed: 0 }));
    const half = (1.96 * Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))) / 10;
    expect(Math.abs(interval.high - interval.low - 2 * half)).toBeLessThan(0.08 * 2 * half);
    expect(Math.abs((interval.high + interval.low) / 2 - mean(values))).toBeLessThan(0.1 * half);
  });

  it('covers a true mean in 90 to 99 of 100 experiments at 95 %', () => {
    const covered = Array.from({ length: 100 }, (_, experiment) => {
      const values = normalSamples(25, 1, 1, `experiment ${experiment}`);
      const interval = held(bcaInterval((drawn) => mean(drawn.map((n) => values[n]!)), { clusters: 25, resamples: 500, confidence: 0.95, seed: experiment }));
      return interval.low <= 1 && interval.high >= 1;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThanOrEqual(88);
    expect(covered).toBeLessThanOrEqual(99);
  });

  it('is moved and widened upwards by a skewed sample: of this mean, 2.2 to 11.3 as scipy has it, not 1.8 to 9.2', () => {
    const values = [1, 1, 1, 2, 2, 3, 5, 9, 20];
    const interval = held(bcaInterval((drawn) => mean(drawn.map((n) => values[n]!)), { clusters: 9, resamples: 8000, confidence: 0.95, seed: 2 }));
    expect(Math.abs(interval.low - 2.222)).toBeLessThan(0.3);
    expect(Math.abs(interval.high - 11.333)).toBeLessThan(0.6);
  });

  it('is withheld where bias correction would leave the estimate outside, and holds it otherwise', () => {
    const draws = (below: number): number[] => Array.from({ length: 1000 }, (_, n) => (n - below) / 1000);
    // 1 % of the draws below the estimate of 0: both ends would be the lowest draws
    expect(bcaEnds(0, draws(10), [0, 0, 0], 0.95)).toEqual({ withheld: 'INTERVAL_OUTSIDE' });
    const { low, high } = held(bcaEnds(0, draws(300), [0, 0, 0], 0.95));
    expect(low < 0 && high > 0).toBe(true);
  });

  it('is withheld for two subjects, for a statistic that resampling only enlarges, and for one that few draws have', () => {
    expect(bcaInterval(() => 1, { clusters: 2, resamples: 200, confidence: 0.95, seed: 0 })).toEqual({ withheld: 'FEW_SUBJECTS' });
    const enlarged = (drawn: readonly number[]): number => drawn.length - new Set(drawn).size;
    expect(bcaInterval(enlarged, { clusters: 20, resamples: 500, confidence: 0.95, seed: 0 })).toEqual({ withheld: 'ONE_SIDED_DRAWS' });
    const seldom = (drawn: readonly number[]): number => (new Set(drawn).size === drawn.length ? 1 : NaN);
    expect(bcaInterval(seldom, { clusters: 20, resamples: 500, confidence: 0.95, seed: 0 })).toEqual({ withheld: 'UNDEFINED_DRAWS' });
  });

  it('uses Φ(1.96) = 0.975 and its inverse', () => {
    expect(normalCumulative(1.959964)).toBeCloseTo(0.975, 6);
    expect(normalQuantile(0.025)).toBeCloseTo(-1.959964, 4);
  });
});

describe('permutation tests', () => {
  it('give the smallest possible p, 1/500, to groups that are far apart, and never 0', () => {
    const values = [...normalSamples(12, 0, 1, 'low'), ...normalSamples(12, 8, 1, 'high')];
    const apart = (isFirst: readonly boolean[]): number => Math.abs(mean(values.filter((_, n) => isFirst[n])) - mean(values.filter((_, n) => !isFirst[n])));
    expect(groupPermutationP(apart, { first: 12, second: 12 }, plan)).toBe(1 / 500);
  });

  it('are uniform under the null: mean p 0.5 within 0.08, at most 11 of 100 below 0.05', () => {
    const ps = Array.from({ length: 100 }, (_, experiment) => {
      const values = Array.from(normalSamples(16, 0, 1, `null ${experiment}`)).sort((a, b) => Math.sin(a * 1e6) - Math.sin(b * 1e6));
      const apart = (isFirst: readonly boolean[]): number => Math.abs(mean(values.filter((_, n) => isFirst[n])) - mean(values.filter((_, n) => !isFirst[n])));
      return groupPermutationP(apart, { first: 8, second: 8 }, { permutations: 199, seed: experiment });
    });
    expect(Math.abs(mean(ps) - 0.5)).toBeLessThan(0.08);
    expect(ps.filter((p) => p < 0.05).length).toBeLessThanOrEqual(11);
  });

  it('of ten pairs that all gain is about 1/1024', () => {
    const gain = (exchanged: readonly boolean[]): number => exchanged.reduce((sum, isExchanged) => sum + (isExchanged ? -1 : 1), 0);
    expect(pairedPermutationP(gain, 10, { permutations: 20_000, seed: 3 })).toBeLessThan(0.002);
  });
});

describe('spearman', () => {
  it('is 1 for any rising map, −1 for a falling one, 0.8 for one exchange of neighbours in four', () => {
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
    expect(spearman([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12);
  });

  it('shares ranks between ties', () => {
    expect(spearman([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });
});

describe('histograms', () => {
  it('count shares of fixed bins, beyond the end in the last, and pool scans with equal weight', () => {
    const a = histogramShares([0.1, 0.3, 9, -1], { end: 1, count: 4 });
    expect(Array.from(a)).toEqual([0.5, 0.25, 0, 0.25]);
    expect(Array.from(pooledShares([a, Float64Array.of(0, 0, 0, 1)]))).toEqual([0.25, 0.125, 0, 0.625]);
    expect(Array.from(widerBins(a, 2))).toEqual([0.75, 0.25]);
  });
});
