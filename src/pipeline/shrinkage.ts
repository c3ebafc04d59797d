/** How much of a change was right on unseen scans, by the size of the start; `lambda` in [0, 1]. */
export type ShrinkageTable = Readonly<{ startSize: readonly number[]; lambda: readonly number[] }>;

/**
 * The share of the change to apply: linear in the table, constant beyond its ends. Near kernels are left alone, as an unsure
 * model should. Without a table all of the change is applied.
 */
export function shrinkageAt(size: number, table: ShrinkageTable | undefined): number {
  if (table === undefined || table.startSize.length === 0) return 1;
  const { startSize: at, lambda } = table;
  const next = at.findIndex((start) => start >= size);
  if (next === 0) return lambda[0]!;
  if (next < 0) return lambda.at(-1)!;
  const share = (size - at[next - 1]!) / (at[next]! - at[next - 1]!);
  return lambda[next - 1]! + share * (lambda[next]! - lambda[next - 1]!);
}
