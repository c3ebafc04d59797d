import { ConcordError } from '../core/errors.ts';

/** How codes spread over the training styles; `precision` is the inverse covariance. */
export type CodeSpread = Readonly<{
  mean: readonly number[];
  precision: readonly (readonly number[])[];
  /** 99.5th percentile of the training codes' distance to the mean. */
  p995: number;
}>;

/**
 * How far two styles lie apart: the Mahalanobis distance of their codes under the training styles' spread,
 * sqrt((a − b)ᵀ P (a − b)); two random training styles are about sqrt(2 · codeLength) apart.
 * A bundle without that calibration is measured by the Euclidean distance of the codes, P = identity.
 *
 * Source: Mahalanobis 1936.
 */
export function styleDistance(a: ArrayLike<number>, b: ArrayLike<number>, spread?: CodeSpread): number {
  if (a.length !== b.length || (spread !== undefined && spread.precision.length !== a.length)) {
    throw new ConcordError('CONCORD_REFERENCE', `Style codes must have one length, got ${a.length} and ${b.length}.`);
  }
  const difference = Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!);
  const weighed = spread === undefined
    ? difference
    : Float64Array.from(spread.precision, (row) => row.reduce((sum, p, j) => sum + p * difference[j]!, 0));
  return Math.sqrt(Math.max(0, difference.reduce((sum, d, i) => sum + d * weighed[i]!, 0)));
}

/** How unusual a style is among the training styles: its distance to their mean as a share of their 99.5th percentile. */
export function styleRarity(code: ArrayLike<number>, spread: CodeSpread): number {
  return styleDistance(code, spread.mean, spread) / spread.p995;
}
