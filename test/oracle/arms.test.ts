import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { maskedValues } from '../../src/metrics/maskedValues.ts';
import { armReference, armStatistics } from '../../src/pipeline/evaluation/arms/armReference.ts';
import { armTransforms, type ArmContext } from '../../src/pipeline/evaluation/arms/armTransforms.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

type Theirs = Record<'blur' | 'zscore' | 'nyul' | 'histogram', number[]> & { stripes: [number, number][] };

describeWithOracle('comparator arms against scipy, scikit-image and intensity-normalization', ['intensity_normalization', 'skimage', 'scipy'], () => {
  const shape: Shape3 = [40, 36, 32];
  const mask = ballMask(shape, 13);
  const scan = (power: number, key: string): Parameters<typeof armStatistics>[0] => {
    const volume = withNoise(volumeOf(shape, (i, j, k) => 0.2 + 0.8 * waves(i, j, k) ** power), 0.01, key);
    return { working: volume, brain: mask, head: mask };
  };
  const [source, first, second] = [scan(1.6, 's'), scan(1, 'a'), scan(0.8, 'b')] as const;
  const reference = armReference([first, second].map(armStatistics));
  const context: ArmContext = { name: 'x', brain: mask, headBox: { centre: [20, 18], halfWidth: [16, 15] }, own: armStatistics(source), reference, seed: 0 };
  let theirs: Theirs;
  let folder: string;

  const ours = (arm: 'blur' | 'zscore' | 'nyul' | 'histogram-brain', changes: Partial<ArmContext> = {}): number[] => {
    const transform = armTransforms[arm]({ ...context, ...changes }) as (volume: typeof source.working) => typeof source.working;
    return Array.from(maskedValues(transform(source.working).samples, mask)).filter((_, n) => n % 97 === 0);
  };
  const worst = (a: readonly number[], b: readonly number[]): number => a.reduce((most, value, n) => Math.max(most, Math.abs(value - b[n]!)), 0);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
    const paths = [source.working.samples, first.working.samples, second.working.samples, mask, mask, mask].map((samples, n) => {
      const path = join(folder, `${n}.bin`);
      writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      return path;
    });
    theirs = (await runOracle('arms.py', [...shape.map(String), ...paths])) as Theirs;
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // scipy cuts at four sigma as we do; the samples are rounded to float32 once
  it('blur agrees with scipy to 1e-6', () => {
    expect(worst(ours('blur'), theirs.blur)).toBeLessThan(1e-6);
  });

  it('the z-score agrees to 1e-5 after the reference’s mean and SD are taken out', () => {
    expect(worst(ours('zscore').map((value) => (value - reference.mean) / reference.sd), theirs.zscore)).toBeLessThan(1e-5);
  });

  // landmarks are kept apart by a millionth each
  it('Nyúl agrees to 2e-5', () => {
    expect(worst(ours('nyul'), theirs.nyul)).toBeLessThan(2e-5);
  });

  // 128 quantiles stand for all, and their outer half percents are not seen: the tails may differ
  it('histogram matching agrees with scikit-image’s to 0.005 in 95 % of voxels', () => {
    const found = ours('histogram-brain', { reference: armReference([armStatistics(first)]) });
    const near = found.filter((value, n) => Math.abs(value - theirs.histogram[n]!) < 0.005);
    expect(near.length / found.length).toBeGreaterThan(0.95);
  });

  // theirs sums the density over voxels, ours over 4096 bins: the mode is the same point of the grid
  it('white stripes agree to 1e-5', () => {
    [source, first, second].map((one) => armStatistics(one).stripe!).forEach(({ mean, sd }, n) => {
      expect(Math.abs(mean - theirs.stripes[n]![0])).toBeLessThan(1e-5);
      expect(Math.abs(sd - theirs.stripes[n]![1])).toBeLessThan(1e-5);
    });
  });
});
