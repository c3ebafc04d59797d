import type { RandomStream } from '../core/random.ts';
import { shuffled } from './permutation.ts';

/** One unit of the statistics: what a subject measured at one site. Several sites a subject make several units. */
export type Unit = Readonly<{ subject: string; site: string }>;

/**
 * Site labels as they would fall if sites meant nothing. Subjects of one site exchange labels with one another; a subject
 * seen at several sites exchanges them among its own units, so people stay people.
 */
export function permuteSites(units: readonly Unit[], random: RandomStream): string[] {
  const labels = units.map(({ site }) => site);
  for (const block of exchangeableBlocks(units)) {
    const mixed = shuffled(block.map((n) => units[n]!.site), random);
    block.forEach((n, index) => (labels[n] = mixed[index]!));
  }
  return labels;
}

function exchangeableBlocks(units: readonly Unit[]): number[][] {
  const bySubject = new Map<string, number[]>();
  units.forEach(({ subject }, n) => bySubject.set(subject, [...(bySubject.get(subject) ?? []), n]));
  const travelers = [...bySubject.values()].filter((own) => own.length > 1);
  return [[...bySubject.values()].filter((own) => own.length === 1).flat(), ...travelers];
}
