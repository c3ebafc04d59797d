import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { quantile } from '../../src/core/statistics.ts';
import { gradientCorrelation } from '../../src/metrics/gradientCorrelation.ts';
import { jsd } from '../../src/metrics/jsd.ts';
import { ks } from '../../src/metrics/ks.ts';
import { localContrast } from '../../src/metrics/localContrast.ts';
import { mae } from '../../src/metrics/mae.ts';
import { nmi } from '../../src/metrics/nmi.ts';
import { psnr } from '../../src/metrics/psnr.ts';
import { ssim } from '../../src/metrics/ssim.ts';
import { wasserstein1 } from '../../src/metrics/wasserstein1.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

describeWithOracle('metrics against scipy and scikit-image', ['scipy', 'skimage'], () => {
  const shape: Shape3 = [34, 30, 27];
  const a = withNoise(volumeOf(shape, waves), 0.03, 'oracle a');
  const b = withNoise(volumeOf(shape, (i, j, k) => 0.1 + 0.8 * waves(i + 0.4, j, k) ** 1.3), 0.05, 'oracle b');
  // the ball leaves the volume on one side: mirrored edges count too
  const mask = ballMask(shape, 14);
  const inMask = (samples: Float32Array): Float32Array => samples.filter((_, voxel) => mask[voxel] === 1);
  const x = inMask(a.samples);
  const y = inMask(b.samples);
  const half = y.filter((_, n) => n % 2 === 0).sort();
  const counts = (values: Float32Array): Float64Array => {
    const bins = new Float64Array(80);
    values.forEach((value) => {
      const bin = Math.floor(value / 0.025);
      if (bin >= 0 && bin < 80) bins[bin]!++;
    });
    return bins;
  };
  const ours: Record<string, number> = {
    wasserstein1: wasserstein1(x.slice().sort(), half),
    ks: ks(x.slice().sort(), half),
    jsd: jsd(counts(x), counts(y)),
    ssim: ssim(a, b, mask),
    psnr: psnr(a, b, mask),
    mae: mae(a, b, mask),
    nmi: nmi(a, b, mask),
    gradientCorrelation: gradientCorrelation(a, b, mask),
    localContrast: quantile(localContrast(a, mask), 0.5),
  };
  let theirs: Record<string, number>;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
    const paths = [a.samples, b.samples, mask].map((samples, n) => {
      const path = join(folder, `${n}.bin`);
      writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      return path;
    });
    theirs = (await runOracle('metrics.py', [...paths, ...shape.map(String)])) as Record<string, number>;
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // both sides work in double precision on the same float32 inputs; only the order of sums differs
  it.each(Object.keys(ours))('%s agrees to 1e-9, relative', (id) => {
    expect(Math.abs(ours[id]! / theirs[id]! - 1)).toBeLessThan(id === 'localContrast' ? 1e-6 : 1e-9);
  });
});
