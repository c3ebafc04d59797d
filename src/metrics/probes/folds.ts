import { randomStream } from '../../core/random.ts';
import { shuffled } from '../permutation.ts';
import type { Unit } from '../siteLabels.ts';

/**
 * The fold of every unit. All units of a subject share one, so nobody is in training and in test; each site's subjects
 * are spread evenly over the folds.
 */
export function subjectFolds(units: readonly Unit[], folds: number, key: string): Int32Array {
  const random = randomStream(`${key}|folds`);
  const subjects = new Map<string, string>();
  for (const { subject, site } of units) subjects.set(subject, [subjects.get(subject), site].filter((part) => part !== undefined).join('|'));
  const strata = new Map<string, string[]>();
  for (const [subject, signature] of subjects) strata.set(signature, [...(strata.get(signature) ?? []), subject]);
  const foldOf = new Map<string, number>();
  // strata follow one another, so that small ones do not all fall into the first fold
  let next = 0;
  for (const people of strata.values()) for (const subject of shuffled(people, random)) foldOf.set(subject, next++ % folds);
  return Int32Array.from(units, ({ subject }) => foldOf.get(subject)!);
}
