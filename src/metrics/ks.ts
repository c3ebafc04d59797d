import { cumulativeAt, type QuantileSummary } from './quantileSummary.ts';

/**
 * Two-sample Kolmogorov–Smirnov distance D = sup |F_a − F_b| of ascending samples; no unit, 0…1.
 *
 * Source: Smirnov 1948.
 */
export function ks(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const next = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/** The same between two quantile summaries: the gap is piecewise linear, so its largest value lies at a quantile. */
export function ksOfQuantiles(a: QuantileSummary, b: QuantileSummary): number {
  let largest = 0;
  for (const points of [a, b]) {
    // the outer points are where a summary jumps from 0 to 0.005: an artefact of its cut tails
    for (let i = 1; i < points.length - 1; i++) {
      largest = Math.max(largest, Math.abs(cumulativeAt(a, points[i]!) - cumulativeAt(b, points[i]!)));
    }
  }
  return largest;
}

/** The same between two histograms (shares) on common bins. */
export function ksOfHistograms(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [gap, largest] = [0, 0];
  for (let bin = 0; bin < a.length; bin++) {
    gap += a[bin]! - b[bin]!;
    largest = Math.max(largest, Math.abs(gap));
  }
  return largest;
}
