import { randomStream, type RandomStream } from '../core/random.ts';

export type PermutationPlan = Readonly<{ permutations: number; seed: number }>;

/** Fewer subjects than this cannot give a small p at all. */
export const LEAST_SUBJECTS = 5;

/**
 * One-sided p of a paired comparison: how often exchanging the two members of random pairs gives a statistic at
 * least as large. `statistic` gets one flag a subject: whether its pair is exchanged. Never 0.
 *
 * Source: p = (1 + #{≥}) / (1 + B), Phipson & Smyth 2010.
 */
export function pairedPermutationP(statistic: (exchanged: readonly boolean[]) => number, subjects: number, plan: PermutationPlan): number {
  const random = randomStream(`${plan.seed}|paired`);
  const observed = statistic(new Array<boolean>(subjects).fill(false));
  return shareAtLeast(observed, plan.permutations, () => statistic(Array.from({ length: subjects }, () => random.nextFloat() < 0.5)));
}

/**
 * One-sided p of a comparison of two groups of subjects: how often random groups of the same sizes give a statistic
 * at least as large. `statistic` gets, per subject, whether it is in the first group. Never 0.
 *
 * Source: as above.
 */
export function groupPermutationP(
  statistic: (isFirst: readonly boolean[]) => number,
  sizes: Readonly<{ first: number; second: number }>,
  plan: PermutationPlan,
): number {
  const random = randomStream(`${plan.seed}|groups`);
  const labels = Array.from({ length: sizes.first + sizes.second }, (_, n) => n < sizes.first);
  return shareAtLeast(statistic(labels), plan.permutations, () => statistic(shuffled(labels, random)));
}

function shareAtLeast(observed: number, permutations: number, draw: () => number): number {
  let reached = 0;
  // equal in exact arithmetic must count as equal in floating point
  for (let n = 0; n < permutations; n++) if (draw() >= observed - 1e-12) reached++;
  return (1 + reached) / (1 + permutations);
}

/** Fisher–Yates. */
export function shuffled<Item>(items: readonly Item[], random: RandomStream): Item[] {
  const out = [...items];
  for (let n = out.length - 1; n > 0; n--) {
    const other = Math.floor(random.nextFloat() * (n + 1));
    [out[n], out[other]] = [out[other]!, out[n]!];
  }
  return out;
}
