import { describe, expect, it } from 'vitest';
import { cellShares } from '../../src/field/cellGrid.ts';
import { changeStrength, strengthByCell } from '../../src/pipeline/changeStrength.ts';
import type { StrengthEvidence } from '../../src/pipeline/changeStrength.ts';
import { volumeOf } from '../support/toyVolumes.ts';

const table = { codeDistance: [0, 2, 4], outside: [0, 0.5, 1], brain: [0, 0.4, 0.8], margin: 0.004 };

/** A brain of one intensity that the model wants at `to`, while the reference's brain lies at `wanted`. */
function evidence(from: number, to: number, wanted: number, codeDistance: number): StrengthEvidence {
  const volume = (value: number): StrengthEvidence['working'] => volumeOf([2, 2, 2], () => value);
  return {
    codeDistance, working: volume(from), restyled: volume(to), brain: new Uint8Array(8).fill(1),
    referenceQuantiles: new Array<number>(128).fill(wanted),
  };
}

describe('changeStrength', () => {
  it('grows with the distance of the styles, apart for the brain and the rest', () => {
    expect(changeStrength(evidence(0.5, 0.6, 0.7, 2), table)).toEqual({ outside: 0.5, brain: 0.4 });
    expect(changeStrength(evidence(0.5, 0.6, 0.7, 9), table)).toEqual({ outside: 1, brain: 0.8 });
    expect(changeStrength(evidence(0.5, 0.6, 0.7, 0), table)).toEqual({ outside: 0, brain: 0 });
  });

  it('leaves a brain alone that would move away from the reference, or nearer by less than the margin', () => {
    expect(changeStrength(evidence(0.5, 0.4, 0.7, 9), table)).toEqual({ outside: 1, brain: 0 });
    expect(changeStrength(evidence(0.5, 0.504, 0.7, 9), table).brain).toBe(0);
  });

  it('applies as much as still brings it nearer when all of it would overshoot', () => {
    // at .5 the reference's .55 is .05 away; a change of .2 is worth it up to a share of .4, where it lies .03 beyond
    expect(changeStrength(evidence(0.5, 0.7, 0.55, 9), table).brain).toBe(0.4);
  });

  it('is 1 for a bundle that is not calibrated', () => {
    expect(changeStrength(evidence(0.5, 0.4, 0.7, 0), undefined)).toEqual({ outside: 1, brain: 1 });
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
