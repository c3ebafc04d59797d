import { randomStream } from '../core/random.ts';
import { permuteSites } from '../metrics/siteLabels.ts';
import { type Cohort, rowsOfSite } from './cohortUnits.ts';

/** Two sites of a cohort and their rows; `A|B`. */
export type SitePair = Readonly<{ name: string; first: readonly number[]; second: readonly number[] }>;

/** Every pair of sites with at least two units each. */
export function sitePairs(cohort: Cohort): SitePair[] {
  const { sites } = cohort;
  return sites.flatMap((a, n) => sites.slice(n + 1).map((b) => ({ name: `${a}|${b}`, first: rowsOfSite(cohort, a), second: rowsOfSite(cohort, b) })))
    .filter(({ first, second }) => first.length > 1 && second.length > 1);
}

/** The same pair under labels that mean nothing, `count` times; rows of both sites stay the same people. */
export function permutedPairs({ units }: Cohort, { name, first, second }: SitePair, plan: Readonly<{ seed: number }>, count: number): readonly Readonly<{ first: number[]; second: number[] }>[] {
  const rows = [...first, ...second];
  const [site] = name.split('|');
  const random = randomStream(`${plan.seed}|sites|${name}`);
  return Array.from({ length: count }, () => {
    const labels = permuteSites(rows.map((row) => units[row]!), random);
    return { first: rows.filter((_, n) => labels[n] === site), second: rows.filter((_, n) => labels[n] !== site) };
  });
}

/** p of a statistic that is larger where sites differ; never 0. Source: Phipson & Smyth 2010. */
export function permutationP(observed: number, drawn: ArrayLike<number>): number {
  let reached = 0;
  // equal in exact arithmetic must count as equal in floating point
  for (let n = 0; n < drawn.length; n++) if (drawn[n]! >= observed - 1e-12) reached++;
  return Number.isFinite(observed) ? (1 + reached) / (1 + drawn.length) : NaN;
}
