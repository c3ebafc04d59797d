import { mean, standardDeviation } from '../core/moments.ts';
import type { MetricValue } from '../core/scanRecord.ts';
import { quantile } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { airSamples } from './airSamples.ts';
import { metricKey, type MetricId, type MetricRole } from './catalogue.ts';
import { cjv } from './cjv.ts';
import { clippedFraction } from './clippedFraction.ts';
import { cnr } from './cnr.ts';
import { displacement } from './displacement.ts';
import { efc } from './efc.ts';
import { fber } from './fber.ts';
import { fwhm } from './fwhm.ts';
import { gradientCorrelation } from './gradientCorrelation.ts';
import { jsdOfQuantiles } from './jsd.ts';
import { ksOfQuantiles } from './ks.ts';
import { localContrast } from './localContrast.ts';
import { mae } from './mae.ts';
import { nmi } from './nmi.ts';
import { psnr } from './psnr.ts';
import { brainSamples, quantileSummary, type QuantileSummary } from './quantileSummary.ts';
import { snr } from './snr.ts';
import { ssim } from './ssim.ts';
import { fitTissueClasses } from './tissueClasses.ts';
import { tissueContrast } from './tissueContrast.ts';
import { wasserstein1OfQuantiles } from './wasserstein1.ts';

type Pair = Readonly<{ source: Volume<'model'>; harmonized: Volume<'model'> }>;

export type ScanComparison = Readonly<{
  /** Full resolution, one grid: what anatomy is judged on. */
  native: Pair;
  /** The 2 mm working grid: what distributions, similarity and image quality are judged on. */
  working: Pair;
  /** Working grid: 1 inside the brain. */
  brain: Uint8Array;
  /** Working grid: 1 inside the scan's field of view. */
  inView: Uint8Array;
  /** Brain quantiles of the reference style at equally spaced probabilities from 0.005 to 0.995. */
  referenceQuantiles: QuantileSummary;
}>;

/** Brain scale; the head is what is brighter in the source. Noise of the air of a usable scan stays below. */
const HEAD_FLOOR = 0.1;

/** All metrics of one harmonized scan, in the order of the catalogue's tables. Absent values say why. */
export function evaluateScan(comparison: ScanComparison): MetricValue[] {
  const { working, brain, inView, referenceQuantiles } = comparison;
  const head = headOf(working.source);
  const each = (role: 'source' | 'harmonized'): MetricValue[] => ofScan({ role, volume: working[role], brain, head, inView, referenceQuantiles });
  return [...each('source'), ...each('harmonized'), ...ofReference(referenceQuantiles), ...ofPair(comparison)];
}

function headOf({ samples }: Volume<'model'>): Uint8Array {
  const mask = new Uint8Array(samples.length);
  for (let voxel = 0; voxel < mask.length; voxel++) if (samples[voxel]! > HEAD_FLOOR) mask[voxel] = 1;
  return mask;
}

type OneScan = Readonly<{
  role: 'source' | 'harmonized';
  volume: Volume<'model'>;
  brain: Uint8Array;
  head: Uint8Array;
  inView: Uint8Array;
  referenceQuantiles: QuantileSummary;
}>;

function ofScan({ role, volume, brain, head, inView, referenceQuantiles }: OneScan): MetricValue[] {
  const brainValues = brainSamples(volume, brain);
  if (brainValues.length === 0) return [absent('brainMedian', 'NO_BRAIN', role)];
  const quantiles = quantileSummary(brainValues, referenceQuantiles.length);
  const classes = fitTissueClasses(quantiles);
  const headValues = volume.samples.filter((_, voxel) => head[voxel] === 1);
  const air = airSamples(volume, head, inView);
  const smoothness = fwhm(volume, brain);
  return [
    present('wasserstein1', wasserstein1OfQuantiles(quantiles, referenceQuantiles), role),
    present('ks', ksOfQuantiles(quantiles, referenceQuantiles), role),
    present('jsd', jsdOfQuantiles(quantiles, referenceQuantiles), role),
    present('brainMean', mean(brainValues), role),
    present('brainMedian', quantile(brainValues, 0.5), role),
    present('localContrast', quantile(localContrast(volume, brain), 0.5), role),
    smoothness === undefined ? absent('fwhm', 'FLAT_BRAIN', role) : present('fwhm', smoothness, role),
    ...(classes === undefined
      ? (['tissueContrast', 'cjv', 'cnr', 'snr'] as const).map((id) => absent(id, 'NO_TISSUE_CLASSES', role))
      : [
          present('tissueContrast', tissueContrast(classes), role),
          present('cjv', cjv(classes), role),
          air === undefined ? absent('cnr', 'NO_BACKGROUND', role) : present('cnr', cnr(classes, standardDeviation(air)), role),
          present('snr', snr(classes), role),
        ]),
    present('efc', efc(volume.samples), role),
    air === undefined ? absent('fber', 'NO_BACKGROUND', role) : present('fber', fber(headValues, air), role),
  ];
}

function ofReference(quantiles: QuantileSummary): MetricValue[] {
  const classes = fitTissueClasses(quantiles);
  return [
    present('brainMean', mean(quantiles), 'reference'),
    present('brainMedian', quantile(quantiles, 0.5), 'reference'),
    classes === undefined ? absent('tissueContrast', 'NO_TISSUE_CLASSES', 'reference') : present('tissueContrast', tissueContrast(classes), 'reference'),
  ];
}

function ofPair({ native, working, brain }: ScanComparison): MetricValue[] {
  const { source, harmonized } = native;
  const headMask = headOf(source);
  const moved = displacement(source, harmonized, headMask);
  return [
    present('gradientCorrelation', gradientCorrelation(source, harmonized, headMask)),
    moved === undefined ? absent('displacementMedian', 'NO_STRUCTURE') : present('displacementMedian', moved.median),
    moved === undefined ? absent('displacementP99', 'NO_STRUCTURE') : present('displacementP99', moved.p99),
    present('clippedFraction', clippedFraction(source, harmonized, headMask)),
    present('ssim', ssim(working.source, working.harmonized, brain)),
    present('nmi', nmi(working.source, working.harmonized, brain)),
    present('mae', mae(working.source, working.harmonized, brain)),
    present('psnr', psnr(working.source, working.harmonized, brain)),
  ];
}

/** A number that arithmetic could not give (an empty mask, equal volumes in dB) is absent, never NaN in JSON. */
function present(id: MetricId, value: number, role?: MetricRole): MetricValue {
  return Number.isFinite(value) ? { id: metricKey(id, role), value } : absent(id, 'UNDEFINED', role);
}

function absent(id: MetricId, reason: string, role?: MetricRole): MetricValue {
  return { id: metricKey(id, role), unavailable: reason };
}
