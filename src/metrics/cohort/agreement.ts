import { mean } from '../../core/moments.ts';
import { sampleVariance } from './effectSizes.ts';
import { fisherSf, studentSf, upperQuantile } from './distributions.ts';

export type Icc = Readonly<{ value: number; low: number; high: number }>;
type Squares = Readonly<{ n: number; k: number; rows: number; columns: number; error: number }>;

/** Mean squares of `ratings[subject][rater]`. */
function meanSquares(ratings: readonly (readonly number[])[]): Squares {
  const [n, k] = [ratings.length, ratings[0]!.length];
  const center = mean(ratings.flat());
  const rowMeans = ratings.map((row) => mean(row));
  const columnMeans = ratings[0]!.map((_, column) => mean(ratings.map((row) => row[column]!)));
  const rows = (k * rowMeans.reduce((sum, value) => sum + (value - center) ** 2, 0)) / (n - 1);
  const columns = (n * columnMeans.reduce((sum, value) => sum + (value - center) ** 2, 0)) / (k - 1);
  let residual = 0;
  ratings.forEach((row, r) => row.forEach((value, c) => (residual += (value - rowMeans[r]! - columnMeans[c]! + center) ** 2)));
  return { n, k, rows, columns, error: residual / ((n - 1) * (k - 1)) };
}

/** ICC(2,1) alone: the interval costs a hundred times as much. */
export function icc21Value(ratings: readonly (readonly number[])[]): number {
  const { n, k, rows, columns, error } = meanSquares(ratings);
  return (rows - error) / (rows + (k - 1) * error + (k * (columns - error)) / n);
}

/** ICC(3,1) alone. */
export function icc31Value(ratings: readonly (readonly number[])[]): number {
  const { k, rows, error } = meanSquares(ratings);
  return (rows - error) / (rows + (k - 1) * error);
}

/** Absolute agreement of single ratings, ICC(2,1), with its interval. Source: Shrout & Fleiss 1979; interval: McGraw & Wong 1996. */
export function icc21(ratings: readonly (readonly number[])[], confidence = 0.95): Icc {
  const { n, k, rows, columns, error } = meanSquares(ratings);
  const value = icc21Value(ratings);
  const [a, b] = [(k * value) / (n * (1 - value)), 1 + (k * value * (n - 1)) / (n * (1 - value))];
  const freedom = (a * columns + b * error) ** 2 / ((a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)));
  const tail = (1 - confidence) / 2;
  const [upper, lower] = [fisherQuantile(tail, n - 1, freedom), fisherQuantile(tail, freedom, n - 1)];
  const rest = k * columns + (k * n - k - n) * error;
  return { value, low: (n * (rows - upper * error)) / (upper * rest + n * rows), high: (n * (lower * rows - error)) / (rest + n * lower * rows) };
}

/** Consistency of single ratings, ICC(3,1), with its interval. Source: as above. */
export function icc31(ratings: readonly (readonly number[])[], confidence = 0.95): Icc {
  const { n, k, rows, error } = meanSquares(ratings);
  const tail = (1 - confidence) / 2;
  const f = rows / error;
  const low = f / fisherQuantile(tail, n - 1, (n - 1) * (k - 1));
  const high = f * fisherQuantile(tail, (n - 1) * (k - 1), n - 1);
  return { value: icc31Value(ratings), low: (low - 1) / (low + k - 1), high: (high - 1) / (high + k - 1) };
}

function fisherQuantile(tail: number, above: number, below: number): number {
  return upperQuantile((f) => fisherSf(f, above, below), tail);
}

/** Concordance of two measurements; moments divided by n. Source: Lin 1989, eq. 2. */
export function linCcc(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
    ab += (a[i]! - ma) * (b[i]! - mb);
  }
  return (2 * ab) / (aa + bb + a.length * (ma - mb) ** 2);
}

type Bound = Readonly<{ value: number; low: number; high: number }>;

/** Bias b − a and limits of agreement ± 1.96 SD, each with its interval. Source: Bland & Altman 1986, with √(3/n)·s for the limits. */
export function blandAltman(a: ArrayLike<number>, b: ArrayLike<number>, confidence = 0.95): Readonly<{ bias: Bound; lower: Bound; upper: Bound }> {
  const differences = Float64Array.from(Array.from(a), (value, n) => b[n]! - value);
  const n = differences.length;
  const [bias, spread] = [mean(differences), Math.sqrt(sampleVariance(differences))];
  const t = upperQuantile((x) => studentSf(x, n - 1), (1 - confidence) / 2);
  const around = (value: number, error: number): Bound => ({ value, low: value - t * error, high: value + t * error });
  const wide = spread * Math.sqrt(3 / n);
  return { bias: around(bias, spread / Math.sqrt(n)), lower: around(bias - 1.96 * spread, wide), upper: around(bias + 1.96 * spread, wide) };
}

/** Root mean square of the within-subject coefficient of variation, `ratings[subject][visit]`. Source: Bland & Altman 1996. */
export function withinSubjectCv(ratings: readonly (readonly number[])[]): number {
  return Math.sqrt(mean(ratings.map((row) => sampleVariance(row) / mean(row) ** 2)));
}
