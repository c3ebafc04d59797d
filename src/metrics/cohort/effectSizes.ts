import { mean, variance } from '../../core/moments.ts';

/** Variance divided by n − 1. */
export function sampleVariance(values: ArrayLike<number>): number {
  return values.length < 2 ? NaN : (variance(values) * values.length) / (values.length - 1);
}

/**
 * (μ_a − μ_b) / ((σ_a + σ_b)/2): the mean shift between one site and another, in mean standard deviations. NaN where
 * neither varies. Source: validation.md V-12 (DiagnoseHarmonisation's definition).
 */
export function cohenD(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const spread = (Math.sqrt(sampleVariance(a)) + Math.sqrt(sampleVariance(b))) / 2;
  return spread > 0 ? (mean(a) - mean(b)) / spread : NaN;
}

/** Standardized by the pooled variance and corrected for small samples. Source: Hedges 1981, eq. 6e approximation. */
export function hedgesG(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const freedom = a.length + b.length - 2;
  const pooled = ((a.length - 1) * sampleVariance(a) + (b.length - 1) * sampleVariance(b)) / freedom;
  return pooled > 0 ? ((mean(a) - mean(b)) / Math.sqrt(pooled)) * (1 - 3 / (4 * (a.length + b.length) - 9)) : NaN;
}

/** ln(s²_a / s²_b); NaN where one does not vary. */
export function logVarianceRatio(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [first, second] = [sampleVariance(a), sampleVariance(b)];
  return first > 0 && second > 0 ? Math.log(first / second) : NaN;
}

/** Standardized mean difference of numbers: by the root of the mean variance. Source: Austin 2009, eq. 1. */
export function standardizedMeanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const spread = Math.sqrt((sampleVariance(a) + sampleVariance(b)) / 2);
  return spread > 0 ? (mean(a) - mean(b)) / spread : NaN;
}

/** The same of two shares. Source: Austin 2009, eq. 2. */
export function standardizedShareDifference(a: number, b: number): number {
  const spread = Math.sqrt((a * (1 - a) + b * (1 - b)) / 2);
  return spread > 0 ? (a - b) / spread : NaN;
}
