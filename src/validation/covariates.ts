import type { CovariateTable } from '../core/featureTable.ts';
import { mean, standardDeviation } from '../core/moments.ts';
import { designOf, dummies } from '../metrics/cohort/linearModel.ts';
import { leastSquares, type NumberTable, productOf } from '../metrics/cohort/matrix.ts';
import type { CohortUnit } from './cohortUnits.ts';

/** A covariate as one number per unit: an age, or whether someone belongs to a category. NaN where it is not known. */
export type CovariateColumn = Readonly<{ covariate: string; name: string; values: Float64Array }>;

/** Numbers as they are; categories as one column per level but the first (`sex M`). */
export function covariateColumns(units: readonly CohortUnit[], { covariates }: CovariateTable): CovariateColumn[] {
  return covariates.flatMap((covariate): CovariateColumn[] => {
    if (covariate.kind === 'numeric') {
      return [{ covariate: covariate.name, name: covariate.name, values: Float64Array.from(units, ({ subject }) => covariate.values.get(subject) ?? NaN) }];
    }
    const levels = units.map(({ subject }) => covariate.values.get(subject) ?? null);
    const names = [...new Set(levels.filter((level) => level !== null))].sort();
    return names.slice(1).map((level) => ({
      covariate: covariate.name, name: `${covariate.name} ${level}`, values: Float64Array.from(levels, (own) => (own === null ? NaN : own === level ? 1 : 0)),
    }));
  });
}

/** Columns that every unit has and that vary: the ones effects are adjusted for. Each shifted to mean 0 and SD 1. */
export function adjusters(columns: readonly CovariateColumn[]): Float64Array[] {
  return columns
    .filter(({ values }) => values.every(Number.isFinite) && standardDeviation(values) > 0)
    .map(({ values }) => values.map((value) => (value - mean(values)) / standardDeviation(values)));
}

/**
 * Takes the covariates' effects out of each feature and leaves the sites' in: their slopes are estimated beside the sites,
 * so that a difference between sites is not taken for one of age. Columns with a gap stay as they are.
 */
export function adjusted(table: NumberTable, sites: readonly string[], covariates: readonly Float64Array[]): NumberTable {
  if (covariates.length === 0) return table;
  const labels = dummies(sites);
  const design = designOf(table.rows, [...labels, ...covariates]);
  const coefficients = leastSquares(design, { ...table, values: table.values.map((value) => (Number.isFinite(value) ? value : 0)) });
  const effects = productOf(
    { ...designOf(table.rows, covariates), values: withoutConstant(designOf(table.rows, covariates)) },
    { rows: covariates.length + 1, columns: table.columns, values: coefficients.values.slice(labels.length * table.columns) },
  );
  return { ...table, values: table.values.map((value, n) => value - effects.values[n]!) };
}

/** The design's column of ones set to 0: its coefficient row, the last site's, must not be taken out. */
function withoutConstant({ columns, values }: NumberTable): Float64Array {
  return values.map((value, n) => (n % columns === 0 ? 0 : value));
}
