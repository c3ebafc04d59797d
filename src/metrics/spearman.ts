import { addPair, correlationOf, emptyPairSums } from '../core/moments.ts';
import { midRanks } from './ranks.ts';

/** Linear correlation of pairs; NaN where one side is constant. Source: Pearson 1896. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const sums = emptyPairSums();
  // taken from the first pair, so that large offsets cost no digits
  const [x0, y0] = [a[0] ?? 0, b[0] ?? 0];
  for (let i = 0; i < a.length; i++) addPair(sums, a[i]! - x0, b[i]! - y0);
  return correlationOf(sums);
}

/** Rank correlation of pairs; tied values share their mean rank. NaN where one side is constant. Source: Spearman 1904. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(midRanks(a), midRanks(b));
}
