import { normalQuantile } from '../bootstrap.ts';
import { mean } from '../../core/moments.ts';
import { midRanks } from '../ranks.ts';
import { studentSf } from './distributions.ts';
import { sampleVariance } from './effectSizes.ts';

/** Area under the ROC curve of scores that should be higher for positives, with DeLong's interval. */
export type Auc = Readonly<{ value: number; low: number; high: number }>;

/** Source: DeLong, DeLong & Clarke-Pearson 1988, by the midranks of Sun & Xu 2014; interval cut at 0 and 1. */
export function auc(positives: ArrayLike<number>, negatives: ArrayLike<number>, confidence = 0.95): Auc {
  const [m, n] = [positives.length, negatives.length];
  const all = midRanks([...Array.from(positives), ...Array.from(negatives)]);
  const [own, other] = [midRanks(positives), midRanks(negatives)];
  // structural components: each scan's share of the other class it beats
  const v10 = Float64Array.from({ length: m }, (_, i) => (all[i]! - own[i]!) / n);
  const v01 = Float64Array.from({ length: n }, (_, j) => 1 - (all[m + j]! - other[j]!) / m);
  const value = mean(v10);
  const error = Math.sqrt(sampleVariance(v10) / m + sampleVariance(v01) / n);
  const z = normalQuantile((1 + confidence) / 2);
  return { value, low: Math.max(0, value - z * error), high: Math.min(1, value + z * error) };
}

/** Half width of a 95 % interval of an AUC with n and m people. Source: Hanley & McNeil 1982. */
export function aucHalfWidth(area: number, n: number, m: number): number {
  const [q1, q2] = [area / (2 - area), (2 * area ** 2) / (1 + area)];
  return 1.96 * Math.sqrt((area * (1 - area) + (n - 1) * (q1 - area ** 2) + (m - 1) * (q2 - area ** 2)) / (n * m));
}

/** The area under shuffled labels: mean, SD, and from how many shuffles. */
export type AreaNull = Readonly<{ mean: number; spread: number; draws: number }>;

/**
 * Interval of the area of cross-validated scores. Models of one cross-validation share people, so their scores depend on
 * one another and DeLong's interval is too narrow, as every variance without a term for it (Nadeau & Bengio 2003). Here
 * the area under shuffled labels, each with the whole cross-validation, says how far an area strays when nothing is
 * there, and by how much cross-validation biases it (Ojala & Garriga 2010); the interval holds the areas this one can have
 * strayed from, judged as one more draw of a normal sample (Hahn & Meeker 1991, §4.7). Bias and spread shrink towards
 * areas of 0 and 1 as Hanley and McNeil's do; never narrower than the interval given, on either side.
 */
export function crossValidatedInterval({ value, low, high }: Auc, n: number, m: number, { mean: center, spread, draws }: AreaNull, confidence: number): Readonly<{ low: number; high: number }> {
  const reach = studentQuantile((1 + confidence) / 2, draws - 1) * spread * Math.sqrt(1 + 1 / draws);
  // every area that could have given this one: the spread is that of the area asked about, not of the one measured
  const could = Array.from({ length: 1001 }, (_, step) => step / 1000).filter((area) => {
    const shape = aucHalfWidth(area, n, m) / aucHalfWidth(0.5, n, m);
    return Math.abs(value - area - shape * (center - 0.5)) <= shape * reach;
  });
  return { low: Math.max(0, Math.min(low, ...could)), high: Math.min(1, Math.max(high, ...could)) };
}

/** The t below which a share `p` ≥ .5 lies, to 1e-6, by bisection. */
function studentQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1e3];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (studentSf(middle, freedom) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
