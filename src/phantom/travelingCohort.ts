import { headAnatomy } from './headAnatomy.ts';
import { drawPerson, type Person } from './person.ts';
import { scanners, type Scanner } from './scanner.ts';
import { simulateScan, type SimulatedScan } from './simulateScan.ts';

export type CohortPlan = Readonly<{ seed: number; spacingMm: number; people: readonly Person[]; scanners: readonly Scanner[] }>;

/** One person's visit to one scanner. `name`: `sub-01`. */
export type Visit = Readonly<{ person: Person; name: string; scanner: Scanner; result: SimulatedScan }>;

export function planCohort(options: { people: number; scanners: number; seed: number; spacingMm: number }): CohortPlan {
  const people = Array.from({ length: options.people }, (_, index) => drawPerson(`${options.seed}|${index + 1}`));
  return { seed: options.seed, spacingMm: options.spacingMm, people, scanners: scanners(options.scanners, options.seed) };
}

/** Every person on every scanner, in the same position, one visit at a time: only one head is in memory. */
export function* travel(plan: CohortPlan): Generator<Visit> {
  for (const [index, person] of plan.people.entries()) {
    const anatomy = headAnatomy(person, plan.spacingMm);
    const name = personName(index);
    for (const scanner of plan.scanners) {
      yield { person, name, scanner, result: simulateScan(anatomy, scanner, `${plan.seed}|${name}|${scanner.id}`) };
    }
  }
}

export function personName(index: number): string {
  return `sub-${String(index + 1).padStart(2, '0')}`;
}
