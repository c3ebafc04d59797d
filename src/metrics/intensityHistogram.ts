/** Equal bins from `start` [default: 0] to `end`; common to all scans that are compared. The first and the last also hold what lies beyond. */
export type HistogramBins = Readonly<{ start?: number; end: number; count: number }>;

export function binWidth({ start = 0, end, count }: HistogramBins): number {
  return (end - start) / count;
}

/** The bin that a value counts in. */
export function binOf(value: number, { start = 0, end, count }: HistogramBins): number {
  return Math.min(Math.max(Math.floor(((value - start) * count) / (end - start)), 0), count - 1);
}

/** Shares per bin, summing to 1. NaN for no values. */
export function histogramShares(values: ArrayLike<number>, bins: HistogramBins): Float64Array {
  const shares = new Float64Array(bins.count);
  for (let n = 0; n < values.length; n++) shares[binOf(values[n]!, bins)]! += 1;
  return shares.map((count) => count / values.length);
}

/** The pooled distribution of several scans, each with the same weight. */
export function pooledShares(histograms: readonly Float64Array[]): Float64Array {
  const pooled = new Float64Array(histograms[0]?.length ?? 0);
  for (const shares of histograms) for (let bin = 0; bin < pooled.length; bin++) pooled[bin]! += shares[bin]! / histograms.length;
  return pooled;
}

/** The same distribution in bins `factor` times as wide. Fine bins of integer-valued scans are combs, not densities. */
export function widerBins(shares: Float64Array, factor: number): Float64Array {
  const wide = new Float64Array(Math.ceil(shares.length / factor));
  for (let bin = 0; bin < shares.length; bin++) wide[Math.floor(bin / factor)]! += shares[bin]!;
  return wide;
}
