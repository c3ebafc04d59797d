import { standardDeviation } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import { bcaEnds, type Interval, type NoInterval, normalQuantile } from './bootstrap.ts';
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

/** A statistic of everyone, of every draw, and with one subject left out at a time. */
export type Resampled = Readonly<{ value: number; draws: readonly number[]; leftOut: readonly number[] }>;

export function resampled(statistic: (rows: Int32Array) => number, { everyone, draws, leftOut }: Resamples): Resampled {
  return { value: statistic(everyone), draws: draws.map(statistic), leftOut: leftOut.map(statistic) };
}

/** BCa interval of a statistic of units; withheld as bcaInterval says. */
export function intervalOf(statistic: (rows: Int32Array) => number, resamples: Resamples, confidence: number): Interval | NoInterval {
  return resamples.leftOut.length < 3 ? { withheld: 'FEW_SUBJECTS' } : intervalFrom(resampled(statistic, resamples), confidence);
}

export function intervalFrom({ value, draws, leftOut }: Resampled, confidence: number): Interval | NoInterval {
  return leftOut.length < 3 ? { withheld: 'FEW_SUBJECTS' } : bcaEnds(value, draws, leftOut, confidence);
}

/**
 * Two one-sided tests by the bootstrap: p that the statistic lies at or beyond an end of the margin, the larger of both
 * sides; small p means that it is shown to lie within. Never 0. Source: Schuirmann 1987; draws for the distribution:
 * Efron & Tibshirani 1993, §16.4.
 */
export function equivalenceOfDraws({ draws }: Pick<Resampled, 'draws'>, { low, high }: Interval): number {
  const finite = draws.filter(Number.isFinite);
  const p = (isBeyond: (value: number) => boolean): number => (1 + finite.filter(isBeyond).length) / (1 + finite.length);
  return finite.length < 0.9 * draws.length ? NaN : Math.max(p((value) => value <= low), p((value) => value >= high));
}

/**
 * Interval from random halves of each site's subjects, drawn without replacement: half the people vary as much around the
 * whole as the whole does around the truth. For statistics that people drawn twice would bias, such as distances.
 * Source: Shao & Wu 1989, the delete-d jackknife with d = n/2.
 */
export function halvesInterval(statistic: (rows: Int32Array) => number, units: readonly Unit[], plan: Readonly<{ halves: number; confidence: number; seed: number }>): Interval | NoInterval {
  const strata = strataOf(units);
  if (strata.some((people) => people.length < 4)) return { withheld: 'FEW_SUBJECTS' };
  const random = randomStream(`${plan.seed}|half samples`);
  const values = Array.from({ length: plan.halves }, () => statistic(Int32Array.from(strata.flatMap((people) => shuffled(people, random).slice(0, (people.length + 1) >> 1).flat())))).filter(Number.isFinite);
  if (values.length < 0.9 * plan.halves) return { withheld: 'UNDEFINED_DRAWS' };
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
