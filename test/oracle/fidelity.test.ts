import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { cannyEdges } from '../../src/metrics/cannyEdges.ts';
import { edgeAgreement } from '../../src/metrics/edgeAgreement.ts';
import { localNcc } from '../../src/metrics/localNcc.ts';
import { msSsim } from '../../src/metrics/msSsim.ts';
import { tissueCorrelation } from '../../src/metrics/tissueCorrelation.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

describeWithOracle('fidelity metrics against scipy and scikit-image', ['scipy', 'skimage'], () => {
  // no axis divisible by four, and a mask that leaves the volume
  const shape: Shape3 = [47, 45, 46];
  const a = withNoise(volumeOf(shape, waves), 0.03, 'fidelity a');
  const b = withNoise(volumeOf(shape, (i, j, k) => 0.1 + 0.8 * waves(i + 0.4, j, k) ** 1.3), 0.05, 'fidelity b');
  b.samples.set(b.samples.map((value) => Math.round(200 * value) / 200)); // ties, for the ranks
  const mask = ballMask(shape, 24);
  const edges = [cannyEdges(a, mask), cannyEdges(b, mask)];
  let theirs: Record<string, number>;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
    const paths = [a.samples, b.samples, mask, ...edges].map((samples, n) => {
      const path = join(folder, `${n}.bin`);
      writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      return path;
    });
    theirs = (await runOracle('fidelity.py', [...paths, ...shape.map(String)])) as Record<string, number>;
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // both sides in double precision; the huge K1 that silences the oracle's luminance term costs some digits
  it.each([
    ['msSsim', (): number => msSsim(a, b, mask), 1e-6],
    ['localNcc', (): number => localNcc(a, b, mask), 1e-9],
    ['pearson', (): number => tissueCorrelation(a, b, mask).pearson, 1e-9],
    ['spearman', (): number => tissueCorrelation(a, b, mask).spearman, 1e-9],
    ['assdMm', (): number => edgeAgreement(a, b, mask)!.assdMm, 1e-6],
  ] as const)('%s agrees', (id, ours, tolerance) => {
    expect(Math.abs(ours() / theirs[id]! - 1)).toBeLessThan(tolerance);
  });

  it('edge F1 agrees with the oracle’s precision and recall', () => {
    const { precision, recall } = theirs as { precision: number; recall: number };
    expect(edgeAgreement(a, b, mask)!.f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 9);
  });
});
