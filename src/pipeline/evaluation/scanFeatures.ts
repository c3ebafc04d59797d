import { mean } from '../../core/moments.ts';
import { quantile } from '../../core/statistics.ts';
import type { Volume } from '../../core/volume.ts';
import { fwhm } from '../../metrics/fwhm.ts';
import { histogramShares, type HistogramBins } from '../../metrics/intensityHistogram.ts';
import { localContrast } from '../../metrics/localContrast.ts';
import { brainSamples, quantileSummary } from '../../metrics/quantileSummary.ts';
import { fitTissueClasses } from '../../metrics/tissueClasses.ts';
import { tissueContrast } from '../../metrics/tissueContrast.ts';

/** The features whose distributions are compared, and their common bins: fine enough that W1 needs no correction. */
export const featureBins = {
  brainIntensity: { end: 2, count: 500 },
  headIntensity: { end: 2.5, count: 500 },
  localContrast: { end: 0.5, count: 500 },
} as const satisfies Record<string, HistogramBins>;
export type FeatureId = keyof typeof featureBins;

/** One number a scan; ids of the metric catalogue. */
export type SummaryId = 'brainMean' | 'brainMedian' | 'tissueContrast' | 'localContrast' | 'fwhm';

/** What is kept of a scan, some kilobytes: volumes are dropped before the next scan is read. */
export type ScanFeatures = Readonly<{
  histograms: Readonly<Record<FeatureId, Float64Array>>;
  summaries: Readonly<Record<SummaryId, number | null>>;
}>;

/** A scan on the working grid, on the brain scale, with its masks. */
export type WorkingScan = Readonly<{ working: Volume<'model'>; brain: Uint8Array; head: Uint8Array; inView: Uint8Array }>;

export function scanFeatures({ working, brain, head }: WorkingScan): ScanFeatures {
  const brainValues = brainSamples(working, brain);
  const texture = localContrast(working, brain);
  const classes = fitTissueClasses(quantileSummary(brainValues, 1024));
  return {
    histograms: {
      brainIntensity: histogramShares(brainValues, featureBins.brainIntensity),
      headIntensity: histogramShares(working.samples.filter((_, voxel) => head[voxel] === 1), featureBins.headIntensity),
      localContrast: histogramShares(texture, featureBins.localContrast),
    },
    summaries: {
      brainMean: mean(brainValues),
      brainMedian: quantile(brainValues, 0.5),
      tissueContrast: classes === undefined ? null : tissueContrast(classes),
      localContrast: quantile(texture, 0.5),
      fwhm: fwhm(working, brain) ?? null,
    },
  };
}
