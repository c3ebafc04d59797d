import { kernelOf, type Kernel } from '../cohort/kernelDistances.ts';
import type { NumberTable } from '../cohort/matrix.ts';
import { subjectFolds } from './folds.ts';
import { fitKernelLogistic, type KernelLogistic, logOdds } from './kernelLogistic.ts';
import type { Learner, Scorer, TrainingSet } from './learner.ts';

/** Strengths that are tried, weakest fit first: a tie takes the simpler model. */
const STRENGTHS = [0.1, 1, 10, 100];
const INNER_FOLDS = 3;

/** Linear kernel of z-scored features, 1 on the diagonal on average. */
export function linearKernel(table: NumberTable): Kernel {
  return kernelOf(table, (x, y) => {
    let dot = 0;
    for (let j = 0; j < x.length; j++) dot += x[j]! * y[j]!;
    return dot / x.length;
  });
}

/** One site against the rest, C chosen by the log loss of inner folds of the training subjects. */
export function logisticLearner(kernel: Kernel): Learner {
  return {
    model: 'logistic',
    fit: (training) => fitAll(kernel, training, chooseStrength(kernel, training)),
  };
}

function fitAll(kernel: Kernel, { rows, labels, classes }: Pick<TrainingSet, 'rows' | 'labels' | 'classes'>, c: number): Scorer {
  const against = (label: number): KernelLogistic => fitKernelLogistic(kernel, rows, labels.map((own) => (own === label ? 1 : 0)), c);
  if (classes === 2) {
    const model = against(1);
    return (row) => {
      const f = logOdds(kernel, model, row);
      return Float64Array.of(-f, f);
    };
  }
  const models = Array.from({ length: classes }, (_, label) => against(label));
  return (row) => Float64Array.from(models, (model) => logOdds(kernel, model, row));
}

function chooseStrength(kernel: Kernel, training: TrainingSet): number {
  const { rows, labels, subjects, classes, key } = training;
  const folds = subjectFolds(labels.map((label, n) => ({ subject: subjects[n]!, site: String(label) })), INNER_FOLDS, `${key}|inner`);
  let [best, least] = [STRENGTHS[0]!, Infinity];
  for (const c of STRENGTHS) {
    let loss = 0;
    for (let fold = 0; fold < INNER_FOLDS; fold++) {
      const inside = rows.flatMap((_, n) => (folds[n] === fold ? [] : [n]));
      // a fold without one of the sites says nothing of how to tell them apart
      if (new Set(inside.map((n) => labels[n])).size < classes) continue;
      const score = fitAll(kernel, { rows: inside.map((n) => rows[n]!), labels: inside.map((n) => labels[n]!), classes }, c);
      rows.forEach((row, n) => {
        if (folds[n] === fold) loss += Math.log1p(Math.exp(-Math.max(-50, score(row)[labels[n]!]!)));
      });
    }
    if (loss < least - 1e-9) [best, least] = [c, loss];
  }
  return best;
}
