import { kolmogorovSf } from '../metrics/cohort/distributions.ts';
import { type NumberTable, tableOf } from '../metrics/cohort/matrix.ts';
import { benjaminiHochberg } from '../metrics/cohort/multipleTesting.ts';
import { frobeniusShift, mahalanobis } from '../metrics/cohort/multivariate.ts';
import { pearson } from '../metrics/spearman.ts';
import { medianOf, shareOf } from './findings.ts';
import { type BatchMetric, LARGE_D } from './plan.ts';

/** One arm between two sites, prepared so that a draw costs little: features by column, presorted; component scores by row. */
export type BatchTask = Readonly<{ columns: readonly Float64Array[]; orders: readonly Int32Array[]; scores: readonly Float64Array[] }>;

export function batchTask(residual: NumberTable, columns: readonly number[], scores: NumberTable): BatchTask {
  const own = columns.map((column) => Float64Array.from({ length: residual.rows }, (_, row) => residual.values[row * residual.columns + column]!));
  return {
    columns: own,
    orders: own.map((values) => Int32Array.from(values, (_, n) => n).sort((a, b) => values[a]! - values[b]!)),
    scores: Array.from({ length: scores.rows }, (_, row) => scores.values.slice(row * scores.columns, (row + 1) * scores.columns)),
  };
}

/**
 * The eight batch metrics of validation.md §11 between two groups of rows; a row may be drawn several times. Covariances
 * are compared on the components of the before table; ICC is the analysis-of-variance form, which is REML's when sites
 * are of one size; KS q values are of the limit law. All this is needed thousands of times for an interval.
 */
export function batchMetrics({ columns, orders, scores }: BatchTask, first: ArrayLike<number>, second: ArrayLike<number>): Record<BatchMetric, number> {
  const rows = scores.length;
  const [inFirst, inSecond] = [new Uint16Array(rows), new Uint16Array(rows)];
  for (let n = 0; n < first.length; n++) inFirst[first[n]!]! += 1;
  for (let n = 0; n < second.length; n++) inSecond[second[n]!]! += 1;
  const [d, logRatio, icc, ksP]: [number[], number[], number[], number[]] = [[], [], [], []];
  columns.forEach((values, j) => {
    const a = moments(values, inFirst);
    const b = moments(values, inSecond);
    const spread = (Math.sqrt(a.variance) + Math.sqrt(b.variance)) / 2;
    d.push(spread > 1e-9 ? Math.abs(a.mean - b.mean) / spread : NaN);
    logRatio.push(a.variance > 1e-18 && b.variance > 1e-18 ? Math.abs(Math.log(a.variance / b.variance)) : NaN);
    icc.push(iccOfTwo(a, b));
    ksP.push(kolmogorovSf(ksDistance(orders[j]!, values, inFirst, inSecond, a.n, b.n), a.n, b.n));
  });
  const take = (group: ArrayLike<number>): NumberTable => tableOf(Array.from(group, (row) => scores[row]!));
  const [ta, tb] = [take(first), take(second)];
  return {
    medianAbsCohenD: medianOf(d),
    shareLargeD: shareOf(d, (value) => value >= LARGE_D),
    mahalanobis: mahalanobis(ta, tb),
    medianIccBatch: medianOf(icc),
    medianAbsLogVarianceRatio: medianOf(logRatio),
    shareKsSignificant: shareOf(benjaminiHochberg(ksP), (q) => q < 0.05),
    frobenius: frobeniusShift(ta, tb),
    maxSiteComponentCorrelation: componentCorrelation(ta, tb),
  };
}

type Moments = Readonly<{ n: number; mean: number; variance: number }>;

function moments(values: Float64Array, counts: Uint16Array): Moments {
  let [n, sum, squares] = [0, 0, 0];
  for (let row = 0; row < values.length; row++) {
    const count = counts[row]!;
    if (count === 0) continue;
    n += count;
    sum += count * values[row]!;
    squares += count * values[row]! * values[row]!;
  }
  return { n, mean: sum / n, variance: Math.max(0, (squares - (sum * sum) / n) / (n - 1)) };
}

/** Source: Donner 1986, eq. 2.1; not below 0. */
function iccOfTwo(a: Moments, b: Moments): number {
  const n = a.n + b.n;
  const center = (a.n * a.mean + b.n * b.mean) / n;
  const between = a.n * (a.mean - center) ** 2 + b.n * (b.mean - center) ** 2;
  const within = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / (n - 2);
  const size = n - (a.n ** 2 + b.n ** 2) / n;
  const variance = Math.max(0, (between - within) / size);
  return variance + within > 1e-18 ? variance / (variance + within) : NaN;
}

function ksDistance(order: Int32Array, values: Float64Array, inFirst: Uint16Array, inSecond: Uint16Array, n: number, m: number): number {
  let [gap, largest] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    gap += inFirst[row]! / n - inSecond[row]! / m;
    if (i + 1 === order.length || values[order[i + 1]!] !== values[row]) largest = Math.max(largest, Math.abs(gap));
  }
  return largest;
}

function componentCorrelation(a: NumberTable, b: NumberTable): number {
  const label = Float64Array.from({ length: a.rows + b.rows }, (_, n) => (n < a.rows ? 1 : 0));
  let largest = 0;
  for (let c = 0; c < Math.min(4, a.columns); c++) {
    const scores = Float64Array.from(label, (_, n) => (n < a.rows ? a.values[n * a.columns + c]! : b.values[(n - a.rows) * b.columns + c]!));
    const r = Math.abs(pearson(scores, label));
    if (r > largest) largest = r;
  }
  return largest;
}
