import { describe, expect, it } from 'vitest';

import { determinant, spacingOf } from '../../../src/core/affine.ts';
import { ScanRefusal } from '../../../src/core/issues.ts';
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts';
import { affineOfHeader } from '../../../src/formats/nifti/headerAffine.ts';
import { niftiBytes } from '../../support/niftiBytes.ts';
import type { NiftiSpec } from '../../support/niftiBytes.ts';

const affineOf = (spec: NiftiSpec) => affineOfHeader(parseNiftiHeader(niftiBytes(spec)));
const halfRoot = Math.SQRT1_2;

describe('affineOfHeader', () => {
  it('prefers the sform, even when qform_code is higher', () => {
    const { affine, issues } = affineOf({ qformCode: 4, sformCode: 1, qoffset: [50, 0, 0] });
    expect(affine.rows).toEqual([[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0]]);
    expect(issues.map(({ code }) => code)).toEqual(['QFORM_SFORM_DIFFER']);
    expect(issues[0]!.detail).toBe('largest distance 50.00 mm');
  });

  it('is silent where qform and sform agree to a tenth of a voxel', () => {
    const same = affineOf({ qformCode: 1, sformCode: 1, qoffset: [0.05, 0, 0] });
    expect(same.issues).toEqual([]);
  });

  it('turns a quaternion of 90 degrees about z into x → y, and applies qfac -1 to the third axis', () => {
    const { affine } = affineOf({
      sformCode: 0,
      qformCode: 1,
      quatern: [0, 0, halfRoot],
      qoffset: [10, 20, 30],
      pixdim: [-1, 1, 2, 3],
    });
    const expected = [[0, -2, 0, 10], [1, 0, 0, 20], [0, 0, -3, 30]];
    affine.rows.forEach((row, axis) => {
      row.forEach((value, column) => {
        expect(value).toBeCloseTo(expected[axis]![column]!, 6);
      });
    });
    expect(determinant(affine)).toBeCloseTo(-6, 5);
  });

  it('turns an oblique quaternion (a, b, c, d) = (0.8, 0.4, 0.4, 0.2) into its rotation', () => {
    const { affine } = affineOf({ sformCode: 0, qformCode: 1, quatern: [0.4, 0.4, 0.2], pixdim: [1, 1, 1, 1] });
    // by hand from R = [a²+b²-c²-d², 2bc-2ad, 2bd+2ac; …] of nifti1.h
    const expected = [[0.6, 0, 0.8], [0.64, 0.6, -0.48], [-0.48, 0.8, 0.36]];
    expected.forEach((row, axis) => {
      row.forEach((value, column) => {
        expect(affine.rows[axis]![column]).toBeCloseTo(value, 6);
      });
    });
  });

  it('treats a half turn about x (b = 1, a = 0) exactly, where float32 rounding could make a imaginary', () => {
    const { affine } = affineOf({ sformCode: 0, qformCode: 1, quatern: [1.0000001, 0, 0] });
    expect(affine.rows.map((row) => row.map((x) => Math.round(x * 1e6) / 1e6 + 0))).toEqual([
      [1, 0, 0, 0],
      [0, -2, 0, 0],
      [0, 0, -3, 0],
    ]);
  });

  it('reads pixdim where both codes are 0, and says that the orientation is not known', () => {
    const { affine, issues } = affineOf({ sformCode: 0, qformCode: 0 });
    expect(spacingOf(affine)).toEqual([1, 2, 3]);
    expect(issues.map(({ code }) => code)).toEqual(['NO_ORIENTATION']);
  });

  it('gives mm for files in metres and micrometres', () => {
    expect(spacingOf(affineOf({ xyztUnits: 1 }).affine)).toEqual([1000, 2000, 3000]);
    expect(spacingOf(affineOf({ xyztUnits: 3 }).affine)[2]).toBeCloseTo(0.003, 9);
  });

  it.each([
    ['two equal columns', [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0]],
    ['a zero column', [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0]],
    ['NaN', [Number.NaN, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0]],
    ['an infinite offset', [1, 0, 0, Infinity, 0, 2, 0, 0, 0, 0, 3, 0]],
  ])('refuses %s', (_, srow) => {
    expect(() => affineOf({ srow })).toThrow(ScanRefusal);
  });
});
