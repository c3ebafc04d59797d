import { describe, expect, it } from 'vitest';

import type { Volume } from '../../src/core/volume.ts';
import { applyAffine } from '../../src/core/affine.ts';
import type { Conformed } from '../../src/preprocess/conform.ts';
import { conform } from '../../src/preprocess/conform.ts';
import { logShading } from '../../src/preprocess/steps/biasField.ts';
import { syntheticHead } from '../support/syntheticHead.ts';

const settings = {
  orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90',
  biasField: { enabled: true, degree: 3, iterations: 40 },
};

/** One coil beside the left temple: log shading with an SD of 0.15 over the brain. */
function coil(x: number, y: number, z: number): number {
  return 0.9 * Math.exp(-((x + 110) ** 2 + (y - 40) ** 2 + (z - 20) ** 2) / (2 * 85 ** 2));
}

/** SD over the brain of log b found − log b true. */
function residualSd({ trace, working, brain }: Conformed, truth: typeof coil): number {
  const log = logShading(trace.biasField!);
  let [n, sum, square] = [0, 0, 0];
  for (let o = 0; o < brain.length; o += 7) {
    if (brain[o] === 0) continue;
    const place = [o % 96, Math.floor(o / 96) % 120, Math.floor(o / 11520)] as const;
    const error = log(...place) - truth(...applyAffine(working.affine, place));
    n++;
    sum += error;
    square += error * error;
  }
  return Math.sqrt(square / n - (sum / n) ** 2);
}

/** Coefficient of variation of the voxels of one tissue: model values within a fixed window. */
function whiteVariation(volume: Volume, brain: Uint8Array): number {
  const white = [...volume.samples].filter((v, o) => brain[o] === 1 && v > 0.53);
  const mean = white.reduce((a, b) => a + b, 0) / white.length;
  return Math.sqrt(white.reduce((a, v) => a + (v - mean) ** 2, 0) / white.length) / mean;
}

describe('bias field', () => {
  it('finds one coil\'s shading within an SD of 2 %, with and without a skull', () => {
    expect(residualSd(conform(syntheticHead({ logShading: coil }), settings), () => 0)).toBeGreaterThan(0.12);
    expect(residualSd(conform(syntheticHead({ logShading: coil }), settings), coil)).toBeLessThan(0.02);
    expect(residualSd(conform(syntheticHead({ logShading: coil, skull: false }), settings), coil)).toBeLessThan(0.02);
  });

  it('leaves a flat head flat within an SD of 2 %', () => {
    expect(residualSd(conform(syntheticHead(), settings), () => 0)).toBeLessThan(0.02);
  });

  it('makes white matter narrower', () => {
    const shaded = syntheticHead({ logShading: coil });
    const before = conform(shaded, { ...settings, biasField: { ...settings.biasField, enabled: false } });
    const after = conform(shaded, settings);
    expect(whiteVariation(after.working, after.brain)).toBeLessThan(0.75 * whiteVariation(before.working, before.brain));
  });

  it('has mean 0 in the brain, stays within a factor of two, and is constant along the radius outside', () => {
    const { trace } = conform(syntheticHead({ logShading: (x) => x / 60 }), settings);
    const log = logShading(trace.biasField!);
    expect(log(95, 59.5, 56)).toBeLessThanOrEqual(0.7);
    expect(log(0, 59.5, 56)).toBeGreaterThanOrEqual(-0.7);
    expect(Math.abs(log(47.5, 59.5, 56))).toBeLessThan(0.15);
    for (const [dx, dy, dz] of [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, -1, 1]] as const) {
      const at = (far: number): number => log(47.5 + far * dx, 59.5 + far * dy, 56 + far * dz);
      expect(at(60)).toBeCloseTo(at(150), 12);
    }
    expect(log(70, 59.5, 56)).toBeGreaterThan(log(55, 59.5, 56) + 0.3);
  });
});
