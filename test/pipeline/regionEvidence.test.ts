import { describe, expect, it } from 'vitest';
import { evaluateCurve } from '../../src/field/startCurve.ts';
import { wasserstein1OfQuantiles } from '../../src/metrics/wasserstein1.ts';
import type { StyleEvidence } from '../../src/pipeline/changeStrength.ts';
import { matchRegions, onSameBrain, ownStyle } from '../../src/pipeline/regionEvidence.ts';
import type { MovedScan } from '../../src/pipeline/regionEvidence.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const shape = [10, 10, 10] as const;
const everywhere = new Uint8Array(1000).fill(1);
const nowhere = new Uint8Array(1000);
const ramp = (low: number, high: number) => (i: number, j: number, k: number): number => low + ((high - low) * (i + 10 * j + 100 * k)) / 999;

/** A brain that ran from .2 to .6 and that the field moved by `shift`. */
function moved(shift: number, outside = nowhere): MovedScan {
  return { working: volumeOf([...shape], ramp(0.2, 0.6)), moved: volumeOf([...shape], ramp(0.2 + shift, 0.6 + shift)), regions: { brain: everywhere, outside } };
}

/** The same ramp, shifted. */
function evidence(shift: number, scans = 1): StyleEvidence {
  const regions = { brain: everywhere, outside: everywhere };
  const own = ownStyle(volumeOf([...shape], ramp(0.2 + shift, 0.6 + shift)), regions, { code: new Float32Array(2), tissue: new Float32Array(4000) }, 64);
  return { ...own, scans };
}

/** A brain of fluid at .2 and white matter at .6, of which `fluid` is fluid, under a scanner that adds `shift`. */
function twoTissues(fluid: number, shift: number): StyleEvidence {
  const count = Math.round(1000 * fluid);
  const shares = new Float32Array(4000);
  shares.fill(1, 0, count);
  shares.fill(1, 3000 + count, 4000);
  const working = volumeOf([...shape], (i, j, k) => (i + 10 * j + 100 * k < count ? 0.2 : 0.6) + shift);
  return ownStyle(working, { brain: everywhere, outside: nowhere }, { code: new Float32Array(2), tissue: shares }, 64);
}

describe('onSameBrain', () => {
  const distance = (a: StyleEvidence, b: StyleEvidence): number => wasserstein1OfQuantiles(a.quantiles, b.quantiles);

  it('finds no difference between two people of one scanner, however much fluid each has', () => {
    const [young, old] = [twoTissues(0.1, 0), twoTissues(0.4, 0)];
    expect(distance(young, old)).toBeGreaterThan(0.1);
    expect(distance(young, onSameBrain(old, young))).toBeLessThan(0.002);
  });

  it('keeps what the scanner does', () => {
    const [young, old] = [twoTissues(0.1, 0), twoTissues(0.4, 0.05)];
    expect(distance(young, onSameBrain(old, young))).toBeCloseTo(0.05, 2);
  });
});

describe('matchRegions', () => {
  it('leads from where the field has brought the scan to the reference', () => {
    const { brain } = matchRegions(evidence(0), evidence(0.2), moved(0.15));
    expect(evaluateCurve(brain!.curve, 0.55)).toBeCloseTo(0.6, 3);
  });

  it('goes half of the way in the brain when the field did most of it, further when it left more, and all of it when it led away', () => {
    const weights = [0.15, 0.05, -0.1].map((shift) => matchRegions(evidence(0), evidence(0.2), moved(shift)).brain!.weight);
    expect(weights[0]).toBe(0.5);
    expect(weights[1]).toBeCloseTo(0.75, 3);
    expect(weights[2]).toBe(1);
  });

  it('takes a cohort to move as the scan does', () => {
    // the cohort lies .1 above the scan; the field adds .05 to both
    const { brain } = matchRegions(evidence(0.1, 6), evidence(0.3), moved(0.05));
    expect(evaluateCurve(brain!.curve, 0.55)).toBeCloseTo(0.7, 3);
  });

  it('goes half of the way outside, and leaves a region to the field where one side shows nothing of it', () => {
    expect(matchRegions(evidence(0), evidence(0.2), moved(-0.1, everywhere)).outside!.weight).toBe(0.5);
    expect(matchRegions(evidence(0), evidence(0.2), moved(0.1)).outside).toBeNull();
    expect(matchRegions(evidence(0), { ...evidence(0.2), outsideQuantiles: null }, moved(0.1, everywhere)).outside).toBeNull();
  });

  it('of a scan in its own style is half of nothing', () => {
    const { brain } = matchRegions(evidence(0), evidence(0), moved(0));
    expect(brain!.weight).toBe(0.5);
    expect(evaluateCurve(brain!.curve, 0.4)).toBeCloseTo(0.4, 4);
  });
});
