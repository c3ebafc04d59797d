import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { histogram, otsuThreshold, quantile, quantiles, solvePositiveDefinite } from '../../src/core/statistics.ts';

describe('quantiles', () => {
  it('of 1, 2, 4, 8 at .25, .5 and .9 are 1.75, 3 and 6.8, as numpy gives them', () => {
    expect(quantiles([8, 1, 4, 2], [0.25, 0.5, 0.9]).map((q) => +q.toFixed(12))).toEqual([1.75, 3, 6.8]);
  });

  it('selection and sorting agree, and leave the values alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const given = Float32Array.from(values);
        expect(quantile(given, p)).toBe(quantiles(given, [p])[0]);
        expect(given).toEqual(Float32Array.from(values));
      }),
    );
  });

  it('of nothing is an error', () => {
    expect(() => quantile([], 0.5)).toThrow(/no values/);
  });
});

describe('Otsu', () => {
  it('splits two peaks at 10 and 90 right after the lower one, at the first of the equal best bins', () => {
    const counts = histogram([10, 10, 10, 11, 90, 91, 91], 100, 0, 100);
    expect(counts[10]).toBe(3);
    expect(otsuThreshold(counts, 0, 100)).toBe(11.5);
  });

  it('counts the upper end in the last bin', () => {
    expect([...histogram([0, 1, 2, 3, 4], 4, 0, 4)]).toEqual([1, 1, 1, 2]);
  });
});

describe('solvePositiveDefinite', () => {
  it('solves [[4, 2], [2, 3]] x = [8, 8] with x = [1, 2]', () => {
    const x = solvePositiveDefinite(Float64Array.of(4, 2, 2, 3), Float64Array.of(8, 8));
    expect(x[0]).toBeCloseTo(1, 12);
    expect(x[1]).toBeCloseTo(2, 12);
  });

  it('refuses an indefinite matrix', () => {
    expect(() => solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toThrow(/positive definite/);
  });
});
