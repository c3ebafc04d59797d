import { describe, expect, it } from 'vitest';

import { createSmoother } from '../../src/core/sliceSmoothing.ts';
import { sliceStackOf } from '../../src/core/sliceStack.ts';
import { createDetailStage } from '../../src/detail/detailStage.ts';
import type { DetailStage, PredictDetail } from '../../src/detail/detailStage.ts';
import { detailCondition } from '../../src/detail/noiseScale.ts';
import { createSlabNoise } from '../../src/detail/slabNoise.ts';
import { gainSlices } from '../../src/field/applyGainField.ts';
import { findBody } from '../../src/field/bodyMask.ts';
import { factorField } from '../../src/field/gainField.ts';
import { createSliceFilter } from '../../src/field/radialBands.ts';
import { ctPhantom } from '../support/ctPhantom.ts';

const nps = (sd: number): Float64Array => new Float64Array(12).fill(sd * sd);
const sampler = { prediction_type: 'v_prediction', num_train_timesteps: 1000, timesteps: [999] } as const;

/** A network that wants the same detail back everywhere, times `of` (at t = 999, v is minus the clean detail). */
const wanting = (of: (value: number) => number): PredictDetail => async ({ image, noisyDetail }) => noisyDetail.map((_, n) => -of(image[n]!));

function open(shape: readonly [number, number, number], predict: PredictDetail, seed = 0) {
  const volume = ctPhantom({ shape, spacing: [0.9, 0.9, 5], noise: 40 });
  const before = volume.samples.slice();
  const stack = sliceStackOf(volume);
  const smoother = createSmoother([shape[0], shape[1]], [2 / 0.9, 2 / 0.9], 3);
  const scan = { stack, smoother, body: findBody(stack, smoother), filter: createSliceFilter([shape[0], shape[1]], [0.9, 0.9]) };
  const noise = createSlabNoise(`${seed}|scan`, shape[0] * shape[1], 0);
  const stage = createDetailStage(predict, smoother, noise, { condition: detailCondition(nps(40), nps(20), [0.9, 0.9]), scale: 2, sampler, capHu: 60, softCapHu: 80 });
  return { volume, before, scan, stage };
}

/** The stage over a whole scan whose gains are 1: what is left is the stage's own change. */
async function run({ scan, stage }: ReturnType<typeof open>): Promise<DetailStage> {
  const identity = factorField({ cells: [1, 1, 1], gains: new Float32Array(48).fill(1) });
  for (const slice of gainSlices(identity, scan, { cellMm: 48, softCapHu: 200 })) await stage.apply(slice);
  return stage;
}

describe('the detail stage', { timeout: 60_000 }, () => {
  it('changes nothing outside the body, in padding and in metal, and the inside by no more than its cap', async () => {
    const job = open([220, 200, 3], wanting((value) => 9 * value));
    const { before, volume } = job;
    await run(job);
    let [moved, largest, wrong] = [0, 0, 0];
    before.forEach((hu, n) => {
      const change = Math.abs(volume.samples[n]! - hu);
      if (change !== 0 && (hu < -1500 || hu >= 2000 || n % 220 < 8)) wrong++;
      if (change > 0) moved++;
      largest = Math.max(largest, change);
    });
    expect(wrong).toBe(0);
    expect(moved).toBeGreaterThan(20_000);
    expect(largest).toBeLessThanOrEqual(60);
    expect(largest).toBeGreaterThan(50);
    expect(job.stage.facts()).toMatchObject({ slices: 3, tiles: 12, largestChangeHu: expect.closeTo(largest, 3) as number });
  });

  it('leaves no seam: where tiles meet the change is what one tile alone would make of it', async () => {
    // every tile answers with its own offset, the worst that tiles can disagree; blending leaves a ramp, the high pass nearly nothing
    let calls = 0;
    const job = open([300, 200, 1], async ({ noisyDetail }) => { const offset = calls++ % 2 === 0 ? -4 : 4; return noisyDetail.map(() => offset); });
    const { before, volume, scan } = job;
    const changes: number[] = [];
    await run(job);
    const row = 100 * 300;
    for (let i = 40; i < 260; i++) changes.push(volume.samples[row + i]! - before[row + i]!);
    const steps = changes.slice(1).map((change, i) => Math.abs(change - changes[i]!));
    expect(scan.stack.shape[0]).toBe(300);
    // 8 units of 20 HU between neighbouring tiles, uncut: 160 HU
    expect(Math.max(...steps)).toBeLessThan(4);
    expect(Math.max(...changes.map(Math.abs))).toBeGreaterThan(0.5);
  });

  it('gives the same slices for the same key, and others for another', async () => {
    const echo: PredictDetail = async ({ noisyDetail }) => noisyDetail.map((value) => 0.3 * value);
    const jobs = [open([200, 190, 3], echo), open([200, 190, 3], echo), open([200, 190, 3], echo, 1)];
    for (const job of jobs) await run(job);
    const [one, two, other] = jobs.map(({ volume }) => volume.samples) as [Float32Array, Float32Array, Float32Array];
    expect(two.every((hu, n) => hu === one[n])).toBe(true);
    expect(other.every((hu, n) => hu === one[n])).toBe(false);
  });

  it('keeps the mean of flat tissue: its change is a high pass', async () => {
    const job = open([200, 190, 1], wanting(() => 3));
    await run(job);
    const { before, volume } = job;
    let [sum, count] = [0, 0];
    for (let j = 88; j < 100; j++) for (let i = 86; i < 110; i++) { sum += volume.samples[j * 200 + i]! - before[j * 200 + i]!; count++; }
    expect(Math.abs(sum / count)).toBeLessThan(0.05);
  });
});
