import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineOf } from '../../src/core/affine.ts';
import type { Volume } from '../../src/core/volume.ts';
import {
  applyCurve, brainQuantiles, evaluateCurve, IDENTITY_CURVE, meanQuantiles, startCurve, startShift,
} from '../../src/field/startCurve.ts';

const line = (samples: number[]): Volume<'model'> => ({
  scale: 'model', shape: [samples.length, 1, 1], samples: Float32Array.from(samples),
  affine: affineOf([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]),
});

describe('brainQuantiles', () => {
  it('of 0.1, 0.2, … 1.1 at three probabilities are 0.105, 0.6 and 1.095', () => {
    const volume = line(Array.from({ length: 11 }, (_, i) => 1.1 - i / 10));
    const found = brainQuantiles(volume, new Uint8Array(11).fill(1), 3);
    [0.105, 0.6, 1.095].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 6));
  });

  it('leave out what is outside the ellipsoid, and what is not brighter than 0.08', () => {
    const volume = line([9, 0.08, 0.0799, 0.5, 0.5, 0.5]);
    expect([...brainQuantiles(volume, Uint8Array.of(0, 1, 1, 1, 1, 1), 2)]).toEqual([0.5, 0.5]);
  });

  it('of a dark ellipsoid are refused as NO_HEAD', () => {
    expect(() => brainQuantiles(line([0, 0.01]), Uint8Array.of(1, 1), 4)).toThrow(/NO_HEAD/);
  });

  it('of a cohort are the mean, probability by probability', () => {
    expect([...meanQuantiles([[1, 2, 3], [3, 2, 7]])]).toEqual([2, 2, 5]);
  });
});

describe('startCurve', () => {
  const source = [0.2, 0.4, 0.6];
  const reference = [0.1, 0.5, 0.9];
  const curve = startCurve(source, reference);

  it('runs through 0 and the quantile pairs, with slope 1 beyond the last', () => {
    expect(evaluateCurve(curve, 0)).toBe(0);
    expect(evaluateCurve(curve, 0.1)).toBeCloseTo(0.05, 9);
    expect(evaluateCurve(curve, 0.400001)).toBeCloseTo(0.5, 9);
    expect(evaluateCurve(curve, 0.600002)).toBeCloseTo(0.9, 9);
    expect(evaluateCurve(curve, 1.600002)).toBeCloseTo(1.9, 9);
  });

  it('shifts knot 0.1 by −0.05 and knot 1.0 by +0.299998', () => {
    const shift = startShift(curve, 20, 0.1);
    expect(shift[1]).toBeCloseTo(-0.05, 6);
    expect(shift[10]).toBeCloseTo(0.299998, 6);
    expect(shift[0]).toBe(0);
  });

  it('passes zero and negative values unchanged, and does not touch its input', () => {
    const volume = line([-0.3, 0, 0.1]);
    expect([...applyCurve(curve, volume).samples]).toEqual([Math.fround(-0.3), 0, Math.fround(0.05)]);
    expect(volume.samples[2]).toBe(Math.fround(0.1));
  });

  it('is monotone for any two sets of sorted quantiles, ties included', () => {
    const quantiles = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 128, maxLength: 128 })
      .map((values) => values.map((v) => v / 25).sort((a, b) => a - b));
    fc.assert(fc.property(quantiles, quantiles, (from, to) => {
      const any = startCurve(from, to);
      for (let i = 1; i < 200; i++) expect(evaluateCurve(any, i / 80)).toBeGreaterThanOrEqual(evaluateCurve(any, (i - 1) / 80));
    }), { numRuns: 40 });
  });

  it('of a style to itself moves nothing by more than 1e-6 a quantile', () => {
    const quantiles = Array.from({ length: 128 }, (_, i) => 0.1 + 0.006 * i);
    const same = startCurve(quantiles, quantiles);
    for (let v = 0; v < 2; v += 0.01) expect(Math.abs(evaluateCurve(same, v) - v)).toBeLessThan(0.000128);
  });

  it('the identity curve returns every value as it is', () => {
    expect([0, 0.31, 0.999, 1.7].map((v) => evaluateCurve(IDENTITY_CURVE, v))).toEqual([0, 0.31, 0.999, 1.7]);
  });

  it('needs equally many quantiles of source and reference', () => {
    expect(() => startCurve([1], [1, 2])).toThrow(/equally many/);
  });
});
