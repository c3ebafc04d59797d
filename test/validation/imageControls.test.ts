import { beforeAll, describe, expect, it } from 'vitest';

import type { ValidationRecord } from '../../src/core/validationRecord.ts';
import { filtered, gaussianKernel } from '../../src/metrics/gaussianFilter.ts';
import { addRicianNoise } from '../../src/phantom/ricianNoise.ts';
import { conformAlone } from '../../src/pipeline/evaluation/conformPair.ts';
import { featureTable, measuredScan, type MeasuredScan } from '../../src/pipeline/evaluation/features.ts';
import { validateCohort } from '../../src/validation/validateCohort.ts';
import { phantomScan } from '../support/phantomScan.ts';

type Scan = ReturnType<typeof conformAlone>;
type Change = (samples: Float32Array, scan: Scan, name: string) => Float32Array;

const perSite = 5;
const average = (scans: readonly Scan[]): Float32Array =>
  scans[0]!.working.samples.map((_, voxel) => scans.reduce((sum, { working }) => sum + working.samples[voxel]!, 0) / scans.length);

describe('simulated heads of one scanner, half of them changed in a known way', () => {
  let record: ValidationRecord;

  beforeAll(() => {
    const scansOf = (site: string): { name: string; scan: Scan }[] => Array.from({ length: perSite }, (_, n) => ({ name: `sub-${site}${n}`, scan: conformAlone(phantomScan(`${site}${n}`, 'a')) }));
    const [reference, source] = [scansOf('A'), scansOf('B')];
    const middle = average(reference.map(({ scan }) => scan));
    const changes: Readonly<Record<string, Change>> = {
      gain: (samples) => samples.map((value) => 1.2 * value),
      blur: (samples, { working }) => Float32Array.from(filtered(Float64Array.from(samples), working.shape, gaussianKernel(1.5, 6))),
      noise: (samples, _, name) => {
        const noisy = samples.slice();
        addRicianNoise(noisy, 0.06, name);
        return noisy;
      },
      average: (samples) => samples.map((value, voxel) => 0.95 * middle[voxel]! + 0.05 * value),
    };
    const measured: MeasuredScan[] = reference.map(({ name, scan }) => measuredScan({ name, subject: name, site: 'A', role: 'reference', arm: 'reference' }, scan));
    for (const { name, scan } of source) {
      measured.push(measuredScan({ name, subject: name, site: 'B', role: 'before', arm: 'before' }, scan));
      for (const [arm, change] of Object.entries(changes)) {
        const working = { ...scan.working, samples: change(scan.working.samples, scan, name) };
        measured.push(measuredScan({ name, subject: name, site: 'B', role: 'after', arm }, { ...scan, working }));
      }
    }
    record = validateCohort({
      table: featureTable(measured, 'MR'), covariates: { sites: null, covariates: [] }, pairs: [], featureArms: [], armNotes: {}, sitesFrom: 'roles', flow: [], mostLeftOut: 0.2,
      plan: { confidence: 0.95, resamples: 50, permutations: 199, probePermutations: 19, seed: 5 },
    })!;
  }, 600_000);

  const row = (statistic: string, arm: string): { value: number; p?: number } => {
    const { finding } = record.rows.find((one) => one.statistic === statistic && one.arm === arm && one.scope === 'brain')!;
    return 'value' in finding ? finding : { value: NaN };
  };
  const effect = (feature: string, arm: string): number => {
    const { cohenD } = record.features.find((one) => one.feature === feature && one.arm === arm)!;
    return 'value' in cohenD ? Math.abs(cohenD.value) : NaN;
  };

  it('finds no site where there is none, and one where gain, blur or noise made it', () => {
    expect(row('mmd2', 'before').p).toBeGreaterThan(0.05);
    for (const arm of ['gain', 'blur', 'noise']) {
      expect(row('mmd2', arm).p, arm).toBeLessThan(0.03);
      expect(row('medianAbsCohenD', arm).value, arm).toBeGreaterThan(2 * row('medianAbsCohenD', 'before').value);
    }
  });

  it('sees each in the feature it changes', () => {
    expect(effect('intensity.brain.mean', 'gain')).toBeGreaterThan(2);
    for (const arm of ['blur', 'noise']) expect(effect('texture.brain.localContrast.p50', arm), arm).toBeGreaterThan(2);
  });

  it('fails the preservation score where everybody became the average', () => {
    const score = (arm: string): number => {
      const { finding } = record.headlines.preservation.find((one) => one.arm === arm)!;
      return 'value' in finding ? finding.value : NaN;
    };
    expect(score('before')).toBe(1);
    expect(score('average')).toBeLessThan(0.2);
    expect(score('gain')).toBeGreaterThan(0.6);
    expect(record.arms.find(({ arm }) => arm === 'average')!.exposed).toContain('SPREAD_LOST');
  });
});
