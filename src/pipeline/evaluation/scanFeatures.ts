import { mean } from '../../core/moments.ts';
import { quantile } from '../../core/statistics.ts';
import type { Volume } from '../../core/volume.ts';
import { fwhm } from '../../metrics/fwhm.ts';
import { histogramShares } from '../../metrics/intensityHistogram.ts';
import { localContrast } from '../../metrics/localContrast.ts';
import { brainSamples, quantileSummary } from '../../metrics/quantileSummary.ts';
import { fitTissueClasses } from '../../metrics/tissueClasses.ts';
import { tissueContrast } from '../../metrics/tissueContrast.ts';
import { compared } from './compared.ts';

/** What is kept of a scan, some kilobytes: its volume is dropped before the next scan is read. Keys as in `compared`. */
export type ScanFeatures = Readonly<{
  histograms: Readonly<Record<string, Float64Array>>;
  summaries: Readonly<Record<string, number | null>>;
}>;

/** A head on the working grid, on the brain scale, with its masks. */
export type WorkingScan = Readonly<{ working: Volume<'model'>; brain: Uint8Array; head: Uint8Array; inView: Uint8Array }>;

export function scanFeatures({ working, brain, head }: WorkingScan): ScanFeatures {
  const { bins } = compared.MR;
  const brainValues = brainSamples(working, brain);
  const texture = localContrast(working, brain);
  const classes = fitTissueClasses(quantileSummary(brainValues, 1024));
  return {
    histograms: {
      brainIntensity: histogramShares(brainValues, bins.brainIntensity),
      headIntensity: histogramShares(working.samples.filter((_, voxel) => head[voxel] === 1), bins.headIntensity),
      localContrast: histogramShares(texture, bins.localContrast),
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
