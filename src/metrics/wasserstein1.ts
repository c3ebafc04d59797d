import { ConcordError } from '../core/errors.ts';
import type { QuantileSummary } from './quantileSummary.ts';

/**
 * Wasserstein-1 distance of two samples, exact, also for unequal sizes. In the samples' unit.
 * Both ascending; W1 = ∫ |F_a − F_b| dx, summed over the merged order statistics.
 *
 * Source: Vallender 1974, eq. 2.
 */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, total] = [0, 0, 0];
  let previous = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    total += Math.abs(i / a.length - j / b.length) * (next - previous);
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
    previous = next;
  }
  return total;
}

/**
 * The same between two quantile summaries of equal length: the mean of |Q_a(p) − Q_b(p)|.
 *
 * @throws CONCORD_INTERNAL for summaries of different lengths
 */
export function wasserstein1OfQuantiles(a: QuantileSummary, b: QuantileSummary): number {
  if (a.length !== b.length || a.length === 0) {
    throw new ConcordError('CONCORD_INTERNAL', `wasserstein1 needs equally many quantiles, got ${a.length} and ${b.length}.`);
  }
  let total = 0;
  for (let i = 0; i < a.length; i++) total += Math.abs(a[i]! - b[i]!);
  return total / a.length;
}

/** The same between two histograms (shares) on common bins: bin width · Σ |F_a − F_b| at the bins' upper edges. */
export function wasserstein1OfHistograms(a: ArrayLike<number>, b: ArrayLike<number>, binWidth: number): number {
  let [gap, total] = [0, 0];
  for (let bin = 0; bin < a.length; bin++) {
    gap += a[bin]! - b[bin]!;
    total += Math.abs(gap);
  }
  return total * binWidth;
}
