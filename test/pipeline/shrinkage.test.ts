import { describe, expect, it } from 'vitest';
import { comparableDistance, shrinkageAt } from '../../src/pipeline/shrinkage.ts';

const table = { codeDistance: [0, 1, 2, 4], lambda: [0, 0, 0.5, 1] };

describe('shrinkageAt', () => {
  it('is 0 at one’s own style, .25 half-way to .5, and constant beyond the table', () => {
    expect([0, 0.7, 1.5, 3, 4, 40].map((distance) => shrinkageAt(distance, table))).toEqual([0, 0, 0.25, 0.75, 1, 1]);
  });

  it('is 1 without a table', () => {
    expect(shrinkageAt(0, undefined)).toBe(1);
  });
});

describe('comparableDistance', () => {
  it('leaves one reference scan alone, and is √(4/3), √(3/2) and √2 times as far for 2, 3 and very many', () => {
    expect(comparableDistance(3, 1)).toBeCloseTo(3, 12);
    expect(comparableDistance(3, 2)).toBeCloseTo(3 * Math.sqrt(4 / 3), 12);
    expect(comparableDistance(3, 3)).toBeCloseTo(3 * Math.sqrt(3 / 2), 12);
    expect(comparableDistance(3, 1e9)).toBeCloseTo(3 * Math.SQRT2, 6);
  });
});
