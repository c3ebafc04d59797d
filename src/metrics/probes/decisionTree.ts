import type { RandomStream } from '../../core/random.ts';
import type { NumberTable } from '../cohort/matrix.ts';

/** Either the share of each class in a leaf, or a split: rows with feature ≤ threshold go left. */
export type DecisionTree =
  | Readonly<{ shares: Float64Array }>
  | Readonly<{ feature: number; threshold: number; left: DecisionTree; right: DecisionTree }>;

export type TreeSettings = Readonly<{ classes: number; featuresPerSplit: number; leastLeaf: number }>;

/** A classification tree by Gini impurity, random features at each split. Source: Breiman et al. 1984, §4.3. */
export function growTree(table: NumberTable, rows: readonly number[], labels: ArrayLike<number>, settings: TreeSettings, random: RandomStream): DecisionTree {
  const counts = new Float64Array(settings.classes);
  for (const row of rows) counts[labels[row]!]! += 1;
  const leaf = { shares: counts.map((count) => count / rows.length) };
  if (rows.length < 2 * settings.leastLeaf || counts.some((count) => count === rows.length)) return leaf;
  const split = bestSplit(table, rows, labels, counts, settings, random);
  if (split === undefined) return leaf;
  const goesLeft = (row: number): boolean => table.values[row * table.columns + split.feature]! <= split.threshold;
  return {
    ...split,
    left: growTree(table, rows.filter(goesLeft), labels, settings, random),
    right: growTree(table, rows.filter((row) => !goesLeft(row)), labels, settings, random),
  };
}

export function sharesIn(tree: DecisionTree, table: NumberTable, row: number): Float64Array {
  let node = tree;
  while ('feature' in node) node = table.values[row * table.columns + node.feature]! <= node.threshold ? node.left : node.right;
  return node.shares;
}

function bestSplit(
  table: NumberTable, rows: readonly number[], labels: ArrayLike<number>, counts: Float64Array, settings: TreeSettings, random: RandomStream,
): { feature: number; threshold: number } | undefined {
  let best: { feature: number; threshold: number } | undefined;
  // Σ over both sides of (Σ counts²)/size: larger is purer
  let purest = squares(counts) / rows.length + 1e-12;
  const order = Array.from(rows);
  for (let drawn = 0; drawn < settings.featuresPerSplit; drawn++) {
    const feature = Math.floor(random.nextFloat() * table.columns);
    const at = (row: number): number => table.values[row * table.columns + feature]!;
    order.sort((a, b) => at(a) - at(b));
    const left = new Float64Array(settings.classes);
    const right = counts.slice();
    for (let n = 0; n + 1 < order.length; n++) {
      const label = labels[order[n]!]!;
      left[label]! += 1;
      right[label]! -= 1;
      const [here, next] = [at(order[n]!), at(order[n + 1]!)];
      if (here === next || n + 1 < settings.leastLeaf || order.length - n - 1 < settings.leastLeaf) continue;
      const purity = squares(left) / (n + 1) + squares(right) / (order.length - n - 1);
      // of equal splits the first drawn stays
      if (purity > purest + 1e-12) [purest, best] = [purity, { feature, threshold: (here + next) / 2 }];
    }
  }
  return best;
}

function squares(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count * count;
  return sum;
}
