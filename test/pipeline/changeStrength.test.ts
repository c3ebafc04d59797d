import { describe, expect, it } from 'vitest';
import { cellShares } from '../../src/field/cellGrid.ts';
import { outsideMask, regionQuantiles } from '../../src/field/headRegions.ts';
import { changeStrength, strengthByCell } from '../../src/pipeline/changeStrength.ts';
import type { RegionEvidence } from '../../src/pipeline/changeStrength.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const limits = { brain: { margin: 0.02, reduction: 0.3 }, outside: { margin: 0.01, reduction: 0.1 } };

/** A region of one intensity that the model wants at `to`, while the reference lies at `wanted` there. */
function region(from: number, to: number, wanted: number | null): RegionEvidence {
  return {
    working: volumeOf([2, 2, 2], () => from), restyled: volumeOf([2, 2, 2], () => to), mask: new Uint8Array(8).fill(1),
    reference: wanted === null ? null : new Array<number>(128).fill(wanted),
  };
}

describe('changeStrength', () => {
  it('applies all of a change that brings each region nearer to the reference', () => {
    expect(changeStrength({ brain: region(0.5, 0.6, 0.7), outside: region(0.3, 0.5, 0.5) }, limits)).toEqual({ outside: 1, brain: 1 });
  });

  it('leaves a region alone that would move away, or nearer by less than the margin or the part', () => {
    const towards = region(0.3, 0.5, 0.5);
    expect(changeStrength({ brain: region(0.5, 0.4, 0.7), outside: towards }, limits).brain).toBe(0);
    expect(changeStrength({ brain: region(0.5, 0.515, 0.52), outside: towards }, limits).brain).toBe(0); // 75 % nearer, but by .015 only
    expect(changeStrength({ brain: region(0.5, 0.525, 0.7), outside: towards }, limits).brain).toBe(0); // .025 nearer, but an eighth only
  });

  it('leaves a scan in the reference’s own style alone', () => {
    expect(changeStrength({ brain: region(0.5, 0.6, 0.5), outside: region(0.3, 0.2, 0.3) }, limits)).toEqual({ outside: 0, brain: 0 });
  });

  it('applies as much as is still worth it when all of it would overshoot', () => {
    // .05 away from .55; a change of .2 may use a share of .4, where it lies .03 beyond: nearer by .02 and by 40 %
    expect(changeStrength({ brain: region(0.5, 0.7, 0.55), outside: region(0.3, 0.5, 0.5) }, limits).brain).toBe(0.4);
  });

  it('does not touch what the reference shows nothing of', () => {
    expect(changeStrength({ brain: region(0.5, 0.6, 0.7), outside: region(0.3, 0.5, null) }, limits)).toEqual({ outside: 0, brain: 1 });
  });

  it('is 1 for a bundle that is not calibrated', () => {
    expect(changeStrength({ brain: region(0.5, 0.4, 0.7), outside: region(0.3, 0.2, 0.3) }, undefined)).toEqual({ outside: 1, brain: 1 });
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

describe('the head outside the brain', () => {
  const shape = [8, 8, 48] as const;
  const share = new Float32Array(6).fill(0.2);
  share[5] = 0.5; // the topmost cell is half brain

  it('is in view, bright, above the neck and in cells that are less than half brain', () => {
    const working = volumeOf([...shape], (i) => (i < 4 ? 0.1 : 0.4));
    const inView = new Uint8Array(8 * 8 * 48).fill(1);
    inView[34 * 64 + 7] = 0;
    const mask = outsideMask(working, inView, share, 8);
    expect(mask.reduce((sum, v) => sum + v, 0)).toBe(4 * 8 * (40 - 34) - 1);
    expect(mask.slice(0, 34 * 64).every((v) => v === 0)).toBe(true);
  });

  it('has quantiles from 200 voxels on', () => {
    const ramp = volumeOf([...shape], (i, j, k) => (i + 8 * j + 64 * k) / 3071);
    expect(regionQuantiles(ramp, new Uint8Array(3072).fill(1), 3)?.map((q) => Math.round(1000 * q))).toEqual(Float64Array.of(5, 500, 995));
    expect(regionQuantiles(ramp, new Uint8Array(3072).fill(1, 0, 199), 3)).toBeNull();
  });
});
