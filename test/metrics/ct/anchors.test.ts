import { describe, expect, it } from 'vitest';

import { createAnchorMeter } from '../../../src/metrics/ct/anchors.ts';
import { createSquareShifts } from '../../../src/metrics/ct/squareShift.ts';

const SIZE = 100;
const plane = (of: (i: number, j: number) => number): Float32Array => Float32Array.from({ length: SIZE * SIZE }, (_, n) => of(n % SIZE, Math.floor(n / SIZE)));
/** A bar of bone six pixels wide every twenty. */
const isBar = (i: number): boolean => i % 20 >= 6 && i % 20 < 12;
const body = new Uint8Array(SIZE * SIZE).fill(1);

function boneShift(change: (i: number, j: number) => number): { voxels: number; shift: number; limit: number; moved: number } {
  const meter = createAnchorMeter([SIZE, SIZE], [1, 1]);
  const before = plane((i) => (isBar(i) ? 900 : 50));
  meter.add(before, before.map((hu, n) => hu + change(n % SIZE, Math.floor(n / SIZE))), before, body);
  const bone = meter.result({ soft: 5, hard: 10 }).find(({ id }) => id === 'bone')!;
  return { voxels: bone.voxels, shift: bone.shift, limit: bone.limit, moved: bone.after.mean - bone.before.mean };
}

describe('the bone anchor', () => {
  it('lets a kernel take from thin bone what it gives to its surroundings', () => {
    // squares of ten columns: of the first four are bone, of the second two
    const { shift, limit, moved } = boneShift((i) => (isBar(i) ? -100 : i % 20 < 10 ? 400 / 6 : 200 / 8));
    expect(moved).toBeCloseTo(-100, 3);
    expect(Math.abs(shift)).toBeLessThan(1e-3);
    expect(limit).toBe(10);
  });

  it('is moved by what moves bone and surroundings alike, and by bone alone as far as it fills its squares', () => {
    expect(boneShift(() => 12).shift).toBeCloseTo(12, 3);
    // bone fills 40 % of the first square and 20 % of the second, and away from its edges has three columns in the first and one in the second
    expect(boneShift((i) => (isBar(i) ? 30 : 0)).shift).toBeCloseTo((3 * 12 + 1 * 6) / 4, 3);
  });
});

describe('createSquareShifts', () => {
  it('counts squares by their voxels of the tissue, over all slices, and cut squares at the edge by what there is of them', () => {
    const squares = createSquareShifts(2, [SIZE, SIZE], [3, 3]);
    const slice = (change: (i: number) => number): void => {
      // squares of three pixels: the first, and the last column, one pixel wide
      squares.mark(0, 0);
      squares.mark(0, SIZE - 1);
      squares.close(plane(() => 0), plane(change));
    };
    slice((i) => (i < 3 ? 9 : i === SIZE - 1 ? 3 : 0));
    expect(squares.result(0)).toBe(6);
    slice(() => 0);
    expect([squares.result(0), squares.result(1)]).toEqual([3, 0]);
  });
});
