import { describe, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { clippedFraction } from '../../src/metrics/clippedFraction.ts';
import { displacement } from '../../src/metrics/displacement.ts';
import { gradientCorrelation } from '../../src/metrics/gradientCorrelation.ts';
import { mae } from '../../src/metrics/mae.ts';
import { nmi } from '../../src/metrics/nmi.ts';
import { psnr } from '../../src/metrics/psnr.ts';
import { ssim } from '../../src/metrics/ssim.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

const shape: Shape3 = [44, 40, 36];
const still = volumeOf(shape, waves);
const everywhere = new Uint8Array(still.samples.length).fill(1);
const ball = ballMask(shape, 14);
const brighter = { ...still, samples: still.samples.map((value) => value + 0.1) };
const curved = { ...still, samples: still.samples.map((value) => 0.9 * value + 0.25 * value * value) };

describe('mae and psnr', () => {
  it('of a volume 0.1 brighter are 0.1 and 20 dB', () => {
    expect(mae(still, brighter, ball)).toBeCloseTo(0.1, 6);
    expect(psnr(still, brighter, ball)).toBeCloseTo(20, 4);
    expect(psnr(still, brighter, ball, 10)).toBeCloseTo(40, 4);
  });

  it('look only inside the mask', () => {
    const outside = { ...still, samples: still.samples.map((value, voxel) => (ball[voxel] === 1 ? value : value + 5)) };
    expect(mae(still, outside, ball)).toBe(0);
  });
});

describe('ssim', () => {
  it('is 1 for equal volumes, and falls with noise: 0.05 above 0.2', () => {
    expect(ssim(still, still, ball)).toBeCloseTo(1, 12);
    const little = ssim(still, withNoise(still, 0.05, 'a'), ball);
    const much = ssim(still, withNoise(still, 0.2, 'b'), ball);
    expect(little).toBeGreaterThan(much);
    expect(much).toBeLessThan(0.6);
  });

  it('of two constant volumes follows the luminance term: 2·0.5·0.7/(0.25 + 0.49) with C1 = 1e-4', () => {
    const [a, b] = [volumeOf(shape, () => 0.5), volumeOf(shape, () => 0.7)];
    expect(ssim(a, b, ball)).toBeCloseTo((0.7 + 1e-4) / (0.74 + 1e-4), 6);
  });
});

describe('nmi', () => {
  it('is 2 between a volume and itself inverted, near 1 against noise', () => {
    const inverted = { ...still, samples: still.samples.map((value) => -value) };
    expect(nmi(still, inverted, ball)).toBeGreaterThan(1.9);
    expect(nmi(still, withNoise(volumeOf(shape, () => 0), 1, 'n'), everywhere)).toBeLessThan(1.15);
  });
});

describe('gradientCorrelation', () => {
  it('is 1 under a linear change, above 0.97 under a tone curve, near 0 against noise', () => {
    expect(gradientCorrelation(still, brighter, everywhere)).toBeCloseTo(1, 4);
    expect(gradientCorrelation(still, curved, everywhere)).toBeGreaterThan(0.97);
    expect(Math.abs(gradientCorrelation(still, withNoise(volumeOf(shape, () => 0), 1, 'g'), everywhere))).toBeLessThan(0.05);
  });

  it('falls when the anatomy moves by one voxel', () => {
    const moved = volumeOf(shape, (i, j, k) => waves(i - 1, j, k));
    expect(gradientCorrelation(still, moved, everywhere)).toBeLessThan(0.9);
  });

  it('refuses two grids, naming both', () => {
    expect(() => gradientCorrelation(still, volumeOf([4, 4, 4], waves), everywhere)).toThrow('44×40×36');
  });
});

describe('displacement', () => {
  it('is 0 between equal volumes', () => {
    expect(displacement(still, still, everywhere)).toMatchObject({ median: expect.closeTo(0, 7), p99: expect.closeTo(0, 6) });
  });

  it('stays below 0.02 voxel under a tone curve', () => {
    expect(displacement(still, curved, everywhere)!.p99).toBeLessThan(0.02);
  });

  it.each([[0.3, 0, 0], [0, 0.3, 0], [0, 0, 0.3], [-0.5, 0, 0]])('recovers a shift of (%s, %s, %s) voxels within 0.06', (di, dj, dk) => {
    const moved = volumeOf(shape, (i, j, k) => waves(i - di, j - dj, k - dk));
    expect(Math.abs(displacement(still, moved, everywhere)!.median - Math.hypot(di, dj, dk))).toBeLessThan(0.06);
  });

  it('is 1 where the anatomy was replaced', () => {
    const other = volumeOf(shape, (i, j, k) => 0.5 + 0.2 * Math.sin((i * j + k * k) / 37));
    expect(displacement(still, other, everywhere)!.median).toBe(1);
  });

  it('is undefined where nothing holds structure', () => {
    const flat = volumeOf(shape, () => 0.5);
    expect(displacement(flat, flat, everywhere)).toBeUndefined();
    expect(displacement(still, still, new Uint8Array(everywhere.length))).toBeUndefined();
  });
});

describe('clippedFraction', () => {
  it('counts voxels driven to black: a quarter', () => {
    const a = volumeOf([4, 4, 4], () => 1);
    const b = volumeOf([4, 4, 4], (i) => (i === 0 ? 0 : 1));
    expect(clippedFraction(a, b, new Uint8Array(64).fill(1))).toBe(0.25);
  });
});
