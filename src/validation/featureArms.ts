import { randomStream } from '../core/random.ts';
import { applyComBat, fitComBat, type SiteData } from '../metrics/cohort/comBat.ts';
import { applyCovBat, fitCovBat } from '../metrics/cohort/covBat.ts';
import { type NumberTable, pickColumns, pickRows } from '../metrics/cohort/matrix.ts';
import { shuffled } from '../metrics/permutation.ts';
import { subjectFolds } from '../metrics/probes/folds.ts';
import { type Cohort, sourceRows, withArm } from './cohortUnits.ts';
import { PROBE_FOLDS } from './plan.ts';

/** Arms that are made in the table: no image shows them. */
export const featureArms = {
  combat: { name: 'ComBat on features', purpose: 'The statistical standard, fitted on other people than it is scored on; means of whole sites become equal all the same.', kind: 'comparator' },
  covbat: { name: 'CovBat on features', purpose: 'ComBat with covariances, fitted on other people than it is scored on.', kind: 'comparator' },
  'site-mean': { name: 'everyone the average', purpose: 'Control: each source scan becomes 95 % the mean of the reference. The site is gone, and so are people.', kind: 'control' },
  'shuffled-people': { name: 'people exchanged', purpose: 'Control: each source person gets another one’s features. Biology is destroyed; a preservation score must fall.', kind: 'control' },
} as const;
export type FeatureArm = keyof typeof featureArms;

export function isFeatureArm(arm: string): arm is FeatureArm {
  return Object.hasOwn(featureArms, arm);
}

/** The cohort with the arm's table; unchanged where a site is too small to be fitted. */
export function withFeatureArm(cohort: Cohort, arm: FeatureArm, covariates: readonly Float64Array[], seed: number): Cohort {
  if (arm === 'combat' || arm === 'covbat') {
    const table = crossFitted(cohort, arm, covariates, seed);
    return table === null ? cohort : withArm(cohort, arm, table);
  }
  return withArm(cohort, arm, arm === 'site-mean' ? averaged(cohort) : exchanged(cohort, seed));
}

/**
 * Every person is corrected by a model fitted on the others of other folds: fitted and scored on the same people, a
 * near-zero site effect is true almost by construction. Features with gaps stay as they are.
 *
 * A linear probe of the result falls below chance: where training people of a site lie above the truth, their correction
 * carries those held out below it. Below chance therefore reads as "nothing left", here only. Correcting anew inside
 * each training set of the probe does not change it.
 */
function crossFitted(cohort: Cohort, arm: 'combat' | 'covbat', covariates: readonly Float64Array[], seed: number): NumberTable | null {
  const before = cohort.arms.get('before')!;
  const usable = cohort.features.flatMap((_, j) => (columnIsUsable(cohort, j) ? [j] : []));
  const folds = subjectFolds(cohort.units, PROBE_FOLDS, `${seed}|combat`);
  const part = (rows: readonly number[]): SiteData => ({
    table: pickRows(pickColumns(before, usable), rows),
    sites: rows.map((row) => cohort.units[row]!.site),
    covariates: covariates.map((values) => rows.map((row) => values[row]!)),
  });
  const values = before.values.slice();
  for (let fold = 0; fold < PROBE_FOLDS; fold++) {
    const train = cohort.units.flatMap((_, n) => (folds[n] === fold ? [] : [n]));
    const test = cohort.units.flatMap((_, n) => (folds[n] === fold ? [n] : []));
    if (test.length === 0) continue;
    if (cohort.sites.some((site) => train.filter((row) => cohort.units[row]!.site === site).length < 3)) return null;
    const corrected = arm === 'combat' ? applyComBat(fitComBat(part(train)), part(test)) : applyCovBat(fitCovBat(part(train)), part(test));
    test.forEach((row, n) => usable.forEach((column, j) => (values[row * before.columns + column] = corrected.values[n * usable.length + j]!)));
  }
  return closedHistograms(cohort, { ...before, values });
}

/**
 * Bins of a histogram corrected one by one no longer sum to 1, and by how much they miss tells the site. As shares they
 * are cut at 0 and made to sum to what they summed to before. What bin-wise correction does to their shape stays: a
 * histogram probe may tell the sites of ComBat better than those before.
 */
function closedHistograms({ arms, features }: Cohort, table: NumberTable): NumberTable {
  const before = arms.get('before')!;
  const values = table.values.slice();
  for (const own of new Set(features.flatMap(({ family, region }) => (family === 'histogram' ? [region] : [])))) {
    const bins = features.flatMap(({ family, region }, j) => (family === 'histogram' && region === own ? [j] : []));
    for (let row = 0; row < table.rows; row++) {
      const sumOf = (from: Float64Array): number => bins.reduce((sum, j) => sum + Math.max(0, from[row * table.columns + j]!), 0);
      const factor = sumOf(before.values) / sumOf(values);
      for (const j of bins) values[row * table.columns + j] = Math.max(0, values[row * table.columns + j]!) * factor;
    }
  }
  return { ...table, values };
}

function columnIsUsable(cohort: Cohort, column: number): boolean {
  const { rows, columns, values } = cohort.standard.get('before')!;
  for (let row = 0; row < rows; row++) if (!Number.isFinite(values[row * columns + column])) return false;
  return true;
}

/** 5 % of the person, 95 % of the reference's mean. */
function averaged(cohort: Cohort): NumberTable {
  const before = cohort.arms.get('before')!;
  const references = cohort.units.flatMap(({ role }, n) => (role === 'reference' ? [n] : []));
  const mean = Float64Array.from({ length: before.columns }, (_, j) => references.reduce((sum, row) => sum + before.values[row * before.columns + j]!, 0) / references.length);
  const values = before.values.slice();
  for (const row of sourceRows(cohort)) for (let j = 0; j < before.columns; j++) values[row * before.columns + j] = 0.95 * mean[j]! + 0.05 * before.values[row * before.columns + j]!;
  return { ...before, values };
}

function exchanged(cohort: Cohort, seed: number): NumberTable {
  const before = cohort.arms.get('before')!;
  const rows = sourceRows(cohort);
  const others = shuffled(rows, randomStream(`${seed}|people`));
  const values = before.values.slice();
  rows.forEach((row, n) => values.set(before.values.subarray(others[n]! * before.columns, (others[n]! + 1) * before.columns), row * before.columns));
  return { ...before, values };
}
