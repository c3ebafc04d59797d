import { describe, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { quantiles } from '../../src/core/statistics.ts';
import { cjv } from '../../src/metrics/cjv.ts';
import { cnr } from '../../src/metrics/cnr.ts';
import { efc } from '../../src/metrics/efc.ts';
import { fber } from '../../src/metrics/fber.ts';
import { fwhm } from '../../src/metrics/fwhm.ts';
import { localContrast } from '../../src/metrics/localContrast.ts';
import { quantileSummary } from '../../src/metrics/quantileSummary.ts';
import { snr } from '../../src/metrics/snr.ts';
import { ssim } from '../../src/metrics/ssim.ts';
import { fitTissueClasses } from '../../src/metrics/tissueClasses.ts';
import { tissueContrast } from '../../src/metrics/tissueContrast.ts';
import { ballMask, normalSamples, volumeOf, withNoise } from '../support/toyVolumes.ts';

const shape: Shape3 = [40, 40, 40];
const noise = withNoise(volumeOf(shape, () => 0), 1, 'white');

describe('tissue classes', () => {
  const mixed = Float64Array.from([
    ...normalSamples(3000, 0.2, 0.05, 'fluid'),
    ...normalSamples(9000, 0.5, 0.04, 'grey'),
    ...normalSamples(8000, 0.7, 0.03, 'white'),
  ]);

  it('of a known mixture are found within 0.01 in mean and SD, and 0.02 in weight', () => {
    const classes = fitTissueClasses(quantileSummary(mixed, 1000))!;
    expect(classes.map(({ mean }) => mean)).toEqual([0.2, 0.5, 0.7].map((mean) => expect.closeTo(mean, 1.7)));
    [[0.2, 0.05, 0.15], [0.5, 0.04, 0.45], [0.7, 0.03, 0.4]].forEach(([mean, sd, weight], c) => {
      expect(Math.abs(classes[c]!.mean - mean!)).toBeLessThan(0.01);
      expect(Math.abs(classes[c]!.sd - sd!)).toBeLessThan(0.01);
      expect(Math.abs(classes[c]!.weight - weight!)).toBeLessThan(0.02);
    });
    expect(tissueContrast(classes)).toBeCloseTo(0.2 / 0.6, 1);
  });

  it('of constant intensities are absent', () => {
    expect(fitTissueClasses(new Float64Array(100).fill(0.5))).toBeUndefined();
  });
});

describe('cjv, cnr and snr', () => {
  const classes = [
    { mean: 0.2, sd: 0.1, weight: 0.2 },
    { mean: 0.5, sd: 0.05, weight: 0.4 },
    { mean: 0.8, sd: 0.04, weight: 0.4 },
  ] as const;

  it('are 0.3, 0.3/sqrt(0.0066) = 3.6927 and (2 + 10 + 20)/3', () => {
    expect(cjv(classes)).toBeCloseTo(0.3, 12);
    expect(cnr(classes, 0.05)).toBeCloseTo(0.3 / Math.sqrt(0.0066), 10);
    expect(snr(classes)).toBeCloseTo(32 / 3, 10);
  });
});

describe('efc and fber', () => {
  it('efc is 0 for one bright voxel and 1 for a flat image', () => {
    expect(efc([0, 0, 3, 0])).toBeCloseTo(0, 12);
    expect(efc(new Float64Array(1000).fill(0.7))).toBeCloseTo(1, 12);
  });

  it('fber of medians 3 and 0.5 is 36', () => {
    expect(fber([1, 3, 9], [0.2, 0.5, 0.6])).toBeCloseTo(36, 12);
  });
});

describe('fwhm', () => {
  it('of noise smoothed by a Gaussian of 2 voxels SD is 2·2.355·2 mm within 10 %', () => {
    const smooth = smoothed(noise, 2);
    expect(fwhm(smooth, ballMask(shape, 15))! / (2 * 2.3548 * 2)).toBeCloseTo(1, 0.9);
  });

  it('grows with smoothing, and is absent for a flat volume', () => {
    const mask = ballMask(shape, 15);
    expect(fwhm(smoothed(noise, 1), mask)!).toBeLessThan(fwhm(smoothed(noise, 1.6), mask)!);
    expect(fwhm(volumeOf(shape, () => 1), mask)).toBeUndefined();
  });
});

describe('localContrast', () => {
  it('of white noise of SD 0.1 has a median of 0.097 within 0.003, of a ramp sqrt(2/3) of its step', () => {
    const grain = withNoise(volumeOf(shape, () => 0.5), 0.1, 'grain');
    expect(Math.abs(quantiles(localContrast(grain, ballMask(shape, 15)), [0.5])[0]! - 0.097)).toBeLessThan(0.003);
    const ramp = volumeOf(shape, (i) => 0.01 * i);
    expect(localContrast(ramp, ballMask(shape, 15))[100]).toBeCloseTo(0.01 * Math.sqrt(2 / 3), 5);
  });

  it('is blind to brightness, unlike ssim', () => {
    const [dark, bright] = [withNoise(volumeOf(shape, () => 0.2), 0.05, 's'), withNoise(volumeOf(shape, () => 0.9), 0.05, 's')];
    const mask = ballMask(shape, 10);
    expect(localContrast(dark, mask)[5]).toBeCloseTo(localContrast(bright, mask)[5]!, 5);
    expect(ssim(dark, bright, mask)).toBeLessThan(0.6);
  });
});

/** Separable Gaussian blur of toy noise; the border is left out by the mask. */
function smoothed(volume: typeof noise, sigma: number): typeof noise {
  const radius = Math.ceil(4 * sigma);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, t) => Math.exp(-((t - radius) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  let current = volume.samples;
  for (const [axis, step] of [1, shape[0], shape[0] * shape[1]].entries()) {
    const input = current;
    current = input.map((_, voxel) => {
      const position = Math.floor(voxel / step) % shape[axis]!;
      return kernel.reduce((total, weight, t) => {
        const at = Math.min(Math.max(position + t - radius, 0), shape[axis]! - 1);
        return total + (weight / sum) * input[voxel + (at - position) * step]!;
      }, 0);
    });
  }
  return { ...volume, samples: current };
}
