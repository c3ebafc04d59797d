import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineOf } from '../../src/core/affine.ts';
import type { Volume } from '../../src/core/volume.ts';
import { localStatistics } from '../../src/field/localStatistics.ts';

const settings = { cellVoxels: 8, knots: 20, knotSpacing: 0.1 };
const shape = [24, 16, 8] as const; // 3 × 2 × 1 cells, all axes different

function volumeOf(value: (i: number, j: number, k: number) => number): Volume<'model'> {
  const samples = new Float32Array(24 * 16 * 8);
  for (let n = 0; n < samples.length; n++) samples[n] = value(n % 24, Math.floor(n / 24) % 16, Math.floor(n / 384));
  return { scale: 'model', shape, samples, affine: affineOf([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]]) };
}
const everywhere = new Uint8Array(24 * 16 * 8).fill(1);
const node = (knot: number, z: number, y: number, x: number): number => ((knot * 1 + z) * 2 + y) * 3 + x;
const countAt = (samples: Float32Array, n: number): number => Math.expm1(3 * samples[n]!);

describe('localStatistics', () => {
  it('a cell of 512 voxels at 0.73 holds 70 % of them at knot 0.7 and 30 % at knot 0.8', () => {
    const { samples, shape: grid } = localStatistics(volumeOf(() => 0.73), everywhere, settings);
    expect(grid).toEqual([20, 1, 2, 3]);
    expect(countAt(samples, node(7, 0, 1, 2))).toBeCloseTo(358.4, 2);
    expect(countAt(samples, node(8, 0, 1, 2))).toBeCloseTo(153.6, 2);
    expect(samples[node(6, 0, 1, 2)]).toBe(0);
  });

  it('the cell (x 2, y 1) sees only its own voxels', () => {
    const { samples } = localStatistics(volumeOf((i, j) => (i >= 16 && j >= 8 ? 0.5 : 0)), everywhere, settings);
    expect(countAt(samples, node(5, 0, 1, 2))).toBeCloseTo(512, 2);
    expect([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]].map(([y, x]) => samples[node(5, 0, y!, x!)])).toEqual([0, 0, 0, 0, 0]);
  });

  it('negatives count at knot 0, and values beyond 1.9 at knot 1.9', () => {
    const { samples } = localStatistics(volumeOf((i) => (i < 8 ? -3 : 7)), everywhere, settings);
    expect(countAt(samples, node(0, 0, 0, 0))).toBeCloseTo(512, 2);
    expect(countAt(samples, node(19, 0, 0, 1))).toBeCloseTo(512 * 0.999, 2);
  });

  it('voxels out of view count nowhere', () => {
    const half = everywhere.map((_, n) => (n % 2 === 0 ? 1 : 0));
    const { samples } = localStatistics(volumeOf(() => 0.2), half, settings);
    expect(countAt(samples, node(2, 0, 0, 0))).toBeCloseTo(256, 2);
  });

  it('every voxel in view is counted exactly once, whatever its value', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 5, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }), (offset, slope) => {
        const { samples } = localStatistics(volumeOf((i, j, k) => offset + slope * Math.sin(i + 3 * j + 7 * k)), everywhere, settings);
        const total = samples.reduce((sum, _, n) => sum + countAt(samples, n), 0);
        expect(total).toBeCloseTo(3072, 1);
      }),
      { numRuns: 30 },
    );
  });

  it('a working grid that cells do not tile is refused', () => {
    expect(() => localStatistics(volumeOf(() => 1), everywhere, { ...settings, cellVoxels: 7 })).toThrow(/tile/);
  });
});
