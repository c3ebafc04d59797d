import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createSmoother } from '../../src/core/sliceSmoothing.ts';
import { createDetailStage } from '../../src/detail/detailStage.ts';
import type { PredictDetail } from '../../src/detail/detailStage.ts';
import { doseDirection, noiseGains } from '../../src/detail/doseDirection.ts';
import { detailCondition, noiseSd } from '../../src/detail/noiseScale.ts';
import { describeSlice, emptyParts } from '../../src/field/huClasses.ts';
import { describeWithOracle, oraclePython } from '../support/oraclePython.ts';

type Packed = Readonly<{ shape: readonly number[]; base64: string }>;
type Vectors = Readonly<{
  spacing: readonly [number, number]; source_nps: readonly number[]; reference_nps: readonly number[]; condition: readonly number[]; gains: readonly number[]; timesteps: readonly number[];
  scale: number; noise_sd: number; level: number; shape: number;
}> & Readonly<Record<'body' | 'before' | 'started' | 'noise' | 'after', Packed>>;

const recipe = fileURLToPath(new URL('../../models/recipe', import.meta.url));

function values({ base64 }: Packed): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The formula that stands for the network in the vectors. */
const formula: PredictDetail = async ({ image, noisyDetail, condition, timestep, width }) => noisyDetail.map((noisy, n) => {
  const left = noisyDetail[n % width === 0 ? n + width - 1 : n - 1]!;
  const [source, started, low] = [image[n]!, image[n + noisyDetail.length]!, image[n + 2 * noisyDetail.length]!];
  return 0.3 * Math.sin(source) + 0.2 * started - 0.1 * low + 0.4 * noisy - 0.2 * left + 0.05 * condition[3]! + timestep / 5000;
});

describeWithOracle('the detail stage against the recipe’s numpy', ['scipy', 'nibabel'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
  let vectors: Vectors;
  beforeAll(() => {
    const path = join(folder, 'vectors.json');
    execFileSync(oraclePython()!, ['-m', 'ct.detail.oracle_vectors', path], { cwd: recipe });
    vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the same noise, direction, gains and conditions from two spectra', () => {
    const { source_nps: source, reference_nps: reference } = vectors;
    const spacing = [vectors.spacing[1], vectors.spacing[0]] as const;
    expect(noiseSd(source, spacing)).toBeCloseTo(vectors.noise_sd, 6);
    const direction = doseDirection(source, reference, spacing);
    expect(direction.level).toBeCloseTo(vectors.level, 6);
    expect(direction.shape).toBeCloseTo(vectors.shape, 6);
    noiseGains(source, reference, { minGain: 0.1, maxGain: 10 }).forEach((gain, b) => expect(gain).toBeCloseTo(vectors.gains[b]!, 6));
    const { numbers, scaleHu } = detailCondition(source, reference, spacing);
    expect(scaleHu).toBeCloseTo(vectors.scale, 6);
    numbers.forEach((number, n) => expect(number).toBeCloseTo(vectors.condition[n]!, 6));
  });

  it('changes a slice of four tiles as the recipe does, within 0.002 HU', async () => {
    const [height, width] = vectors.before.shape as [number, number];
    const spacing = [vectors.spacing[1], vectors.spacing[0]] as const;
    const smoother = createSmoother([width, height], [2 / spacing[0], 2 / spacing[1]], 3);
    const [before, after, parts] = [values(vectors.before), values(vectors.started), emptyParts(width * height)];
    describeSlice(before, Uint8Array.from(values(vectors.body)), smoother, parts);
    const noise = values(vectors.noise);
    const stage = createDetailStage(formula, smoother, (plane) => plane.set(noise), {
      condition: detailCondition(vectors.source_nps, vectors.reference_nps, spacing), scale: 2, capHu: 200, softCapHu: 200,
      sampler: { prediction_type: 'v_prediction', num_train_timesteps: 1000, timesteps: vectors.timesteps },
    });
    const started = after.slice();
    await stage.apply({ k: 0, before, after, body: Uint8Array.from(values(vectors.body)), parts, clipped: 0 });
    const expected = values(vectors.after);
    let [worst, moved] = [0, 0];
    expected.forEach((hu, n) => { worst = Math.max(worst, Math.abs(hu - after[n]!)); moved = Math.max(moved, Math.abs(after[n]! - started[n]!)); });
    expect(moved).toBeGreaterThan(5);
    expect(worst).toBeLessThan(0.002);
    expect(stage.facts()).toMatchObject({ slices: 1, tiles: 4 });
  });
});
