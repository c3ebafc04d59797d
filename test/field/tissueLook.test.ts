import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalise } from '../../src/field/equalise.ts';
import { meanLook, tissueLook, withAmounts } from '../../src/field/tissueLook.ts';
import type { TissueLook } from '../../src/field/tissueLook.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const shape = [10, 10, 10] as const;
const everywhere = new Uint8Array(1000).fill(1);

/** `counts[k]` voxels of tissue k (the fifth: none of them) at `values[k]`. */
function brainOf(counts: readonly number[], values: readonly number[]): TissueLook {
  const kinds = counts.flatMap((count, k) => new Array<number>(count).fill(k));
  const shares = new Float32Array(4000);
  kinds.forEach((k, voxel) => { if (k < 4) shares[k * 1000 + voxel] = 1; });
  return tissueLook(volumeOf([...shape], (i, j, k) => values[kinds[i + 10 * j + 100 * k]!]!), everywhere, shares, 64);
}

describe('tissueLook', () => {
  it('tells amounts, and quantiles of each tissue', () => {
    const look = brainOf([200, 300, 0, 300, 200], [0.1, 0.5, 0, 0.7, 0.3]);
    [0.2, 0.3, 0, 0.3, 0.2].forEach((amount, k) => expect(look.amounts[k]).toBeCloseTo(amount, 6));
    for (const [k, value] of [[0, 0.1], [1, 0.5], [3, 0.7], [4, 0.3]] as const) {
      Array.from(look.quantiles[k]!).forEach((q) => expect(q).toBeCloseTo(value, 6));
    }
  });

  it('counts a mixed voxel for what it holds most of, be it no tissue', () => {
    const shares = new Float32Array(4000).fill(0.3, 0, 1000).fill(0.45, 1000, 1500).fill(0.2, 1500, 2000);
    const { amounts } = tissueLook(volumeOf([...shape], () => 0.4), everywhere, shares, 64);
    expect(amounts).toEqual([0, 0.5, 0, 0, 0.5]);
  });

  it('of a tissue that is missing is that of the whole brain', () => {
    const look = brainOf([500, 0, 0, 500, 0], [0.2, 0, 0, 0.6, 0]);
    expect(look.quantiles[1]![0]).toBeCloseTo(0.2, 6);
    expect(look.quantiles[1]![63]).toBeCloseTo(0.6, 6);
  });

  it('leaves out what is not brain', () => {
    const mask = new Uint8Array(1000).fill(1, 0, 500);
    const look = tissueLook(volumeOf([...shape], (i, j, k) => (k < 5 ? 0.4 : 9)), mask, new Float32Array(4000).fill(0.25), 64);
    expect(Math.max(...look.quantiles.flatMap((q) => Array.from(q)))).toBeCloseTo(0.4, 6);
  });
});

describe('withAmounts', () => {
  it('puts a brain together again', () => {
    const look = brainOf([200, 300, 0, 450, 50], [0.1, 0.5, 0, 0.7, 0.3]);
    const whole = withAmounts(look.amounts, look);
    expect(whole[Math.round(0.1 * 63)]).toBeCloseTo(0.1, 3);
    expect(whole[Math.round(0.4 * 63)]).toBeCloseTo(0.5, 3);
    expect(whole[Math.round(0.8 * 63)]).toBeCloseTo(0.7, 3);
  });

  it('of another person’s amounts moves probabilities, not intensities', () => {
    const look = brainOf([200, 350, 0, 450, 0], [0.1, 0.5, 0, 0.7, 0]);
    const atrophied = withAmounts([0.6, 0.2, 0, 0.2, 0], look);
    expect(atrophied[Math.round(0.5 * 63)]).toBeCloseTo(0.1, 3);
  });

  it('never falls', () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(fc.property(fc.array(share, { minLength: 5, maxLength: 5 }), fc.array(share, { minLength: 5, maxLength: 5 }), (amounts, values) => {
      const q = withAmounts(amounts, brainOf([200, 200, 200, 200, 200], values));
      expect(q.every((v, i) => i === 0 || v >= q[i - 1]!)).toBe(true);
    }), { numRuns: 20 });
  });
});

it('meanLook is the mean of amounts and of quantiles', () => {
  const mean = meanLook([brainOf([200, 300, 0, 500, 0], [0.1, 0.5, 0, 0.7, 0]), brainOf([400, 300, 0, 300, 0], [0.3, 0.5, 0, 0.9, 0])]);
  expect(mean.amounts[0]).toBeCloseTo(0.3, 6);
  expect(mean.quantiles[3]![32]).toBeCloseTo(0.8, 6);
});

describe('equalise', () => {
  const ramp = (tone: (v: number) => number) => volumeOf([...shape], (i, j, k) => tone(0.2 + (0.8 * (i + 10 * j + 100 * k)) / 999));

  it('gives each voxel its rank in the brain, whatever the rising tone curve', () => {
    const plain = equalise(ramp((v) => v), everywhere, everywhere, 64);
    const curved = equalise(ramp((v) => 0.1 + v ** 3), everywhere, everywhere, 64);
    expect(plain[500]).toBeCloseTo(0.5, 2);
    plain.forEach((value, n) => { if (n > 10 && n < 990) expect(curved[n]).toBeCloseTo(value, 2); });
  });

  it('ends at 1.5, and is 0 out of view', () => {
    const inView = everywhere.slice();
    inView[500] = 0;
    const scan = volumeOf([...shape], (i, j, k) => (i + j + k === 0 ? 9 : 0.2 + k / 20));
    const ellipsoid = everywhere.slice();
    ellipsoid[0] = 0;
    const out = equalise(scan, inView, ellipsoid, 64);
    expect(out[0]).toBe(1.5);
    expect(out[500]).toBe(0);
  });
});
