import { normalQuantile } from '../bootstrap.ts';
import { mean } from '../../core/moments.ts';
import { midRanks } from '../ranks.ts';
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

/**
 * DeLong's interval of held-out scores, widened to `nullSpread`, the SD of the area under shuffled labels, where that is
 * more. The spread shrinks towards areas of 0 and 1 as Hanley and McNeil's does.
 */
export function crossValidatedInterval({ value, low, high }: Auc, n: number, m: number, nullSpread: number, confidence: number): Readonly<{ low: number; high: number }> {
  const shape = aucHalfWidth(value, n, m) / aucHalfWidth(0.5, n, m);
  const reach = Math.max((high - low) / 2, normalQuantile((1 + confidence) / 2) * nullSpread * shape);
  return { low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
}
