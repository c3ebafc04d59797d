import type { MetricId } from '../../metrics/catalogue.ts';
import type { HistogramBins } from '../../metrics/intensityHistogram.ts';

/**
 * What is compared of the scans of a modality. `bins`: the features whose distributions are compared, and their common bins, fine enough that W1 needs no
 * correction; `main` stands for the scan. `summaries`: one number a scan; `shown`: those that the list of scans has. `errors`: where, and how, a scan is compared with its truth.
 */
export type Compared = Readonly<{
  bins: Readonly<Record<string, HistogramBins>>;
  main: string;
  summaries: readonly MetricId[];
  shown: readonly MetricId[];
  errors: Readonly<{ regions: readonly ErrorRegion[]; measures: readonly ErrorMeasure[] }>;
}>;
export type ErrorRegion = 'brain' | 'head' | 'body' | 'soft';
export type ErrorMeasure = 'mae' | 'psnr';

/** Intensities of heads on the brain scale, of CT in HU. */
export const compared = {
  MR: {
    bins: { brainIntensity: { end: 2, count: 500 }, headIntensity: { end: 2.5, count: 500 }, localContrast: { end: 0.5, count: 500 } },
    main: 'brainIntensity',
    summaries: ['brainMean', 'brainMedian', 'tissueContrast', 'localContrast', 'fwhm'],
    shown: ['tissueContrast'],
    errors: { regions: ['brain', 'head'], measures: ['mae', 'psnr'] },
  },
  CT: {
    bins: { softDetail: { end: 250, count: 500 }, bodyHu: { start: -1024, end: 1476, count: 500 } },
    main: 'softDetail',
    summaries: ['noiseSd', 'noiseFrequency', 'detailSd', 'muscleHu', 'fatHu', 'laa950', 'perc15'],
    shown: ['noiseSd', 'detailSd', 'laa950'],
    errors: { regions: ['body', 'soft'], measures: ['mae'] },
  },
} as const satisfies Record<'MR' | 'CT', Compared>;
