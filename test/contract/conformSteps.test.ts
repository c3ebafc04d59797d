import { describe, expect, it } from 'vitest';

import { affineOf } from '../../src/core/affine.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Volume } from '../../src/core/volume.ts';
import * as biasField from '../../src/preprocess/steps/biasField.ts';
import * as brainScale from '../../src/preprocess/steps/brainScale.ts';
import * as headFrame from '../../src/preprocess/steps/headFrame.ts';
import * as reorient from '../../src/preprocess/steps/reorient.ts';
import * as workingGrid from '../../src/preprocess/steps/workingGrid.ts';
import { allOrders, inOrder } from '../support/syntheticHead.ts';

/** One conform step with its plan made: `undo(do(x))` must be x within `tolerance` relative. */
type StepCase = Readonly<{ name: string; roundTrip: (volume: Volume<'scanner'>) => Float32Array; tolerance: number; because: string }>;

const frame: headFrame.HeadFramePlan = {
  box: { centre: [4, 5], halfWidth: [40, 50] }, top: 8, cutSlices: 0, threshold: 1, offset: [43, 54, 82],
};
const field: biasField.BiasFieldPlan = {
  degree: 2, mean: 0.01, coefficients: [0.3, -0.2, 0.1, 0.2, 0, 0.1, -0.3, 0, 0.1],
  ellipsoid: { centre: [47.5, 59.5, 56], semiAxes: [31, 38, 27] },
};
const map = [{ scale: 0.5, offset: 40 }, { scale: 0.6, offset: 50 }, { scale: 1.5, offset: 60 }];

const steps: readonly StepCase[] = [
  { name: 'reorient', tolerance: 0, because: 'voxels are only moved',
    roundTrip: (v) => reorient.invert(reorient.apply(v, reorient.plan(v)), reorient.plan(v)).samples },
  { name: 'headFrame', tolerance: 0, because: 'voxels are only moved',
    roundTrip: (v) => headFrame.invert(headFrame.apply(v.samples, v.shape, frame).samples, v.shape, frame) },
  { name: 'biasField', tolerance: 1.2e-7, because: 'float32 is rounded twice',
    roundTrip: (v) => {
      const samples = v.samples.slice();
      biasField.apply(samples, v.shape, map, field);
      expect(samples).not.toEqual(v.samples);
      biasField.invert(samples, v.shape, map, field);
      return samples;
    } },
  { name: 'brainScale', tolerance: 1.2e-7, because: 'float32 is rounded twice',
    roundTrip: (v) => {
      const scaled = brainScale.apply({ ...v, samples: v.samples.slice() }, 413.7);
      expect(scaled.samples[5]).toBeCloseTo(v.samples[5]! / 413.7, 5);
      return brainScale.invert(scaled, 413.7).samples;
    } },
];

function noiseVolume(): Volume<'scanner'> {
  const random = randomStream('steps');
  const samples = Float32Array.from({ length: 9 * 11 * 7 }, () => 900 * random.nextNormal());
  return { scale: 'scanner', shape: [9, 11, 7], samples, affine: affineOf([[1, 0, 0, 3], [0, 1.2, 0, 4], [0, 0, 3, 5]]) };
}

describe.each(steps)('conform step $name', ({ roundTrip, tolerance, because }) => {
  it(`is undone in all 48 voxel orders (${because}), and leaves its input alone`, () => {
    for (const order of allOrders) {
      const volume = inOrder(noiseVolume(), order);
      const before = volume.samples.slice();
      const after = roundTrip(volume);
      const worst = after.reduce((w, v, i) => Math.max(w, Math.abs(v - before[i]!) / Math.abs(before[i]!)), 0);
      expect(worst).toBeLessThanOrEqual(tolerance);
      expect(volume.samples).toEqual(before);
    }
  });
});

describe('conform step workingGrid', () => {
  it('maps indices to native voxels so that both grids share their middle', () => {
    const plan = workingGrid.plan(noiseVolume());
    expect(workingGrid.shapeOf(plan)).toEqual([5, 7, 11]);
    const middle = workingGrid.invert([2, 3, 5], plan);
    expect(middle.map((u) => +u.toFixed(9))).toEqual([4, 5, 3]);
  });

  it('keeps a constant constant and a ramp a ramp, up to the borders', () => {
    const volume = noiseVolume();
    const plan = workingGrid.plan(volume);
    const flat = workingGrid.apply(volume.samples.map(() => 7), plan);
    flat.forEach((v) => { expect(v).toBeCloseTo(7, 5); });
    const ramp = workingGrid.apply(volume.samples.map((_, o) => 100 + (o % 9)), plan);
    expect([ramp[1], ramp[2], ramp[3]].map((v) => +v!.toFixed(4))).toEqual([102, 104, 106]);
  });

  it('counts negatives as 0', () => {
    const volume = noiseVolume();
    expect(Math.max(...workingGrid.apply(volume.samples.map((v) => -Math.abs(v)), workingGrid.plan(volume)))).toBe(0);
  });
});
