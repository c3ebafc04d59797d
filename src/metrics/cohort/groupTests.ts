import { mean } from '../../core/moments.ts';
import { quantile } from '../../core/statistics.ts';
import { midRanks } from '../ranks.ts';
import { chiSquaredSf, fisherSf, lnGamma, studentSf, upperQuantile } from './distributions.ts';
import { sampleVariance } from './effectSizes.ts';

export type Test = Readonly<{ statistic: number; p: number }>;
type Groups = readonly ArrayLike<number>[];

/** One-way analysis of variance: F, p, and η² = share of the variance that lies between groups. */
export function anova(groups: Groups): Test & Readonly<{ etaSquared: number }> {
  const all = groups.flatMap((group) => Array.from(group));
  const center = mean(all);
  const between = groups.reduce((sum, group) => sum + group.length * (mean(group) - center) ** 2, 0);
  const within = groups.reduce((sum, group) => sum + (group.length - 1) * sampleVariance(group), 0);
  const [above, below] = [groups.length - 1, all.length - groups.length];
  const statistic = between / above / (within / below);
  return { statistic, p: fisherSf(statistic, above, below), etaSquared: between / (between + within) };
}

/** Are the spreads equal? Analysis of variance of |x − median|. Source: Brown & Forsythe 1974. */
export function brownForsythe(groups: Groups): Test {
  return anova(groups.map((group) => {
    const center = quantile(Float64Array.from(Array.from(group)), 0.5);
    return Float64Array.from(Array.from(group), (value) => Math.abs(value - center));
  }));
}

/** Do groups differ in location? By ranks, ties corrected. `etaSquared` = (H − k + 1)/(n − k). Source: Kruskal & Wallis 1952. */
export function kruskalWallis(groups: Groups): Test & Readonly<{ etaSquared: number }> {
  const all = groups.flatMap((group) => Array.from(group));
  const ranks = midRanks(all);
  const n = all.length;
  let [start, sum] = [0, 0];
  for (const group of groups) {
    let total = 0;
    for (let i = 0; i < group.length; i++) total += ranks[start + i]!;
    start += group.length;
    sum += total ** 2 / group.length;
  }
  const counts = new Map<number, number>();
  for (const rank of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const ties = [...counts.values()].reduce((total, t) => total + t ** 3 - t, 0) / (n ** 3 - n);
  const statistic = ((12 / (n * (n + 1))) * sum - 3 * (n + 1)) / (1 - ties);
  const k = groups.length;
  return { statistic, p: chiSquaredSf(statistic, k - 1), etaSquared: Math.max(0, (statistic - k + 1) / (n - k)) };
}

/** Independence of two categories, and Cramér's V = √(χ²/(n·min(r − 1, c − 1))). Counts as rows. Source: Cramér 1946, §21.9. */
export function chiSquared(counts: readonly (readonly number[])[]): Test & Readonly<{ cramersV: number; leastExpected: number }> {
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts[0]!.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  let [statistic, leastExpected] = [0, Infinity];
  counts.forEach((row, r) => row.forEach((count, c) => {
    const expected = (rows[r]! * columns[c]!) / n;
    leastExpected = Math.min(leastExpected, expected);
    statistic += (count - expected) ** 2 / expected;
  }));
  const smaller = Math.min(rows.length, columns.length) - 1;
  return { statistic, p: chiSquaredSf(statistic, (rows.length - 1) * (columns.length - 1)), cramersV: Math.sqrt(statistic / (n * smaller)), leastExpected };
}

/** Fisher's exact test of [[a, b], [c, d]], two-sided: all tables no more likely than this one. Source: Fisher 1922. */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  const lnChoose = (n: number, k: number): number => lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
  const [first, second, column] = [a + b, c + d, a + c];
  const lnP = (x: number): number => lnChoose(first, x) + lnChoose(second, column - x) - lnChoose(first + second, column);
  const observed = lnP(a);
  let p = 0;
  // a table of equal probability may differ in the last bits
  for (let x = Math.max(0, column - second); x <= Math.min(first, column); x++) if (lnP(x) <= observed + 1e-9) p += Math.exp(lnP(x));
  return Math.min(1, p);
}

/**
 * Two one-sided tests (Welch): p that the means differ by `margin` or more, the larger of the two; small p means equivalent.
 * Source: Schuirmann 1987; degrees of freedom: Welch 1947.
 */
export function equivalence(a: ArrayLike<number>, b: ArrayLike<number>, margin: number): number {
  const [va, vb] = [sampleVariance(a) / a.length, sampleVariance(b) / b.length];
  const error = Math.sqrt(va + vb);
  if (!(error > 0)) return NaN;
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const difference = mean(a) - mean(b);
  return Math.max(studentSf((difference + margin) / error, freedom), studentSf((margin - difference) / error, freedom));
}

/** Standardized mean difference that n and m people show with 80 % power at two-sided α = .05. Source: Cohen 1988, §2.4. */
export function detectableEffect(n: number, m: number): number {
  if (n + m < 4) return NaN;
  const critical = (tail: number): number => upperQuantile((t) => studentSf(t, n + m - 2), tail);
  return (critical(0.025) + critical(0.2)) * Math.sqrt(1 / n + 1 / m);
}
