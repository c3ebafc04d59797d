import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import type { ReadSlice } from '../../../src/formats/dicom/readSlices.ts';
import { quantizationOf, sliceQuantization } from '../../../src/formats/dicom/write/quantization.ts';
import { CT, MR } from '../../support/dicomBytes.ts';

/** What quantization looks at, of one slice. */
const slice = (changes: object, bitsStored = 12): ReadSlice => ({
  sopClassUid: MR, rescaleSlope: undefined, rescaleIntercept: undefined, pixels: { bitsStored, isSigned: false }, ...changes,
}) as unknown as ReadSlice;

describe('quantizationOf', () => {
  it.each([
    [700, 1], [120, 1], [1365, 1], [1400, 0.1], [0.7, 1000], [35_000, 0.01], [99, 10],
  ])('of brain signal %d in 12 bits multiplies by %d', (typical, factor) => {
    expect(quantizationOf([slice({})], typical).factor).toBeCloseTo(factor, 12);
  });

  it('leaves a step for every hundredth of the brain, and room for fat', () => {
    for (let exponent = -4; exponent < 6; exponent += 0.1) {
      const typical = 10 ** exponent;
      const { factor } = quantizationOf([slice({})], typical);
      expect(factor * typical).toBeGreaterThanOrEqual(100);
      expect(factor * typical).toBeLessThanOrEqual(1365);
    }
  });

  it('keeps a rescale pair through which the reference fits, and drops it where it does not', () => {
    expect(quantizationOf([slice({ rescaleSlope: 2, rescaleIntercept: 0 })], 700)).toEqual({ keepsRescale: true, factor: 1 });
    expect(quantizationOf([slice({ rescaleSlope: 2 }), slice({ rescaleSlope: 20 })], 700)).toEqual({ keepsRescale: false, factor: 1 });
    const dropped = quantizationOf([slice({ rescaleSlope: 0.01 })], 7000);
    expect(dropped.keepsRescale).toBe(false);
    expect(dropped.factor).toBeCloseTo(0.1, 12);
    expect(sliceQuantization(slice({ rescaleSlope: 0.01, rescaleIntercept: 3 }), dropped)).toMatchObject({ slope: 1, intercept: 0 });
  });

  it('never scales CT, nor a volume on its own scale', () => {
    expect(quantizationOf([slice({ sopClassUid: CT, rescaleSlope: 1, rescaleIntercept: -1024 })], 5)).toEqual({ keepsRescale: true, factor: 1 });
    expect(quantizationOf([slice({})], undefined)).toEqual({ keepsRescale: true, factor: 1 });
  });

  it('refuses what no factor stores', () => {
    expect(() => quantizationOf([slice({})], -5)).toThrow(ScanRefusal);
    expect(() => quantizationOf([slice({})], 0)).toThrow(ScanRefusal);
  });
});
