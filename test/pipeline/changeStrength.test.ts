import { describe, expect, it } from 'vitest';
import { cellShares } from '../../src/field/cellGrid.ts';
import { brainMask, outsideMask, regionQuantiles } from '../../src/field/headRegions.ts';
import { changeStrength, strengthByCell } from '../../src/pipeline/changeStrength.ts';
import type { StyleEvidence } from '../../src/pipeline/changeStrength.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const prior = { brain: 0.03, outside: 0.05, people: 4 };

/** Scans whose brain and outside histograms lie at these places. */
function seen(brain: number, outside: number | null, scans = 1, personSpread: StyleEvidence['personSpread'] = null): StyleEvidence {
  const quantiles = new Array<number>(128).fill(brain);
  return { quantiles, tissues: { amounts: [0, 0, 0, 0, 1], quantiles: Array.from({ length: 5 }, () => quantiles) }, outsideQuantiles: outside === null ? null : new Array<number>(128).fill(outside), scans, personSpread };
}

describe('changeStrength', () => {
  it('is 1 − (m/D)⁴ with m² = 2 d² between two scans', () => {
    const { brain, outside } = changeStrength(seen(0.5, 0.3), seen(0.6, 0.5), prior);
    expect(brain).toBeCloseTo(1 - ((2 * 0.03 ** 2) / 0.1 ** 2) ** 2, 12);
    expect(outside).toBeCloseTo(1 - ((2 * 0.05 ** 2) / 0.2 ** 2) ** 2, 12);
  });

  it('leaves alone what people alone would explain, and a scan in the reference’s own style', () => {
    expect(changeStrength(seen(0.5, 0.3), seen(0.542, 0.37), prior)).toEqual({ outside: 0, brain: 0 });
    expect(changeStrength(seen(0.5, 0.3), seen(0.5, 0.3), prior)).toEqual({ outside: 0, brain: 0 });
  });

  it('acts on a smaller difference when more people show it', () => {
    const [one, many] = [changeStrength(seen(0.5, 0.3), seen(0.54, 0.3), prior), changeStrength(seen(0.5, 0.3, 8), seen(0.54, 0.3, 8), prior)];
    expect(one.brain).toBe(0);
    expect(many.brain).toBeCloseTo(1 - ((0.03 ** 2 * (1 / 8 + 1 / 8)) / 0.04 ** 2) ** 2, 12);
  });

  it('learns from a cohort how alike its people are: d² = (4·.03² + 9·.01²) / 13', () => {
    const cohort = seen(0.56, 0.3, 10, { brain: 0.01, outside: null });
    const variance = (4 * 0.03 ** 2 + 9 * 0.01 ** 2) / 13;
    expect(changeStrength(seen(0.5, 0.3), cohort, prior).brain).toBeCloseTo(1 - ((variance * 1.1) / 0.06 ** 2) ** 2, 12);
  });

  it('does not touch what one side shows nothing of', () => {
    expect(changeStrength(seen(0.5, 0.3), seen(0.9, null), prior).outside).toBe(0);
  });

  it('is 1 for a bundle that is not calibrated', () => {
    expect(changeStrength(seen(0.5, 0.3), seen(0.5, 0.3), undefined)).toEqual({ outside: 1, brain: 1 });
  });
});

describe('strengthByCell', () => {
  it('blends by the share of the cell that is brain', () => {
    expect(Array.from(strengthByCell({ outside: 1, brain: 0.5 }, Float32Array.of(0, 0.5, 1)))).toEqual([1, 0.75, 0.5]);
  });

  it('takes shares cell by cell, x fastest', () => {
    const mask = new Uint8Array(4 * 2 * 2);
    for (const voxel of [2, 3, 6, 7, 10]) mask[voxel] = 1; // five of the eight voxels with x ≥ 2
    expect(Array.from(cellShares(mask, [4, 2, 2], 2))).toEqual([0, 0.625]);
  });
});

describe('the brain’s voxels', () => {
  it('are those of the ellipsoid above the floor', () => {
    expect(Array.from(brainMask(volumeOf([4, 1, 1], (i) => i * 0.08), Uint8Array.of(1, 1, 1, 0)))).toEqual([0, 0, 1, 0]);
  });
});

describe('the head outside the brain', () => {
  const shape = [8, 8, 48] as const;
  const share = new Float32Array(6).fill(0.2);
  share[5] = 0.5; // the topmost cell is half brain

  it('is in view, bright, above the neck and in cells that are less than half brain', () => {
    const working = volumeOf([...shape], (i) => (i < 4 ? 0.1 : 0.4));
    const inView = new Uint8Array(8 * 8 * 48).fill(1);
    inView[34 * 64 + 7] = 0;
    const mask = outsideMask(working, inView, { brainShare: share, tissue: new Float32Array(4 * 3072) }, 8);
    expect(mask.reduce((sum, v) => sum + v, 0)).toBe(4 * 8 * (40 - 34) - 1);
    expect(mask.slice(0, 34 * 64).every((v) => v === 0)).toBe(true);
  });

  it('is nothing of a stripped skull: most of what lies there is brain', () => {
    const working = volumeOf([...shape], () => 0.4);
    const inView = new Uint8Array(3072).fill(1);
    // grey and white matter, .3 each, in all voxels below slice `end`
    const marked = (end: number): number => {
      const tissue = new Float32Array(4 * 3072).fill(0.3, 3072, 3072 + 64 * end).fill(0.3, 3 * 3072, 3 * 3072 + 64 * end);
      return outsideMask(working, inView, { brainShare: share, tissue }, 8).reduce((sum, v) => sum + v, 0);
    };
    expect(marked(37)).toBe(6 * 64);
    expect(marked(38)).toBe(0);
  });

  it('has quantiles from 200 voxels on', () => {
    const ramp = volumeOf([...shape], (i, j, k) => (i + 8 * j + 64 * k) / 3071);
    expect(regionQuantiles(ramp, new Uint8Array(3072).fill(1), 3)?.map((q) => Math.round(1000 * q))).toEqual(Float64Array.of(5, 500, 995));
    expect(regionQuantiles(ramp, new Uint8Array(3072).fill(1, 0, 199), 3)).toBeNull();
  });
});
