import { describe, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { cannyEdges } from '../../src/metrics/cannyEdges.ts';
import { distanceToNearest } from '../../src/metrics/distanceTransform.ts';
import { edgeAgreement } from '../../src/metrics/edgeAgreement.ts';
import { idempotence } from '../../src/metrics/idempotence.ts';
import { localNcc } from '../../src/metrics/localNcc.ts';
import { msSsim } from '../../src/metrics/msSsim.ts';
import { pairFidelity, pairMetricIds } from '../../src/metrics/pairFidelity.ts';
import { sliceConsistency } from '../../src/metrics/sliceConsistency.ts';
import { tissueCorrelation } from '../../src/metrics/tissueCorrelation.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

const shape: Shape3 = [40, 36, 32];
const still = volumeOf(shape, waves);
const ball = ballMask(shape, 13);
const changed = (change: (value: number, voxel: number) => number): typeof still => ({ ...still, samples: still.samples.map(change) });
const curved = changed((value) => 0.3 * value + value * value);
const noise = withNoise(volumeOf(shape, () => 0.5), 0.1, 'noise');

describe('msSsim', () => {
  it('is 1 for equal volumes, above 0.97 for one 0.1 brighter, and falls with noise', () => {
    expect(msSsim(still, still, ball)).toBeCloseTo(1, 12);
    expect(msSsim(still, changed((value) => value + 0.1), ball)).toBeGreaterThan(0.97);
    expect(msSsim(still, withNoise(still, 0.1, 'm'), ball)).toBeLessThan(0.95);
    expect(msSsim(still, withNoise(still, 0.3, 'm'), ball)).toBeLessThan(msSsim(still, withNoise(still, 0.1, 'm'), ball));
  });

  it('of two constant volumes is the luminance term of the coarsest scale, to the power .476', () => {
    const [a, b] = [volumeOf(shape, () => 0.5), volumeOf(shape, () => 0.7)];
    expect(msSsim(a, b, ball)).toBeCloseTo(((0.7 + 1e-4) / (0.74 + 1e-4)) ** (0.3001 / (0.0448 + 0.2856 + 0.3001)), 6);
  });
});

describe('cannyEdges', () => {
  it('puts the edge of a ball on its surface, one or two voxels thick, whatever the contrast', () => {
    const of = (contrast: number): Uint8Array => cannyEdges(volumeOf(shape, (i, j, k) => 0.2 + contrast / (1 + Math.exp(2 * (Math.hypot(i - 20, j - 18, k - 16) - 9)))), new Uint8Array(still.samples.length).fill(1), { low: 0.9, high: 0.95 });
    const edges = of(0.5);
    const radii = volumeOf(shape, (i, j, k) => Math.hypot(i - 20, j - 18, k - 16)).samples.filter((_, voxel) => edges[voxel] === 1);
    expect(radii.length).toBeGreaterThan(700);
    expect(radii.every((radius) => Math.abs(radius - 9) < 1.2)).toBe(true);
    expect(of(0.05)).toEqual(edges);
  });

  it('finds none in a flat volume', () => {
    expect(cannyEdges(volumeOf(shape, () => 1), ball).includes(1)).toBe(false);
  });
});

describe('distanceToNearest', () => {
  it('is the distance to the nearest of two points, with the spacing of each axis', () => {
    const mask = new Uint8Array(still.samples.length);
    mask[5 + 40 * (6 + 36 * 7)] = 1;
    mask[30 + 40 * (20 + 36 * 25)] = 1;
    const found = distanceToNearest(mask, shape, [1, 2, 3]);
    const wanted = volumeOf(shape, (i, j, k) => Math.min(Math.hypot(i - 5, 2 * (j - 6), 3 * (k - 7)), Math.hypot(i - 30, 2 * (j - 20), 3 * (k - 25)))).samples;
    found.forEach((distance, voxel) => { if (Math.abs(distance - wanted[voxel]!) > 1e-5) expect(distance).toBe(wanted[voxel]); });
    expect(distanceToNearest(new Uint8Array(still.samples.length), shape, [1, 1, 1])[0]).toBe(Infinity);
  });
});

describe('edgeAgreement', () => {
  it('is above 0.85 under a strong tone curve on waves without a sharp edge, and whole and 0 mm apart under a gain', () => {
    expect(edgeAgreement(still, curved, ball)!.f1).toBeGreaterThan(0.85);
    expect(edgeAgreement(still, changed((value) => 3 * value), ball)).toEqual({ f1: 1, assdMm: 0 });
  });

  it('falls for noise, and for edges moved by three voxels, which lie farther apart', () => {
    const moved = volumeOf(shape, (i, j, k) => waves(i - 3, j, k));
    expect(edgeAgreement(still, moved, ball)!.f1).toBeLessThan(0.8);
    expect(edgeAgreement(still, moved, ball)!.assdMm).toBeGreaterThan(1);
    expect(edgeAgreement(still, noise, ball)!.f1).toBeLessThan(0.9);
    expect(edgeAgreement(still, volumeOf(shape, () => 1), ball)).toBeUndefined();
  });
});

describe('localNcc', () => {
  it('is 1 under a gain and an offset, −1 for the negative, near 0 against noise', () => {
    expect(localNcc(still, changed((value) => 4 + 2 * value), ball)).toBeCloseTo(1, 5);
    expect(localNcc(still, changed((value) => -value), ball)).toBeCloseTo(-1, 6);
    expect(Math.abs(localNcc(still, noise, ball))).toBeLessThan(0.05);
  });

  it('sees a place that was redrawn, and is NaN where nothing varies', () => {
    const redrawn = changed((value, voxel) => (voxel % 40 < 20 ? noise.samples[voxel]! : value));
    expect(localNcc(still, redrawn, ball)).toBeGreaterThan(0.3);
    expect(localNcc(still, redrawn, ball)).toBeLessThan(0.7);
    expect(localNcc(still, volumeOf(shape, () => 1), ball)).toBeNaN();
  });
});

describe('tissueCorrelation', () => {
  it('a tone curve leaves the ranks at 1 and bends Pearson; noise lowers both', () => {
    const { pearson, spearman } = tissueCorrelation(still, changed((value) => value ** 6), ball);
    expect(spearman).toBeCloseTo(1, 6);
    expect(pearson).toBeLessThan(0.95);
    expect(tissueCorrelation(still, withNoise(still, 0.15, 't'), ball).pearson).toBeCloseTo(Math.sqrt(1 / (1 + 0.15 ** 2 / 0.01505)), 1);
    expect(tissueCorrelation(still, volumeOf(shape, () => 1), ball).pearson).toBeNaN();
  });
});

describe('sliceConsistency', () => {
  it('is 1 under a gain and above 1.05 where every other slice is 5 % brighter', () => {
    expect(sliceConsistency(still, changed((value) => 2 * value), ball)).toBeCloseTo(1, 6);
    const flicker = changed((value, voxel) => value * (Math.floor(voxel / (40 * 36)) % 2 === 0 ? 1.05 : 0.95));
    expect(sliceConsistency(still, flicker, ball)).toBeGreaterThan(1.05);
    expect(sliceConsistency(still, volumeOf(shape, (i, j, k) => (waves(i - 1, j, k) + waves(i, j, k) + waves(i + 1, j, k)) / 3), ball)).toBeLessThan(0.99);
  });
});

describe('idempotence', () => {
  it('is 0 for a method that is done after once, 1 for one that goes on, NaN for one that does nothing', () => {
    const once = changed((value) => value + 0.1);
    expect(idempotence(still, once, once, ball)).toBe(0);
    expect(idempotence(still, once, changed((value) => value + 0.2), ball)).toBeCloseTo(1, 5);
    expect(idempotence(still, still, still, ball)).toBeNaN();
  });
});

describe('pairFidelity', () => {
  it('of a scan and itself is perfect, with no finite PSNR', () => {
    const same = pairFidelity(still, still, { brain: ball, head: ball });
    expect(Object.keys(same)).toEqual(pairMetricIds);
    expect(same).toMatchObject({ gradientCorrelation: expect.closeTo(1, 9), edgeF1: 1, edgeAssd: 0, tissuePearson: expect.closeTo(1, 9), sliceConsistency: 1, mae: 0, psnr: null });
  });

  it('shows a blur by lost detail within tissue, edges and local correlation', () => {
    const mean3 = (i: number, j: number, k: number): number => [-2, 0, 2].reduce((sum, d) => sum + waves(i + d, j, k) + waves(i, j + d, k) + waves(i, j, k + d), 0) / 9;
    const noisy = withNoise(still, 0.03, 'p');
    const blurred = pairFidelity(noisy, volumeOf(shape, mean3), { brain: ball, head: ball });
    expect(blurred.tissueSpearman!).toBeLessThan(0.97);
    expect(blurred.sliceConsistency!).toBeLessThan(0.9);
    expect(blurred.msSsim!).toBeLessThan(0.99);
  });

  it('gives null, not NaN, for a flat output', () => {
    const flat = pairFidelity(still, volumeOf(shape, () => 0.5), { brain: ball, head: ball });
    expect([flat.gradientCorrelation, flat.localNcc, flat.edgeF1, flat.tissuePearson]).toEqual([null, null, null, null]);
  });
});
