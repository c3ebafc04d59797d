import { describe, expect, it } from 'vitest';
import { shrinkageAt } from '../../src/pipeline/shrinkage.ts';

const table = { startSize: [0, 1, 2, 4], lambda: [0, 0, 0.5, 1] };

describe('shrinkageAt', () => {
  it('is 0 at one’s own kernel, .25 half-way to .5, and constant beyond the table', () => {
    expect([0, 0.7, 1.5, 3, 4, 40].map((size) => shrinkageAt(size, table))).toEqual([0, 0, 0.25, 0.75, 1, 1]);
  });

  it('is 1 without a table', () => {
    expect(shrinkageAt(0, undefined)).toBe(1);
  });
});
