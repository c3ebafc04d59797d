import type { Unit } from '../siteLabels.ts';
import { subjectFolds } from './folds.ts';
import type { Learner } from './learner.ts';

/**
 * What a probe is asked: units (a subject at a site), the row of the table each is trained on, and per test set the row
 * it is tested on. For the output-trained probe both are the same; for the frozen one they are not.
 */
export type ProbeQuestion = Readonly<{
  units: readonly Unit[];
  sites: readonly string[];
  trainRows: readonly number[];
  testRows: Readonly<Record<string, readonly number[]>>;
  folds: number;
}>;

/** Held-out scores: `[test set][unit]`, one number a class. */
export type HeldOutScores = Readonly<Record<string, readonly Float64Array[]>>;

/** Subject-level cross-validation; the learner chooses its settings inside each training set (nested). */
export function crossValidate({ units, sites, trainRows, testRows, folds }: ProbeQuestion, learner: Learner, key: string): HeldOutScores {
  const foldOf = subjectFolds(units, folds, key);
  const labels = units.map(({ site }) => sites.indexOf(site));
  const scores = Object.fromEntries(Object.keys(testRows).map((name) => [name, new Array<Float64Array>(units.length)]));
  for (let fold = 0; fold < folds; fold++) {
    const inside = units.flatMap((_, n) => (foldOf[n] === fold ? [] : [n]));
    const score = learner.fit({
      rows: inside.map((n) => trainRows[n]!),
      labels: inside.map((n) => labels[n]!),
      subjects: inside.map((n) => units[n]!.subject),
      classes: sites.length,
      key: `${key}|${fold}`,
    });
    for (const [name, rows] of Object.entries(testRows)) units.forEach((_, n) => foldOf[n] === fold && (scores[name]![n] = score(rows[n]!)));
  }
  return scores;
}
