import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts';
import { nifti1Layout, nifti2Layout } from '../../../src/formats/nifti/headerLayout.ts';
import { readStoredFields } from '../../../src/formats/nifti/storedFields.ts';
import { niftiBytes } from '../../support/niftiBytes.ts';

const srow = [0.1, 0.2, 0.3, -4.7, 0.5, 0.6, 0.7, 8.1, 0.9, 1.1, -1.2, 13.3];

describe('readStoredFields', () => {
  it.each([
    ['above sform_code', 2, 1],
    ['equal to sform_code', 1, 1],
    ['alone', 1, 0],
    ['0, as is sform_code', 0, 0],
  ])('keeps srow where qform_code is %s', (_, qformCode, sformCode) => {
    for (const littleEndian of [true, false]) {
      const common = { littleEndian, qformCode, sformCode, srow, quatern: [0.5, 0.5, 0.5] };
      const nifti1 = readStoredFields(niftiBytes(common), nifti1Layout);
      expect(nifti1.srow).toEqual(srow.map((value) => Math.fround(value)));
      expect(readStoredFields(niftiBytes({ ...common, version: 2 }), nifti2Layout).srow).toEqual(srow);
    }
  });

  it.each([1, 2] as const)('does not follow a damaged extension of NIfTI-%i', (version) => {
    const extension = Buffer.alloc(36, 0xff);
    expect(parseNiftiHeader(niftiBytes({ version, extension })).shape).toEqual([3, 4, 5]);
  });

  it('refuses what the library throws on as MALFORMED, and keeps its error as the cause', () => {
    const refusal = refusalOf(() => readStoredFields(niftiBytes().subarray(0, 200), nifti1Layout));
    expect(refusal.issue.code).toBe('MALFORMED');
    expect(refusal.cause).toBeInstanceOf(RangeError);
  });

  // what the library makes of each is wrong, and refused all the same
  it.each([
    ['dim[1] = -1', 24, -1n],
    ['dim[1] = 2³² + 3', 24, 2n ** 32n + 3n],
    ['dim[1] = 2³¹', 24, 2n ** 31n],
    ['vox_offset = -2⁶³', 168, -(2n ** 63n)],
    ['vox_offset = 2⁶³ - 1', 168, 2n ** 63n - 1n],
  ])('lets no int64 out of range pass: %s', (_, offset, value) => {
    for (const littleEndian of [true, false]) {
      const bytes = niftiBytes({ version: 2, littleEndian });
      bytes[littleEndian ? 'writeBigInt64LE' : 'writeBigInt64BE'](value, offset);
      expect(refusalOf(() => parseNiftiHeader(bytes)).issue.code).toBe('MALFORMED');
    }
  });
});

function refusalOf(parse: () => unknown): ScanRefusal {
  try {
    parse();
  } catch (error) {
    if (error instanceof ScanRefusal) return error;
    throw error;
  }
  throw new Error('a refusal was expected');
}
