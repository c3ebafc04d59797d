import { describe, expect, it } from 'vitest';

import { createSlabNoise, sliceCorrelation } from '../../src/detail/slabNoise.ts';

function planes(correlation: number, count = 4): Float32Array[] {
  const noise = createSlabNoise('0|scan', 40_000, correlation);
  return Array.from({ length: count }, () => { const plane = new Float32Array(40_000); noise(plane); return plane; });
}

const correlationOf = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, n) => sum + value * b[n]!, 0) / a.length;
const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, n) => value === b[n]);

describe('the noise of the detail stage', () => {
  it.each([0, 0.5, 0.8])('correlates neighbouring slices by %f and those two apart by its square, at unit variance', (correlation) => {
    const [a, b, c, d] = planes(correlation) as [Float32Array, Float32Array, Float32Array, Float32Array];
    // 40,000 pixels: a standard error of 0.005
    expect(correlationOf(a, b)).toBeCloseTo(correlation, 1.6);
    expect(correlationOf(b, d)).toBeCloseTo(correlation ** 2, 1.6);
    for (const plane of [a, c, d]) expect(correlationOf(plane, plane)).toBeCloseTo(1, 1.6);
  });

  it('is the same for a key whatever came before, slice by slice', () => {
    expect(same(planes(0.5)[3]!, planes(0.5)[3]!)).toBe(true);
    expect(same(planes(0, 1)[0]!, planes(0.9, 1)[0]!)).toBe(true);
    expect(same(planes(0)[0]!, planes(0)[1]!)).toBe(false);
  });

  it('shares what two slice profiles share: overlapping slices of 2 mm each millimetre by half, slices that meet by nothing', () => {
    expect(sliceCorrelation(1, 2)).toBe(0.5);
    expect(sliceCorrelation(5, 5)).toBe(0);
    expect(sliceCorrelation(8, 5)).toBe(0);
    expect(sliceCorrelation(3, undefined)).toBe(0);
  });
});
