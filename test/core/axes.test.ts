import { describe, expect, it } from 'vitest';

import { affineOf, applyAffine } from '../../src/core/affine.ts';
import { axisCodes, axisMapToRas, inverseAxisMap, permutedAffine, permutedShape, permuteVoxels } from '../../src/core/axes.ts';
import type { Shape3 } from '../../src/core/volume.ts';
import { allOrders } from '../support/syntheticHead.ts';

const shape: Shape3 = [3, 4, 5];
const affine = affineOf([[2, 0, 0, -7], [0, 3, 0, 11], [0, 0, 4, -13]]);
const samples = Float32Array.from({ length: 60 }, (_, i) => i + 0.5);

describe('voxel orders', () => {
  it('all 48 keep every voxel at its place in the world and come back bit for bit', () => {
    for (const order of allOrders) {
      const [s, a] = [permutedShape(shape, order), permutedAffine(affine, shape, order)];
      const moved = permuteVoxels(samples, shape, order);
      // the voxel first in the new order is the sample found at that place in the old one
      for (const voxel of [[0, 0, 0], [1, 2, 1], [s[0] - 1, s[1] - 1, s[2] - 1]] as const) {
        const [x, y, z] = applyAffine(a, voxel);
        const [i, j, k] = [(x + 7) / 2, (y - 11) / 3, (z + 13) / 4];
        expect(moved[(voxel[2] * s[1] + voxel[1]) * s[0] + voxel[0]]).toBe(samples[(k * 4 + j) * 3 + i]);
      }
      expect(permuteVoxels(moved, s, inverseAxisMap(order))).toEqual(samples);
      const toRas = axisMapToRas(a);
      expect(permutedAffine(a, s, toRas)).toEqual(affine);
      expect(permuteVoxels(moved, s, toRas)).toEqual(samples);
    }
    expect(new Set(allOrders.map((order) => axisCodes(permutedAffine(affine, shape, order)))).size).toBe(48);
  });

  it('names the codes of common scans', () => {
    expect(axisCodes(affine)).toBe('RAS');
    expect(axisCodes(affineOf([[0, 0, -1, 0], [-1, 0, 0, 0], [0, -1, 0, 0]]))).toBe('PIL');
  });

  it('takes the nearest rotation of an oblique grid, and each RAS axis once', () => {
    const [c, s] = [Math.cos(0.9), Math.sin(0.9)];
    expect(axisCodes(affineOf([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0]]))).toBe('ALS');
    // sheared: both columns lean to y, the second more
    expect(axisCodes(affineOf([[0.6, 0.1, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, 0]]))).toBe('RAS');
  });

  it('refuses a singular affine', () => {
    expect(() => axisMapToRas(affineOf([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]]))).toThrow(/MALFORMED/);
  });
});
