import { describe, expect, it } from 'vitest';

import { randomStream } from '../../../src/core/random.ts';
import { ctFeatureCatalogue, ctFeatureRow, type CtMeasurements } from '../../../src/metrics/ct/ctFeatures.ts';
import { createLevelMeter } from '../../../src/metrics/ct/levelMeter.ts';
import { meanNoiseFrequency, whiteNoiseSd } from '../../../src/metrics/ct/noise.ts';
import { glcm, glcmFeatures } from '../../../src/metrics/features/ibsi/glcm.ts';

const SIZE = 96;
const plane = (of: (n: number) => number): Float32Array => Float32Array.from({ length: SIZE * SIZE }, (_, n) => of(n));
const contrast = glcmFeatures.findIndex(({ id }) => id === 'contrast');

describe('createLevelMeter', () => {
  it('puts HU into bins of 25, clamps what lies beyond, and takes a region where the smoothed slice is in it', () => {
    const meter = createLevelMeter([SIZE, SIZE, 1]);
    // soft tissue: levels begin at -225, 23 of them; columns of -225, -201, -200, 349, 5000 HU
    meter.add(0, plane((n) => [-225, -201, -200, 349, 5000][n % 5]!), plane(() => 60), plane(() => 1));
    const { soft, lung } = meter.result();
    expect(lung).toBeUndefined();
    expect(soft!.voxels).toBe(SIZE * SIZE);
    const first = 1 + soft!.shape[0] * (1 + soft!.shape[1]);
    expect([...soft!.levels.subarray(first, first + 5)]).toEqual([1, 1, 2, 23, 23]);
  });

  it('sees no neighbours from slice to slice: slices that differ by a constant have no contrast', () => {
    const meter = createLevelMeter([SIZE, SIZE, 4]);
    for (let k = 0; k < 4; k++) meter.add(k, plane(() => 30 * k), plane(() => 60), plane(() => 1));
    expect(glcm(meter.result().soft!)[contrast]).toBe(0);
  });

  it('finds the contrast of white noise: two variances of its levels', () => {
    const random = randomStream('levels');
    const meter = createLevelMeter([SIZE, SIZE, 3]);
    for (let k = 0; k < 3; k++) meter.add(k, plane(() => 60 + 50 * random.nextNormal()), plane(() => 60), plane(() => 1));
    // (50/25)² + 1/12 for the bins, twice
    expect(glcm(meter.result().soft!)[contrast]! / (2 * (4 + 1 / 12))).toBeCloseTo(1, 1);
  });
});

describe('noise of flat tissue', () => {
  it('of one band lies at that band, and white noise has its own SD', () => {
    expect(meanNoiseFrequency([0, 0, 7, 0], [0.1, 0.2, 0.3, 0.4])).toBeCloseTo(0.3, 12);
    expect(whiteNoiseSd([25, 25, 25])).toBe(5);
  });

  it('counts a ring by its circumference', () => {
    expect(meanNoiseFrequency([1, 1], [0.1, 0.3])).toBeCloseTo((0.01 + 0.09) / 0.4, 12);
  });
});

describe('ctFeatureRow', () => {
  const measured: CtMeasurements = {
    anchors: [{ id: 'fat', expected: '', voxels: 500, before: { mean: -101, sd: 12 }, after: { mean: 0, sd: 0 }, shift: 0, limit: 0 }], lung: undefined, nps: undefined, noiseSd: NaN, noiseFrequency: NaN, skin: undefined, detailSd: 33,
    levels: { soft: undefined, lung: undefined }, histogram: new Float64Array(32).fill(1 / 32), shares: [0.1, 0.2, 0.6, 0.1], outline: [{ areaCm2: 500, widthMm: 300, depthMm: 200 }],
  };

  it('has one number a column, NaN where the scan has none, and says why it may have none', () => {
    const row = ctFeatureRow(measured);
    expect(row).toHaveLength(ctFeatureCatalogue.length);
    const at = (id: string): number => row[ctFeatureCatalogue.findIndex((entry) => entry.id === id)]!;
    expect([at('hu.fat.mean'), at('hu.fat.sd'), at('grain.detailSd'), at('share.soft'), at('silhouette.widthMm.p50')]).toEqual([-101, 12, 33, 0.6, 300]);
    ctFeatureCatalogue.forEach(({ id, absent }, n) => { if (Number.isNaN(row[n])) expect(absent, id).toBeDefined(); });
  });

  it('names every column once, in the form of a CSV column', () => {
    const ids = ctFeatureCatalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[A-Za-z0-9._-]+$/.test(id))).toEqual([]);
  });
});
