import { describe, expect, it } from 'vitest';

import type { Shape3 } from '../../../src/core/volume.ts';
import { firstOrder, firstOrderFeatures } from '../../../src/metrics/features/ibsi/firstOrder.ts';
import { glcm, glcmFeatures } from '../../../src/metrics/features/ibsi/glcm.ts';
import { glrlm, glrlmFeatures } from '../../../src/metrics/features/ibsi/glrlm.ts';
import { glszm, glszmFeatures } from '../../../src/metrics/features/ibsi/glszm.ts';
import { discretised, levelsOf, withoutOutliers } from '../../../src/metrics/features/ibsi/levels.ts';
import { ngtdm, ngtdmFeatures } from '../../../src/metrics/features/ibsi/ngtdm.ts';
import { volumeOf, waves } from '../../support/toyVolumes.ts';

/** IBSI's digital phantom: 5 × 4 × 4 voxels, 0 outside its region of 74. */
const phantom = [
  [1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1],
  [1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1],
  [1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1],
  [1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1],
].flat();
const region = levelsOf(phantom, [5, 4, 4]);

const named = (features: readonly { id: string }[], values: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(features.map(({ id }, n) => [id, values[n]!]));

describe('IBSI’s digital phantom', () => {
  // published reference values, to the three digits that they are published with
  it.each([
    ['first order', firstOrderFeatures, firstOrder(phantom.filter((level) => level > 0)), {
      mean: 2.15, variance: 3.05, skewness: 1.08, kurtosis: -0.355, median: 1, minimum: 1, p10: 1, p90: 4, maximum: 6, interquartileRange: 3, range: 5,
      meanAbsoluteDeviation: 1.55, robustMeanAbsoluteDeviation: 1.11, medianAbsoluteDeviation: 1.15, coefficientOfVariation: 0.812,
      quartileCoefficientOfDispersion: 0.6, rootMeanSquare: 2.77,
    }],
    ['co-occurrence, 3-D merged', glcmFeatures, glcm(region), {
      jointMaximum: 0.509, jointAverage: 2.15, jointVariance: 3.13, jointEntropy: 2.57, differenceVariance: 3.21, differenceEntropy: 1.64, sumEntropy: 2.11,
      angularSecondMoment: 0.291, contrast: 5.12, dissimilarity: 1.38, inverseDifference: 0.688, normalisedInverseDifference: 0.856,
      inverseDifferenceMoment: 0.631, normalisedInverseDifferenceMoment: 0.902, inverseVariance: 0.0574, correlation: 0.183, autocorrelation: 5.19,
      clusterTendency: 7.41, clusterShade: 17.4, clusterProminence: 147, informationCorrelation1: -0.0288, informationCorrelation2: 0.269,
    }],
    ['run lengths, 3-D merged', glrlmFeatures, glrlm(region), {
      shortRuns: 0.729, longRuns: 2.76, lowLevelRuns: 0.607, highLevelRuns: 9.64, shortLowLevelRuns: 0.372, shortHighLevelRuns: 8.67, longLowLevelRuns: 2.16,
      longHighLevelRuns: 15.6, levelNonUniformity: 281, normalisedLevelNonUniformity: 0.43, lengthNonUniformity: 328, normalisedLengthNonUniformity: 0.501,
      runPercentage: 0.68, levelVariance: 3.48, lengthVariance: 0.598, runEntropy: 2.62,
    }],
    ['size zones, 3-D', glszmFeatures, glszm(region), {
      smallZones: 0.255, largeZones: 550, lowLevelZones: 0.253, highLevelZones: 15.6, smallLowLevelZones: 0.0256, smallHighLevelZones: 2.76,
      largeLowLevelZones: 503, largeHighLevelZones: 1490, levelNonUniformity: 1.4, normalisedLevelNonUniformity: 0.28, sizeNonUniformity: 1,
      normalisedSizeNonUniformity: 0.2, zonePercentage: 0.0676, levelVariance: 2.64, sizeVariance: 331, zoneEntropy: 2.32,
    }],
    ['tone differences, 3-D', ngtdmFeatures, ngtdm(region), { coarseness: 0.0296, contrast: 0.584, busyness: 6.54, complexity: 13.5, strength: 0.763 }],
  ])('%s', (_, features, values, published: Record<string, number>) => {
    const found = named(features, values);
    expect(Object.keys(published)).toHaveLength(features.length);
    for (const [id, value] of Object.entries(published)) expect(Math.abs(found[id]! / value - 1), id).toBeLessThan(0.005);
  });
});

describe('discretised', () => {
  const shape: Shape3 = [20, 18, 16];
  const volume = volumeOf(shape, waves);
  const mask = new Uint8Array(volume.samples.length).fill(1);

  it('gives equal bins from least to greatest: a ramp of 0 … 63 in 32 levels has two voxels in each', () => {
    const ramp = volumeOf([4, 4, 4], (i, j, k) => i + 4 * j + 16 * k);
    const { levels, count, voxels } = discretised(ramp, new Uint8Array(64).fill(1))!;
    expect([count, voxels]).toEqual([32, 64]);
    const perLevel = new Array<number>(33).fill(0);
    for (const level of levels) perLevel[level]!++;
    expect(perLevel.slice(1).reduce((sum, n) => sum + n, 0)).toBe(64);
    expect([perLevel[1], perLevel[16], perLevel[32]]).toEqual([2, 2, 2]);
  });

  it('does not depend on the scale of the intensities, nor do the features', () => {
    const scaled = { ...volume, samples: volume.samples.map((value) => 8 * value) };
    expect(discretised(scaled, mask)!.levels).toEqual(discretised(volume, mask)!.levels);
    expect(glcm(discretised(scaled, mask)!)).toEqual(glcm(discretised(volume, mask)!));
  });

  it('is undefined for a flat region and for one of 63 voxels', () => {
    expect(discretised(volumeOf(shape, () => 1), mask)).toBeUndefined();
    expect(discretised(volume, mask.map((_, voxel) => (voxel < 63 ? 1 : 0)))).toBeUndefined();
  });

  it('withoutOutliers drops what lies beyond three SD, and nothing else', () => {
    const spiked = { ...volume, samples: volume.samples.slice() };
    spiked.samples[100] = 9;
    const kept = withoutOutliers(spiked, mask);
    expect(kept[100]).toBe(0);
    expect(kept.reduce((sum, inside) => sum + inside, 0)).toBe(mask.length - 1);
  });
});
