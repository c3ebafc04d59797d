import { describe, expect, it } from 'vitest';

import { metricCatalogue, metricEntry } from '../../src/metrics/catalogue.ts';
import { evaluateScan, type ScanComparison } from '../../src/metrics/evaluateScan.ts';
import { brainSamples, quantileSummary } from '../../src/metrics/quantileSummary.ts';
import { sampleBrain, sampleHead } from '../support/sampleScan.ts';
import { withNoise } from '../support/toyVolumes.ts';

const brain = sampleBrain();
const inView = new Uint8Array(brain.length).fill(1);
const source = withNoise(sampleHead(0.14), 0.01, 'source');
const harmonized = { ...source, samples: source.samples.map((value) => (value > 0.2 ? 0.6 + (value - 0.6) * 1.4 : value)) };
const referenceQuantiles = quantileSummary(brainSamples(sampleHead(0.2), brain), 128);
const comparison: ScanComparison = {
  native: { source, harmonized }, working: { source, harmonized }, brain, inView, referenceQuantiles,
};

function valueIn(metrics: ReturnType<typeof evaluateScan>, id: string): number {
  const metric = metrics.find((entry) => entry.id === id);
  return metric !== undefined && 'value' in metric ? metric.value : NaN;
}

describe('evaluateScan', () => {
  const metrics = evaluateScan(comparison);

  it('sees a scan with raised contrast come closer to a reference of that contrast', () => {
    for (const id of ['wasserstein1', 'ks', 'jsd']) {
      expect(valueIn(metrics, `${id}.harmonized`)).toBeLessThan(0.8 * valueIn(metrics, `${id}.source`));
    }
  });

  it('sees anatomy stay: gradient correlation above 0.97, displacement below 0.05', () => {
    expect(valueIn(metrics, 'gradientCorrelation')).toBeGreaterThan(0.97);
    expect(valueIn(metrics, 'displacementMedian')).toBeLessThan(0.05);
    expect(valueIn(metrics, 'clippedFraction')).toBe(0);
  });

  it('names only metrics of the catalogue, each id once, and no value that JSON cannot hold', () => {
    expect(new Set(metrics.map(({ id }) => id)).size).toBe(metrics.length);
    for (const metric of metrics) {
      expect(metricEntry(metric.id).name).not.toBe('');
      if ('value' in metric) expect(Number.isFinite(metric.value)).toBe(true);
      else expect(metric.unavailable).toMatch(/^[A-Z_]+$/);
    }
    for (const { id } of metrics) expect(Object.keys(metricCatalogue)).toContain(id.split('.')[0]);
  });

  it('says that noise measures are absent where the background is masked', () => {
    const masked = { ...source, samples: source.samples.map((value) => (value < 0.08 ? 0 : value)) };
    const absent = evaluateScan({ ...comparison, working: { source: masked, harmonized: masked } });
    expect(absent).toContainEqual({ id: 'fber.source', unavailable: 'NO_BACKGROUND' });
    expect(absent).toContainEqual({ id: 'psnr', unavailable: 'UNDEFINED' });
  });

  it('does not modify its volumes', () => {
    const copy = source.samples.slice();
    evaluateScan(comparison);
    expect(source.samples.every((value, voxel) => value === copy[voxel])).toBe(true);
  });
});
