import { describe, expect, it } from 'vitest';

import { affineOf } from '../../../src/core/affine.ts';
import { affineOfHeader } from '../../../src/formats/nifti/headerAffine.ts';
import { newNiftiOrigin } from '../../../src/formats/nifti/newHeader.ts';

const form = { datatype: 'int16', littleEndian: true, sclSlope: 2, sclInter: -3 } as const;

/** A rotation about the axis (1, 2, 3), then spacings 1, 2, 3 mm, then flips. */
function oblique(degrees: number, flips: readonly number[]): number[][] {
  const [x, y, z] = [1, 2, 3].map((value) => value / Math.sqrt(14)) as [number, number, number];
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const t = 1 - c;
  return [
    [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
    [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
    [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
  ].map((row, axis) => [...row.map((value, column) => value * (column + 1) * flips[column]!), 10 * axis - 70]);
}

const origin = (rows: number[][]) =>
  newNiftiOrigin({ shape: [64, 64, 64], affine: affineOf(rows) }, form);

describe('newNiftiOrigin', () => {
  it.each([0, 40, 120, 180, 230, 359].flatMap((degrees) => [[1, 1, 1], [1, -1, 1], [-1, -1, 1]].map((flips) => ({ degrees, flips }))))(
    'writes a qform that equals the sform at $degrees degrees with flips $flips',
    ({ degrees, flips }) => {
      const rows = oblique(degrees, flips);
      const { header } = origin(rows);
      expect(header).toMatchObject({ qformCode: 1, sformCode: 1, sclSlope: 2, sclInter: -3 });
      const qform = affineOfHeader({ ...header, sformCode: 0 }).affine;
      qform.rows.forEach((row, axis) => {
        row.forEach((value, column) => {
          expect(Math.abs(value - rows[axis]![column]!)).toBeLessThan(1e-4); // float32 quaternions
        });
      });
      expect(affineOfHeader(header).issues).toEqual([]);
    },
  );

  it('writes no qform for a sheared grid, which a quaternion cannot say', () => {
    const { header } = origin([[1, 0, 0, 0], [0, 1, 0.3, 0], [0, 0, 2, 0]]);
    expect(header).toMatchObject({ qformCode: 0, sformCode: 1 });
    expect(affineOfHeader(header).affine.rows[1][2]).toBeCloseTo(0.3, 6);
  });
});
