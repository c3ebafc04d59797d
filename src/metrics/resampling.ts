import { standardDeviation } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import { bcaEnds, type Interval, normalQuantile } from './bootstrap.ts';
import { shuffled } from './permutation.ts';
import type { Unit } from './siteLabels.ts';

/** Index lists of units: drawn with replacement by subject within each site, and with one subject left out. */
export type Resamples = Readonly<{ everyone: Int32Array; draws: readonly Int32Array[]; leftOut: readonly Int32Array[] }>;

/**
 * Bootstrap draws of subjects, stratified by the sites they were seen at, so that no site is ever empty. Made once and
 * used for every statistic: intervals of one table then belong together, and cost little.
 */
export function resamplesOf(units: readonly Unit[], plan: Readonly<{ resamples: number; seed: number }>): Resamples {
  const strata = strataOf(units);
  const random = randomStream(`${plan.seed}|strata`);
  const draws = Array.from({ length: plan.resamples }, () =>
    Int32Array.from(strata.flatMap((people) => people.flatMap(() => people[Math.floor(random.nextFloat() * people.length)]!))));
  const leftOut = strata.flat().map((own) => Int32Array.from(units.flatMap((_, n) => (own.includes(n) ? [] : [n]))));
  return { everyone: Int32Array.from(units, (_, n) => n), draws, leftOut };
}

/** BCa interval of a statistic of units; undefined as bcaInterval says, and below three subjects. */
export function intervalOf(statistic: (rows: Int32Array) => number, resamples: Resamples, confidence: number): Interval | undefined {
  if (resamples.leftOut.length < 3) return undefined;
  return bcaEnds(statistic(resamples.everyone), resamples.draws.map(statistic), resamples.leftOut.map(statistic), confidence);
}

/**
 * Interval from random halves of each site's subjects, drawn without replacement: half the people vary as much around the
 * whole as the whole does around the truth. For statistics that people drawn twice would bias, such as distances.
 * Source: Shao & Wu 1989, the delete-d jackknife with d = n/2.
 */
export function halvesInterval(statistic: (rows: Int32Array) => number, units: readonly Unit[], plan: Readonly<{ halves: number; confidence: number; seed: number }>): Interval | undefined {
  const strata = strataOf(units);
  if (strata.some((people) => people.length < 4)) return undefined;
  const random = randomStream(`${plan.seed}|half samples`);
  const values = Array.from({ length: plan.halves }, () => statistic(Int32Array.from(strata.flatMap((people) => shuffled(people, random).slice(0, (people.length + 1) >> 1).flat())))).filter(Number.isFinite);
  if (values.length < 0.9 * plan.halves) return undefined;
  const value = statistic(Int32Array.from(units, (_, n) => n));
  const reach = normalQuantile((1 + plan.confidence) / 2) * standardDeviation(values);
  return { low: value - reach, high: value + reach };
}

/** Subjects, as lists of their units, by the sites they were seen at. */
function strataOf(units: readonly Unit[]): number[][][] {
  const bySubject = new Map<string, number[]>();
  units.forEach(({ subject }, n) => bySubject.set(subject, [...(bySubject.get(subject) ?? []), n]));
  const strata = new Map<string, number[][]>();
  for (const own of bySubject.values()) {
    const signature = [...new Set(own.map((n) => units[n]!.site))].sort().join('|');
    strata.set(signature, [...(strata.get(signature) ?? []), own]);
  }
  return [...strata.values()];
}
