import { columnMeans, covarianceOf, inverseOf, type NumberTable, rowOf } from './matrix.ts';

/**
 * Covariance of the rows pulled towards a multiple of the identity, so that it can be inverted with fewer people than
 * features. Divided by n. Source: Ledoit & Wolf 2004, eq. 14.
 */
export function shrunkenCovariance(table: NumberTable): Readonly<{ covariance: NumberTable; shrinkage: number }> {
  const { rows: n, columns: d } = table;
  const empirical = covarianceOf(table, 0);
  const means = columnMeans(table);
  let trace = 0;
  for (let j = 0; j < d; j++) trace += empirical.values[j * d + j]!;
  const target = trace / d;
  let squares = 0;
  empirical.values.forEach((value) => (squares += value ** 2));
  // how far the empirical covariance is from the target, and how much of that is noise
  const distance = squares - d * target ** 2;
  let noise = -n * squares;
  for (let row = 0; row < n; row++) {
    let norm = 0;
    rowOf(table, row).forEach((value, j) => (norm += (value - means[j]!) ** 2));
    noise += norm ** 2;
  }
  noise /= n ** 2;
  const shrinkage = distance > 0 ? Math.min(1, Math.max(0, noise / distance)) : 0;
  const values = empirical.values.map((value, n_) => (1 - shrinkage) * value + (n_ % (d + 1) === 0 ? shrinkage * target : 0));
  return { covariance: { rows: d, columns: d, values }, shrinkage };
}

/** √((μ_a − μ_b)ᵀ Σ⁻¹ (μ_a − μ_b)), Σ the shrunken covariance within the two sites. NaN without any variance, and where too few people leave Σ singular. */
export function mahalanobis(a: NumberTable, b: NumberTable): number {
  const [first, second] = [columnMeans(a), columnMeans(b)];
  const centered = new Float64Array(a.values.length + b.values.length);
  a.values.forEach((value, n) => (centered[n] = value - first[n % a.columns]!));
  b.values.forEach((value, n) => (centered[a.values.length + n] = value - second[n % b.columns]!));
  const { covariance } = shrunkenCovariance({ rows: a.rows + b.rows, columns: a.columns, values: centered });
  if (!(covariance.values[0]! > 0)) return NaN;
  const precision = inverseOf(covariance);
  if (precision === null) return NaN;
  const shift = first.map((value, j) => value - second[j]!);
  let sum = 0;
  precision.values.forEach((value, n) => (sum += value * shift[Math.floor(n / a.columns)]! * shift[n % a.columns]!));
  return Math.sqrt(Math.max(0, sum));
}

/** ‖Σ_a − Σ_b‖_F / ‖Σ‖_F, Σ of all rows together: equal means and variances can hide unequal covariances. */
export function frobeniusShift(a: NumberTable, b: NumberTable): number {
  const pooled = covarianceOf({ rows: a.rows + b.rows, columns: a.columns, values: Float64Array.of(...a.values, ...b.values) });
  const [first, second] = [covarianceOf(a), covarianceOf(b)];
  return norm(first.values.map((value, n) => value - second.values[n]!)) / norm(pooled.values);
}

function norm(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
