import { histogramShares, type HistogramBins } from '../../intensityHistogram.ts';
import { maskedValues } from '../../maskedValues.ts';
import { BRAIN_SCALE, type FeatureEntry, type FeatureGroup, type FeatureScan } from '../featureEntry.ts';

/** The same bins for every scan; the last also holds what lies beyond. */
export const histogramFeatureBins = {
  brain: { end: 1.6, count: 32 },
  head: { end: 2.4, count: 32 },
} as const satisfies Record<'brain' | 'head', HistogramBins>;

/** All that the histogram-only probe sees: shares of voxels per bin of intensity, wherever they lie. */
function histogramGroup(region: 'brain' | 'head'): FeatureGroup {
  const bins = histogramFeatureBins[region];
  const width = bins.end / bins.count;
  return {
    looksAt: region === 'brain' ? 'brain box' : 'whole scan',
    entries: Array.from({ length: bins.count }, (_, bin): FeatureEntry => ({
      id: `histogram.${region}.bin${String(bin + 1).padStart(2, '0')}`, family: 'histogram', region,
      name: `${region === 'brain' ? 'Brain' : 'Head'} histogram, bin ${bin + 1} of ${bins.count}`, unit: 'share',
      formula: `share of voxels from ${(bin * width).toFixed(3)} ${bin + 1 === bins.count ? 'up' : `to ${((bin + 1) * width).toFixed(3)}`} (${BRAIN_SCALE})`, source: 'definition', absent: 'FLAT',
    })),
    measure: (scan: FeatureScan) => histogramShares(maskedValues(scan.working.samples, scan[region]), bins),
  };
}

export const histogramGroups: readonly FeatureGroup[] = [histogramGroup('brain'), histogramGroup('head')];
