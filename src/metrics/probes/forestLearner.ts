import { randomStream, type RandomStream } from '../../core/random.ts';
import type { NumberTable } from '../cohort/matrix.ts';
import { type DecisionTree, growTree, sharesIn } from './decisionTree.ts';
import { largestOf, type Learner, type Scorer, type TrainingSet } from './learner.ts';

const TREES = 64;

/** Random forest whose number of features per split is chosen by its out-of-bag error. Source: Breiman 2001. */
export function forestLearner(table: NumberTable): Learner {
  const candidates = [...new Set([Math.sqrt(table.columns), table.columns / 4].map((count) => Math.max(1, Math.round(count))))];
  return {
    model: 'forest',
    fit: (training) => {
      const forests = candidates.map((featuresPerSplit) => growForest(table, training, featuresPerSplit));
      return forests.reduce((best, forest) => (forest.error < best.error ? forest : best)).score;
    },
  };
}

function growForest(table: NumberTable, training: TrainingSet, featuresPerSplit: number): { score: Scorer; error: number } {
  const { rows, labels, classes, key } = training;
  const random = randomStream(`${key}|forest|${featuresPerSplit}`);
  const labelOf = new Uint8Array(table.rows);
  rows.forEach((row, n) => (labelOf[row] = labels[n]!));
  const members = Array.from({ length: classes }, (_, label) => rows.filter((row) => labelOf[row] === label));
  const outside = new Map(rows.map((row) => [row, new Float64Array(classes)]));
  const trees: DecisionTree[] = [];
  for (let n = 0; n < TREES; n++) {
    const drawn = balancedDraw(members, random);
    const tree = growTree(table, drawn, labelOf, { classes, featuresPerSplit, leastLeaf: 1 }, random);
    trees.push(tree);
    const used = new Set(drawn);
    for (const [row, votes] of outside) if (!used.has(row)) sharesIn(tree, table, row).forEach((share, c) => (votes[c]! += share));
  }
  const wrong = members.map((own, label) => own.filter((row) => largestOf(outside.get(row)!) !== label).length / own.length);
  return { error: wrong.reduce((sum, share) => sum + share, 0) / classes, score: (row) => meanShares(trees, table, row, classes) };
}

/** As many rows of each class, with replacement: a large site must not drown a small one. */
function balancedDraw(members: readonly (readonly number[])[], random: RandomStream): number[] {
  const size = Math.round(members.reduce((sum, own) => sum + own.length, 0) / members.length);
  return members.flatMap((own) => Array.from({ length: size }, () => own[Math.floor(random.nextFloat() * own.length)]!));
}

function meanShares(trees: readonly DecisionTree[], table: NumberTable, row: number, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const tree of trees) sharesIn(tree, table, row).forEach((share, c) => (shares[c]! += share / trees.length));
  return shares;
}
