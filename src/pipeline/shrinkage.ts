/** How much of a change was right on unseen scans, by the distance of the two styles; `lambda` in [0, 1]. */
export type ShrinkageTable = Readonly<{ codeDistance: readonly number[]; lambda: readonly number[] }>;

/**
 * The distance as it would be with one reference scan. The table was made for that: the mean code of n scans has only 1/n of one
 * person's scatter, so a cohort's style lies nearer to everything than a single scan's.
 */
export function comparableDistance(codeDistance: number, referenceScans: number): number {
  return codeDistance * Math.sqrt(2 / (1 + 1 / referenceScans));
}

/**
 * The share of the change to apply: linear in the table, constant beyond its ends. Near styles are left alone, as an unsure
 * model should. Without a table all of the change is applied.
 */
export function shrinkageAt(codeDistance: number, table: ShrinkageTable | undefined): number {
  if (table === undefined || table.codeDistance.length === 0) return 1;
  const { codeDistance: at, lambda } = table;
  const next = at.findIndex((distance) => distance >= codeDistance);
  if (next === 0) return lambda[0]!;
  if (next < 0) return lambda.at(-1)!;
  const share = (codeDistance - at[next - 1]!) / (at[next]! - at[next - 1]!);
  return lambda[next - 1]! + share * (lambda[next]! - lambda[next - 1]!);
}
