import type { CovariateTable, FeatureTable } from '../core/featureTable.ts';
import { cohortOf } from './cohortUnits.ts';
import { covariateColumns } from './covariates.ts';
import { columnsOf } from './featureSets.ts';

/** `features.csv` and `covariates.csv` of one arm, as `DHarm run --data … --covariates … --batch-col 2` reads them. */
export type DharmPair = Readonly<{ arm: string; features: string; covariates: string }>;

/**
 * One pair per arm: the same people and features in each, those that every person has. The batch is the site; covariates
 * that are known for everybody follow as numbers. DiagnoseHarmonisation scales its scores within one report: never
 * compare them between reports.
 */
export function dharmExport(table: FeatureTable, covariates: CovariateTable): DharmPair[] {
  const cohort = cohortOf(table);
  if (cohort === null) return [];
  const columns = columnsOf(cohort, cohort.regions.inner);
  // a traveler's rows need names of their own
  const names = cohort.units.map(({ subject, site }) => (cohort.units.filter((unit) => unit.subject === subject).length > 1 ? `${subject}_${site}` : subject));
  const people = covariateColumns(cohort.units, covariates).filter(({ values }) => values.every(Number.isFinite));
  const covariatesCsv = csv([['subject', 'batch', ...people.map(({ name }) => name.replaceAll(/[^A-Za-z0-9]/g, '_'))], ...cohort.units.map(({ site }, row) => [names[row]!, site, ...people.map(({ values }) => values[row]!)])]);
  return [...cohort.arms].map(([arm, { columns: width, values }]) => ({
    arm,
    covariates: covariatesCsv,
    features: csv([['subject', ...columns.map((column) => cohort.features[column]!.id)], ...names.map((name, row) => [name, ...columns.map((column) => values[row * width + column]!)])]),
  }));
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  return `${rows.map((row) => row.join(',')).join('\n')}\n`;
}
