import { randomStream } from '../core/random.ts';
import { bcaEnds, type Interval } from './bootstrap.ts';
import type { Unit } from './siteLabels.ts';

/** Index lists of units: drawn with replacement by subject within each site, and with one subject left out. */
export type Resamples = Readonly<{ everyone: Int32Array; draws: readonly Int32Array[]; leftOut: readonly Int32Array[] }>;

/**
 * Bootstrap draws of subjects, stratified by the sites they were seen at, so that no site is ever empty. Made once and
 * used for every statistic: intervals of one table then belong together, and cost little.
 */
export function resamplesOf(units: readonly Unit[], plan: Readonly<{ resamples: number; seed: number }>): Resamples {
  const bySubject = new Map<string, number[]>();
  units.forEach(({ subject }, n) => bySubject.set(subject, [...(bySubject.get(subject) ?? []), n]));
  const strata = new Map<string, number[][]>();
  for (const own of bySubject.values()) {
    const signature = [...new Set(own.map((n) => units[n]!.site))].sort().join('|');
    strata.set(signature, [...(strata.get(signature) ?? []), own]);
  }
  const random = randomStream(`${plan.seed}|strata`);
  const draws = Array.from({ length: plan.resamples }, () =>
    Int32Array.from([...strata.values()].flatMap((people) => people.flatMap(() => people[Math.floor(random.nextFloat() * people.length)]!))));
  const leftOut = [...bySubject.values()].map((own) => Int32Array.from(units.flatMap((_, n) => (own.includes(n) ? [] : [n]))));
  return { everyone: Int32Array.from(units, (_, n) => n), draws, leftOut };
}

/** BCa interval of a statistic of units; undefined as bcaInterval says, and below three subjects. */
export function intervalOf(statistic: (rows: Int32Array) => number, resamples: Resamples, confidence: number): Interval | undefined {
  if (resamples.leftOut.length < 3) return undefined;
  return bcaEnds(statistic(resamples.everyone), resamples.draws.map(statistic), resamples.leftOut.map(statistic), confidence);
}
