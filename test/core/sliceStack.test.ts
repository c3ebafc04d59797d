import { describe, expect, it } from 'vitest';

import { acrossPlanes } from '../../src/core/acrossPlanes.ts';
import { affineOf } from '../../src/core/affine.ts';
import type { Affine } from '../../src/core/affine.ts';
import { axisCodes, axisMapToRas, permuteVoxels } from '../../src/core/axes.ts';
import { sliced } from '../../src/core/planes.ts';
import type { Planes } from '../../src/core/planes.ts';
import { sliceStackOf } from '../../src/core/sliceStack.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';

const shape: Shape3 = [3, 4, 5];
const count = 60;

/** Every way to lay the axes of a file: 6 orders, each axis in either direction. */
const affines: readonly Affine[] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap((order) =>
  Array.from({ length: 8 }, (_, flips) => affineOf([0, 1, 2].map((ras) => [...order.map((to, axis) => (to === ras ? (flips & (1 << axis) ? -1 : 1) * (axis + 1) : 0)), 0]))));

function numbered(affine: Affine): Volume<'scanner'> {
  return { scale: 'scanner', shape, samples: Float32Array.from({ length: count }, (_, n) => n), affine };
}

function readAll({ read }: Pick<Planes, 'read'>, [ni, nj, nk]: Shape3): number[] {
  return Array.from({ length: nk }, (_, k) => {
    const plane = new Float32Array(ni * nj);
    read(k, plane);
    return [...plane];
  }).flat();
}

describe('the planes of a file in RAS order', () => {
  it.each(affines.map((affine) => [axisCodes(affine), affine] as const))('%s: are those of the permuted volume, and written planes land where they came from', (_, affine) => {
    const volume = numbered(affine);
    const stack = sliceStackOf(volume);
    expect(readAll(stack, stack.shape)).toEqual([...permuteVoxels(volume.samples, shape, axisMapToRas(affine))]);
    const plane = new Float32Array(stack.shape[0] * stack.shape[1]);
    for (let k = 0; k < stack.shape[2]; k++) {
      stack.read(k, plane);
      stack.write(k, plane.map((value) => value + 100));
    }
    stack.flush();
    expect([...volume.samples]).toEqual(Array.from({ length: count }, (__, n) => n + 100));
  });

  it('are cut from the file a slab at a time, which is put back before the next one and never when it was only read', () => {
    const affine = affines.find((one) => axisCodes(one) === 'SRA')!;
    const volume = numbered(affine);
    const [reads, writes] = [[] as number[], [] as number[]];
    const { read, write } = sliced(volume);
    const counted = { shape, affine, read: (k: number, out: Float32Array) => { reads.push(k); read(k, out); }, write: (k: number, plane: Float32Array) => { writes.push(k); write(k, plane); } };
    const map = axisMapToRas(affine);
    const [ni, nj, nk] = [4, 5, 3];
    const planes = acrossPlanes(counted, map, 2 * 4 * ni * nj);
    expect(readAll(planes, [ni, nj, nk])).toEqual([...permuteVoxels(volume.samples, shape, map)]);
    // slabs of planes 0, 1 and of plane 2: the five planes of the file once for each
    expect([reads.length, writes.length]).toEqual([10, 0]);
    planes.write(0, new Float32Array(ni * nj).fill(-1));
    planes.read(2, new Float32Array(ni * nj));
    expect(volume.samples.filter((value) => value === -1).length).toBe(ni * nj);
    expect(writes.length).toBe(5);
  });
});
