import { describe, expect, it } from 'vitest';
import { edgeAgreement } from '../../src/pipeline/edgeAgreement.ts';
import { checkGates, isHardRefusal } from '../../src/pipeline/gates.ts';
import type { GateFacts, GateLimits } from '../../src/pipeline/gates.ts';
import { countIsolatedChanges } from '../../src/pipeline/isolatedChanges.ts';
import { ballMask, volumeOf, waves } from '../support/toyVolumes.ts';

const limits: GateLimits = {
  edgeAgreement: 0.97, minSlope: 0.25, maxSlope: 4, clippedFraction: 0.001, unknownStyle: 3, unknownAnatomy: 3,
  uncertainty: 0.2, calibratedUncertainty: 0.05,
};
const good: GateFacts = {
  edgeAgreement: 0.998, slopes: { min: 0.25, max: 4 }, clippedFraction: 0, changedBackground: 0,
  styleRarity: { source: 0.5, reference: 0.6 }, redrawRatio: 0.4, uncertainty: 0.02, isolatedChanges: 0,
};
const verdictOf = (change: Partial<GateFacts>, gate: string) => checkGates({ ...good, ...change }, limits).find((v) => v.gate === gate);

describe('checkGates', () => {
  it('passes a good scan at every gate, with value and limit', () => {
    const verdicts = checkGates(good, limits);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(new Array<string>(10).fill('pass'));
    expect(verdicts.every(({ value, limit }) => value !== null && limit !== null)).toBe(true);
    expect(verdicts.some((verdict) => 'issue' in verdict)).toBe(false);
  });

  it.each([
    ['edge-agreement', { edgeAgreement: 0.9699 }, 'refuse', 'QC_FAIL'],
    ['slope-min', { slopes: { min: 0.24, max: 1 } }, 'refuse', 'QC_FAIL'],
    ['slope-max', { slopes: { min: 1, max: 4.01 } }, 'refuse', 'QC_FAIL'],
    ['clipped-fraction', { clippedFraction: 0.0011 }, 'refuse', 'QC_FAIL'],
    ['background', { changedBackground: 1 }, 'refuse', 'QC_FAIL'],
    ['source-style', { styleRarity: { source: 3.1, reference: 0 } }, 'refuse', 'OOD_STYLE'],
    ['source-style', { styleRarity: { source: 1.1, reference: 0 } }, 'flag', 'OOD_STYLE'],
    ['reference-style', { styleRarity: { source: 0, reference: 3.1 } }, 'refuse', 'OOD_STYLE'],
    ['anatomy', { redrawRatio: 3.1 }, 'refuse', 'OOD_ANATOMY'],
    ['anatomy', { redrawRatio: 1.1 }, 'flag', 'OOD_ANATOMY'],
    ['uncertainty', { uncertainty: 0.21 }, 'refuse', 'UNCERTAIN'],
    ['uncertainty', { uncertainty: 0.06 }, 'flag', 'UNCERTAIN'],
    ['isolated-changes', { isolatedChanges: 1 }, 'flag', 'QC_FAIL'],
  ] as const)('%s with %j is %s, %s', (gate, change, verdict, issue) => {
    expect(verdictOf(change, gate)).toMatchObject({ verdict, issue });
    const others = checkGates({ ...good, ...change }, limits).filter((other) => other.gate !== gate);
    expect(others.some(isHardRefusal)).toBe(false);
  });

  it('refuses what could not be computed, and says null instead of NaN', () => {
    expect(verdictOf({ edgeAgreement: NaN }, 'edge-agreement')).toMatchObject({ verdict: 'refuse', value: null });
  });

  it('flags a bundle without calibration instead of passing it in silence', () => {
    const verdicts = checkGates({ ...good, styleRarity: null, redrawRatio: null }, limits);
    expect(verdicts.filter(({ verdict }) => verdict === 'flag').map(({ gate }) => gate)).toEqual(['source-style', 'reference-style', 'anatomy']);
  });
});

describe('edgeAgreement', () => {
  const shape = [30, 28, 26] as const;
  const source = volumeOf(shape, waves);

  it('of a scan with itself is 1, and stays above 0.99 under a strong change of contrast', () => {
    expect(edgeAgreement(source, source)).toBeCloseTo(1, 6);
    const contrast = { ...source, samples: source.samples.map((v) => (v < 0.5 ? 0.3 * v : 3 * v - 1.35)) };
    expect(edgeAgreement(source, contrast)).toBeGreaterThan(0.99);
  });

  it('of a scan with its negative is −1, and with another scan is near 0', () => {
    expect(edgeAgreement(source, { ...source, samples: source.samples.map((v) => 2 - v) })).toBeCloseTo(-1, 5);
    expect(Math.abs(edgeAgreement(source, volumeOf(shape, (i, j, k) => waves(k + 9, 3 - i, j))))).toBeLessThan(0.3);
  });

  it('falls below 0.97 when anatomy moves by half a voxel', () => {
    expect(edgeAgreement(source, volumeOf(shape, (i, j, k) => waves(i + 0.5, j + 0.5, k)))).toBeLessThan(0.97);
  });
});

describe('countIsolatedChanges', () => {
  const shape = [40, 40, 40] as const;
  const source = volumeOf(shape, waves);
  const brain = ballMask(shape, 18);
  const brighter = source.samples.map((v) => 1.4 * v + 0.1 * v * v);

  it('of one map for the whole brain is 0', () => {
    expect(countIsolatedChanges(source, { ...source, samples: brighter }, brain)).toBe(0);
  });

  it('finds two inserted blobs of 2 cm³, and does not count one of 0.1 cm³', () => {
    const isBlob = volumeOf(shape, (i, j, k) => {
      const inside = (x: number, r: number): boolean => Math.hypot(i - x, j - 20, k - 20) < r;
      return inside(12, 4) || inside(28, 4) || inside(20, 1.4) ? 1 : 0;
    });
    const edited = brighter.map((v, n) => v + 0.6 * isBlob.samples[n]!);
    expect(countIsolatedChanges(source, { ...source, samples: edited }, brain)).toBe(2);
  });
});
