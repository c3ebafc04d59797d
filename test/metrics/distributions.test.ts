import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsd, jsdOfQuantiles } from '../../src/metrics/jsd.ts';
import { ks, ksOfHistograms, ksOfQuantiles } from '../../src/metrics/ks.ts';
import { cumulativeAt, quantileSummary } from '../../src/metrics/quantileSummary.ts';
import { wasserstein1, wasserstein1OfHistograms, wasserstein1OfQuantiles } from '../../src/metrics/wasserstein1.ts';
import { normalSamples } from '../support/toyVolumes.ts';

const zero = normalSamples(200_000, 0, 1, 'zero');
const three = normalSamples(200_000, 3, 1, 'three');

describe('wasserstein1', () => {
  it('of N(0,1) and N(3,1) is 3 within 0.01', () => {
    expect(Math.abs(wasserstein1(zero, three) - 3)).toBeLessThan(0.01);
  });

  it('of N(0,1) and N(0,2) is sqrt(2/pi) = 0.7979 within 0.01', () => {
    expect(Math.abs(wasserstein1(zero, normalSamples(200_000, 0, 2, 'wide')) - Math.sqrt(2 / Math.PI))).toBeLessThan(0.01);
  });

  it('of {0, 1, 3} and {5, 6, 8} is 5, and of {0, 1} and {0, 1, 1} is 1/6', () => {
    expect(wasserstein1([0, 1, 3], [5, 6, 8])).toBe(5);
    expect(wasserstein1([0, 1], [0, 1, 1])).toBeCloseTo(1 / 6, 12);
  });

  it('of quantile summaries of N(0,1) and N(3,1) is 3 within 0.01', () => {
    expect(Math.abs(wasserstein1OfQuantiles(quantileSummary(zero, 128), quantileSummary(three, 128)) - 3)).toBeLessThan(0.01);
  });

  it('of histograms moves one share over two bins of 0.1: 0.2', () => {
    expect(wasserstein1OfHistograms([1, 0, 0], [0, 0, 1], 0.1)).toBeCloseTo(0.2, 12);
  });

  it('refuses summaries of different lengths', () => {
    expect(() => wasserstein1OfQuantiles([1, 2], [1])).toThrow('got 2 and 1');
  });

  it('is a metric: symmetric, zero on itself, and shifts by the shift', () => {
    const samples = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(samples, samples, fc.double({ min: 0, max: 50, noNaN: true }), (left, right, shift) => {
        const [a, b] = [Float64Array.from(left).sort(), Float64Array.from(right).sort()];
        expect(wasserstein1(a, b)).toBeCloseTo(wasserstein1(b, a), 9);
        expect(wasserstein1(a, a)).toBe(0);
        expect(wasserstein1(a, a.map((value) => value + shift))).toBeCloseTo(shift, 9);
      }),
    );
  });
});

describe('ks', () => {
  it('of N(0,1) and N(3,1) is 2Φ(1.5) − 1 = 0.8664 within 0.005, from samples and from summaries', () => {
    expect(Math.abs(ks(zero, three) - 0.8664)).toBeLessThan(0.005);
    expect(Math.abs(ksOfQuantiles(quantileSummary(zero, 128), quantileSummary(three, 128)) - 0.8664)).toBeLessThan(0.005);
  });

  it('is 1 for disjoint samples, 0 for equal ones, and 1/2 for {0, 1} and {1, 1}', () => {
    expect(ks([1, 2], [3, 4])).toBe(1);
    expect(ks([1, 2], [1, 2])).toBe(0);
    expect(ks([0, 1], [1, 1])).toBe(0.5);
    expect(ksOfHistograms([0.5, 0.5, 0], [0, 0.25, 0.75])).toBeCloseTo(0.75, 12);
  });
});

describe('jsd', () => {
  it('is 1 bit for disjoint histograms and 0 for proportional ones', () => {
    expect(jsd([3, 0], [0, 5])).toBeCloseTo(1, 12);
    expect(jsd([1, 2, 3], [2, 4, 6])).toBeCloseTo(0, 12);
  });

  it('of (1/2, 1/2) and (1, 0) is 0.3113 bit', () => {
    expect(jsd([1, 1], [1, 0])).toBeCloseTo(1.5 - 0.75 * Math.log2(3), 10);
  });

  it('grows with the distance of summaries', () => {
    const at = (mean: number): number[] => quantileSummary(normalSamples(20_000, mean, 0.1, 'jsd'), 128);
    expect(jsdOfQuantiles(at(0.5), at(0.52))).toBeLessThan(jsdOfQuantiles(at(0.5), at(0.6)));
  });
});

describe('quantile summaries', () => {
  it('give back their probabilities: F(Q(p)) = p inside, 0 and 1 outside', () => {
    const summary = quantileSummary(zero, 128);
    expect(cumulativeAt(summary, summary[64]!)).toBeCloseTo(0.005 + (0.99 * 64) / 127, 9);
    expect(cumulativeAt(summary, -9)).toBe(0);
    expect(cumulativeAt(summary, 9)).toBe(1);
  });
});
