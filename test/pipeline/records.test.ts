import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/pipeline/canonicalJson.ts';
import { checkModality } from '../../src/pipeline/modality.ts';
import { outputPaths } from '../../src/pipeline/outputNames.ts';
import { shrinkageAt } from '../../src/pipeline/shrinkage.ts';
import { summarizeToneCurves } from '../../src/pipeline/toneCurveSummary.ts';
import { IDENTITY_CURVE } from '../../src/field/startCurve.ts';
import { volumeOf } from '../support/toyVolumes.ts';

describe('canonicalJson', () => {
  it('does not depend on the order of keys, at any depth', () => {
    const a = canonicalJson({ b: [{ y: 1, x: 2 }], a: null });
    expect(a).toBe(canonicalJson({ a: null, b: [{ x: 2, y: 1 }] }));
    expect(a).toBe('{\n  "a": null,\n  "b": [\n    {\n      "x": 2,\n      "y": 1\n    }\n  ]\n}\n');
  });

  it('writes typed arrays as lists, −0 as 0, and leaves out what is undefined', () => {
    expect(JSON.parse(canonicalJson({ list: Float64Array.of(1.5, -0), gone: undefined }))).toEqual({ list: [1.5, 0] });
  });

  it.each([NaN, Infinity, [1, -Infinity]])('refuses %s, which JSON would turn into null', (value) => {
    expect(() => canonicalJson({ value })).toThrow(expect.objectContaining({ code: 'CONCORD_INTERNAL' }));
  });
});

describe('outputPaths', () => {
  it.each([
    ['sub-01_T1w', 'sub-01_desc-harmonized_T1w'],
    ['sub-01_ses-2_run-1_T1w', 'sub-01_ses-2_run-1_desc-harmonized_T1w'],
    ['ixi-IXI012-HH-1211', 'ixi-IXI012-HH-1211_desc-harmonized'],
    ['philips-T1TFE-2_1', 'philips-T1TFE-2_1_desc-harmonized'],
  ])('of %s are named %s', (name, stem) => {
    expect(outputPaths('out', name)).toEqual({
      image: `out/${stem}.nii.gz`, sidecar: `out/${stem}.json`, report: `out/${name}.html`, record: `out/${name}.record.json`,
    });
  });
});

describe('shrinkageAt', () => {
  const table = { startSize: [1, 3, 5], lambda: [0, 0.4, 1] };
  it('is linear between calibrated sizes and constant beyond', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((d) => shrinkageAt(d, table))).toEqual([0, 0, 0.2, 0.4, 0.7, 1, 1]);
  });
  it('is 1 without a calibration', () => {
    expect(shrinkageAt(0, undefined)).toBe(1);
  });
});

describe('checkModality', () => {
  const air = volumeOf([10, 10, 10], (i) => (i < 3 ? -1000 : 40));
  const refusal = expect.objectContaining({ issueCode: 'WRONG_MODALITY' }) as unknown;

  it('refuses a CT by its header, and an unlabelled scan whose air is at −1000', () => {
    expect(() => { checkModality({ modality: 'CT', volume: volumeOf([2, 2, 2], () => 5) }, 'MR'); }).toThrow(refusal);
    expect(() => { checkModality({ modality: 'unknown', volume: air }, 'MR'); }).toThrow(refusal);
  });

  it('lets an MR pass that says it is one, and an unlabelled scan with some negative noise', () => {
    expect(() => { checkModality({ modality: 'MR', volume: air }, 'MR'); }).not.toThrow();
    expect(() => { checkModality({ modality: 'unknown', volume: volumeOf([10, 10, 10], (i) => i * 100 - 90) }, 'MR'); }).not.toThrow();
  });
});

describe('summarizeToneCurves', () => {
  it('averages the cells that are brain, and only those', () => {
    // two cells of 8³ along x; the brain fills the second one, whose curve adds 0.1 at its last knot and spreads by 0.02
    const cells = { cells: [2, 1, 1] as const, knots: 3, knotSpacing: 0.5 };
    const field = { ...cells, values: Float32Array.of(9, 9, 9, 0, 0.05, 0.1) };
    const sd = { ...cells, values: Float32Array.of(5, 5, 5, 0, 0.01, 0.02) };
    const mask = Uint8Array.from(volumeOf([16, 8, 8], (i) => (i >= 8 ? 1 : 0)).samples);
    const summary = summarizeToneCurves(IDENTITY_CURVE, field, sd, { mask, shape: [16, 8, 8], cellVoxels: 8 });
    expect(summary).toEqual({
      knots: [0, 0.5, 1], start: [0, 0.5, 1], mean: [0, 0.55, 1.1], low: [0, 0.55, 1.1], high: [0, 0.55, 1.1], sd: [0, 0.01, 0.02],
    });
  });
});
