import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Shape3 } from '../../src/core/volume.ts';
import { firstOrder, firstOrderFeatures } from '../../src/metrics/features/ibsi/firstOrder.ts';
import { glcm, glcmFeatures } from '../../src/metrics/features/ibsi/glcm.ts';
import { glrlm, glrlmFeatures } from '../../src/metrics/features/ibsi/glrlm.ts';
import { glszm, glszmFeatures } from '../../src/metrics/features/ibsi/glszm.ts';
import { discretised, withoutOutliers } from '../../src/metrics/features/ibsi/levels.ts';
import { ngtdm, ngtdmFeatures } from '../../src/metrics/features/ibsi/ngtdm.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { ballMask, volumeOf, waves, withNoise } from '../support/toyVolumes.ts';

/** MIRP's column for each of our features, in our order. */
const columns: Readonly<Record<string, readonly string[]>> = {
  stat: ['mean', 'var', 'skew', 'kurt', 'median', 'min', 'p10', 'p90', 'max', 'iqr', 'range', 'mad', 'rmad', 'medad', 'cov', 'qcod', 'rms'],
  cm: [
    'joint_max_d1', 'joint_avg_d1', 'joint_var_d1', 'joint_entr_d1', 'diff_var_d1', 'diff_entr_d1', 'sum_entr_d1', 'energy_d1', 'contrast_d1',
    'dissimilarity_d1', 'inv_diff_d1', 'inv_diff_norm_d1', 'inv_diff_mom_d1', 'inv_diff_mom_norm_d1', 'inv_var_d1', 'corr_d1', 'auto_corr_d1',
    'clust_tend_d1', 'clust_shade_d1', 'clust_prom_d1', 'info_corr1_d1', 'info_corr2_d1',
  ],
  rlm: ['sre', 'lre', 'lgre', 'hgre', 'srlge', 'srhge', 'lrlge', 'lrhge', 'glnu', 'glnu_norm', 'rlnu', 'rlnu_norm', 'r_perc', 'gl_var', 'rl_var', 'rl_entr'],
  szm: ['sze', 'lze', 'lgze', 'hgze', 'szlge', 'szhge', 'lzlge', 'lzhge', 'glnu', 'glnu_norm', 'zsnu', 'zsnu_norm', 'z_perc', 'gl_var', 'zs_var', 'zs_entr'],
  ngt: ['coarseness', 'contrast', 'busyness', 'complexity', 'strength'],
};

describeWithOracle('IBSI features against MIRP', ['mirp'], () => {
  const shape: Shape3 = [30, 26, 22];
  const volume = withNoise(volumeOf(shape, waves), 0.04, 'texture');
  // a few bright vessels that the outlier filter must drop
  volume.samples[15 + 30 * (13 + 26 * 11)] = 4;
  volume.samples[14 + 30 * (12 + 26 * 10)] = -3;
  const mask = ballMask(shape, 10);
  const kept = withoutOutliers(volume, mask);
  const levels = discretised(volume, kept, 32)!;
  const groups = [
    ['stat', firstOrderFeatures, firstOrder(volume.samples.filter((_, voxel) => kept[voxel] === 1))],
    ['cm', glcmFeatures, glcm(levels)],
    ['rlm', glrlmFeatures, glrlm(levels)],
    ['szm', glszmFeatures, glszm(levels)],
    ['ngt', ngtdmFeatures, ngtdm(levels)],
  ] as const;
  const cases = groups.flatMap(([family, features, values]) => features.map(({ id }, n) => [`${family}_${columns[family]![n]!}`, id, values[n]!] as const));
  let theirs: Record<string, number>;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
    const paths = [volume.samples, mask].map((samples, n) => {
      const path = join(folder, `${n}.bin`);
      writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      return path;
    });
    theirs = (await runOracle('features.py', [...paths, ...shape.map(String), '32'])) as Record<string, number>;
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // MIRP works on float32 intensities; the matrices are counts, so their features differ by the order of sums only
  it.each(cases)('%s: %s agrees to 1e-6 (matrices) or 1e-4 (intensities), relative', (column, _, value) => {
    expect(Math.abs(value / theirs[column]! - 1)).toBeLessThan(column.startsWith('stat') ? 1e-4 : 1e-6);
  });
});
