/** Which rows a model learns from, with their class 0…classes − 1. `key` seeds what is random in it. */
export type TrainingSet = Readonly<{ rows: readonly number[]; labels: readonly number[]; subjects: readonly string[]; classes: number; key: string }>;

/** Scores of one row of the table, one per class; the largest wins. */
export type Scorer = (row: number) => Float64Array;

/** A model family with its own choice of settings inside the training set. */
export type Learner = Readonly<{ model: 'logistic' | 'forest'; fit: (training: TrainingSet) => Scorer }>;

export function largestOf(scores: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[best]!) best = c;
  return best;
}
