import { describe, expect, it } from 'vitest';

import type { Shape3 } from '../../../src/core/volume.ts';
import { brainBox } from '../../../src/metrics/features/brainBox.ts';
import { featureCatalogue, featureGroups } from '../../../src/metrics/features/featureCatalogue.ts';
import type { FeatureScan } from '../../../src/metrics/features/featureEntry.ts';
import { grain } from '../../../src/metrics/features/grain.ts';
import { evenDirections, filledSlices, largestPart, outlineRadii, silhouette, silhouetteSize, symmetricEigenvalues } from '../../../src/metrics/features/outline.ts';
import { scanFeatureRow } from '../../../src/metrics/features/scanFeatureRow.ts';
import { scattering, scatteringNames } from '../../../src/metrics/features/scattering.ts';
import { conform } from '../../../src/preprocess/conform.ts';
import { phantomScan } from '../../support/phantomScan.ts';
import { ballMask, volumeOf, waves, withNoise } from '../../support/toyVolumes.ts';

const settings = { orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90', biasField: { enabled: false, degree: 3, iterations: 20 } };

function phantom(person: string): FeatureScan {
  const { working, brain, inView } = conform(phantomScan(person, 'a'), settings);
  return { working, brain, inView, head: Uint8Array.from(working.samples, (value) => (value > 0.1 ? 1 : 0)) };
}

const scan = phantom('sub-01');
const row = scanFeatureRow(scan);
const value = (of: Float64Array, id: string): number => of[featureCatalogue.findIndex((entry) => entry.id === id)]!;
const changed = (change: (value: number, voxel: number) => number): Float64Array =>
  scanFeatureRow({ ...scan, working: { ...scan.working, samples: scan.working.samples.map(change) } });

describe('featureCatalogue', () => {
  it('has one entry a column, each id once and fit for a table', () => {
    expect(row).toHaveLength(featureCatalogue.length);
    expect(new Set(featureCatalogue.map(({ id }) => id)).size).toBe(featureCatalogue.length);
    for (const { id, name, formula, source } of featureCatalogue) {
      expect(id).toMatch(/^[A-Za-z0-9._-]+$/);
      expect([name, formula, source].every((text) => text.length > 1)).toBe(true);
    }
  });

  it('every group gives as many numbers as it names', () => {
    for (const { entries, measure } of featureGroups) expect(measure(scan, null)).toHaveLength(entries.length);
  });
});

describe('scanFeatureRow', () => {
  it('gives a head every feature, and the same again', () => {
    expect(featureCatalogue.filter((_, n) => Number.isNaN(row[n])).map(({ id }) => id)).toEqual([]);
    expect(scanFeatureRow(scan)).toEqual(row);
  });

  it('a gain of 1.2 moves intensities by 1.2, texture and outline by nothing', () => {
    const brighter = changed((sample) => 1.25 * sample);
    for (const id of ['intensity.brain.mean', 'intensity.brain.percentile5', 'tissue.class.bright.mean', 'texture.brain.localContrast.p50', 'texture.brain.grain']) {
      expect(value(brighter, id) / value(row, id), id).toBeCloseTo(1.25, 2);
    }
    featureCatalogue.forEach(({ id, family }, n) => {
      if (family === 'silhouette' || /texture\.brain\.gl/.test(id)) expect(brighter[n]! / row[n]!, id).toBeCloseTo(1, 5);
    });
  });

  it('noise raises grain, local contrast and the finest wavelets, and lowers SNR; the coarse wavelets hardly notice', () => {
    const noise = withNoise(scan.working, 0.05, 'features');
    const noisy = scanFeatureRow({ ...scan, working: noise });
    expect(Math.hypot(value(row, 'texture.brain.grain'), 0.05) / value(noisy, 'texture.brain.grain')).toBeCloseTo(1, 1);
    expect(value(noisy, 'texture.brain.localContrast.p50')).toBeGreaterThan(1.1 * value(row, 'texture.brain.localContrast.p50'));
    const shift = (id: string): number => value(noisy, id) - value(row, id);
    expect(shift('embedding.brain.scale1.xyz')).toBeGreaterThan(0.3);
    expect(shift('embedding.brain.scale1.xyz')).toBeGreaterThan(4 * Math.abs(shift('embedding.brain.scale3.x')));
    expect(value(noisy, 'quality.snr')).toBeLessThan(value(row, 'quality.snr'));
  });

  it('brain features see nothing beyond the brain', () => {
    const other = changed((sample, voxel) => (scan.brain[voxel] === 1 ? sample : 0.5 * sample));
    featureCatalogue.forEach(({ id, region }, n) => {
      // local contrast and gradients look one voxel over the edge
      if (region === 'brain' && !/gradient|localContrast/.test(id)) expect(other[n], id).toBe(row[n]);
    });
    expect(value(other, 'intensity.head.mean')).toBeLessThan(value(row, 'intensity.head.mean'));
  });

  it('a flat brain has absent features and no failure; an empty one too', () => {
    const flat = scanFeatureRow({ ...scan, working: volumeLike(() => 0.5) });
    expect(value(flat, 'intensity.brain.mean')).toBe(0.5);
    for (const id of ['texture.brain.glcm.contrast', 'tissue.contrast', 'quality.snr']) expect(value(flat, id)).toBeNaN();
    const empty = scanFeatureRow({ ...scan, brain: new Uint8Array(scan.brain.length) });
    expect(value(empty, 'intensity.brain.mean')).toBeNaN();
    expect(value(empty, 'intensity.head.mean')).toBe(value(row, 'intensity.head.mean'));
    expect([...flat, ...empty].every((number) => Number.isFinite(number) || Number.isNaN(number))).toBe(true);
  });

  function volumeLike(of: () => number): FeatureScan['working'] {
    return { ...scan.working, samples: scan.working.samples.map(of) };
  }
});

describe('brainBox', () => {
  it('holds the whole brain, begins at multiples of 8 and keeps every voxel’s place in the world', () => {
    const box = brainBox(scan);
    expect(box.working.shape.every((n) => n % 8 === 0)).toBe(true);
    expect(box.brain.reduce((a, b) => a + b, 0)).toBe(scan.brain.reduce((a, b) => a + b, 0));
    const steps = box.working.affine.rows.map((line, r) => (line[3]! - scan.working.affine.rows[r]![3]!) / 2);
    expect(steps.every((step) => Math.abs(step - Math.round(step)) < 1e-4 && Math.round(step) % 8 === 0)).toBe(true);
  });
});

describe('silhouette', () => {
  const shape: Shape3 = [40, 44, 36];
  const ball = ballMask(shape, 14);
  const core = ballMask(shape, 6);
  const hollow = ball.map((inside, voxel) => (core[voxel] === 1 ? 0 : inside));

  it('fills holes and drops specks: a hollow ball with a speck is the ball', () => {
    const specked = hollow.slice();
    specked[0] = 1;
    expect(silhouette(specked, shape)).toEqual(ball);
    expect(largestPart(specked, shape)).toEqual(hollow);
    expect(filledSlices(hollow, shape)).toEqual(ball);
  });

  it('a ball of radius 14 voxels of 2 mm: volume 4/3 π r³, equal axes 4 r/sqrt(5), rays r', () => {
    const { volumeCm3, axesMm, extentMm } = silhouetteSize(ball, shape, [2, 2, 2]);
    expect(volumeCm3 / ((4 / 3) * Math.PI * 2.8 ** 3)).toBeCloseTo(1, 1);
    for (const axis of axesMm) expect(axis / ((4 * 28) / Math.sqrt(5))).toBeCloseTo(1, 1);
    expect(extentMm).toEqual([54, 54, 54]);
    for (const ray of outlineRadii(ball, shape, 2, [20, 22, 18], evenDirections(50, -1))) expect(Math.abs(ray - 28)).toBeLessThanOrEqual(2);
  });

  it('eigenvalues of [[2, 1, 0], [1, 2, 0], [0, 0, 5]] are 5, 3 and 1', () => {
    symmetricEigenvalues(2, 2, 5, 1, 0, 0).forEach((found, n) => expect(found).toBeCloseTo([5, 3, 1][n]!, 12));
  });

  it('directions are unit vectors spread evenly: their mean is the centre', () => {
    const all = evenDirections(62, -1);
    for (const direction of all) expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
    for (const axis of [0, 1, 2]) expect(Math.abs(all.reduce((sum, d) => sum + d[axis]!, 0) / all.length)).toBeLessThan(0.02);
  });
});

describe('grain', () => {
  it('of white noise on waves is its SD within 5 %; 0 of any quadratic surface', () => {
    const shape: Shape3 = [40, 40, 40];
    const all = new Uint8Array(64000).fill(1);
    expect(grain(withNoise(volumeOf(shape, waves), 0.1, 'grain'), all) / 0.1).toBeCloseTo(1, 1);
    expect(grain(volumeOf(shape, (i, j, k) => i * i + i * j + k), all)).toBe(0);
    expect(grain(volumeOf(shape, waves), new Uint8Array(64000))).toBeNaN();
  });
});

describe('scattering', () => {
  const shape: Shape3 = [32, 32, 32];
  const all = new Uint8Array(32 ** 3).fill(1);
  const names = scatteringNames().map(({ id }) => id);
  const of = (volume: ReturnType<typeof volumeOf>, id: string): number => scattering(volume, all)[names.indexOf(id)]!;

  it('puts stripes along x of period 2 into the finest x band alone, with their half height', () => {
    const stripes = volumeOf(shape, (i) => (i % 2 === 0 ? 1 : 0));
    expect(Math.exp(of(stripes, 'scale1.x'))).toBeCloseTo(0.5, 3);
    for (const id of names.filter((name) => name !== 'scale1.x' && name !== 'mean')) expect(Math.exp(of(stripes, id)), id).toBeLessThan(2e-5);
  });

  it('puts stripes along z of period 8 into scale 3', () => {
    const stripes = volumeOf(shape, (_, __, k) => (k % 8 < 4 ? 1 : 0));
    expect(Math.exp(of(stripes, 'scale3.z'))).toBeCloseTo(0.5, 3);
    expect(Math.exp(of(stripes, 'scale1.z'))).toBeLessThan(2e-5);
  });

  it('the second order sees that texture comes and goes, which the first does not', () => {
    const fine = (i: number, strength: number): number => (i % 2 === 0 ? strength : -strength);
    const even = volumeOf(shape, (i) => fine(i, 0.5));
    const patchy = volumeOf(shape, (i, j) => fine(i, j % 4 < 2 ? 1 : 0));
    expect(of(even, 'scale1.x')).toBeCloseTo(of(patchy, 'scale1.x'), 6);
    expect(of(patchy, 'scale1to2.axes1to1')).toBeGreaterThan(of(even, 'scale1to2.axes1to1') + 3);
  });
});
