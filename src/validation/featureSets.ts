import type { FeatureDefinition, Region, Regions } from '../core/featureTable.ts';
import type { Cohort } from './cohortUnits.ts';

/** Sets of features that are looked at together: of the inner region, of all of the image, of one family. */
export type FeatureScope = Region | 'histogram' | 'silhouette';

const imageFamilies: readonly FeatureDefinition['family'][] = ['intensity', 'tissue', 'texture', 'embedding'];

function belongs({ family, region }: FeatureDefinition, scope: FeatureScope, { inner, whole }: Regions): boolean {
  if (scope === 'histogram' || scope === 'silhouette') return family === scope && (scope === 'silhouette' || region === inner);
  return imageFamilies.includes(family) && (scope === whole || region === inner);
}

/**
 * Columns of a set that every unit of every arm has and that vary before: what multivariate measures and probes can use.
 * The same columns in every arm, so that arms compare.
 */
export function columnsOf(cohort: Cohort, scope: FeatureScope): number[] {
  return cohort.features.flatMap((feature, column) => (belongs(feature, scope, cohort.regions) && isUsable(cohort, column) ? [column] : []));
}

/**
 * What tells people apart, whoever scanned them (V-36). Of heads all features of the brain. Of CT what the body is made of and its HU: grain is the scanner's, and what is right
 * to change; in truth eight parts of bodies under another kernel find their own source by all features in 63 %.
 */
export function columnsOfPeople(cohort: Cohort): number[] {
  const columns = columnsOf(cohort, cohort.regions.inner);
  return cohort.regions.inner === 'brain' ? columns : columns.filter((column) => cohort.features[column]!.family !== 'texture');
}

/** What was left out and why, per set: for the warnings. */
export function leftOut(cohort: Cohort, scope: FeatureScope): Readonly<{ constant: string[]; missing: string[] }> {
  const rejected = cohort.features.flatMap((feature, column) => (belongs(feature, scope, cohort.regions) && !isUsable(cohort, column) ? [{ id: feature.id, column }] : []));
  const isConstant = ({ column }: { column: number }): boolean => cohort.arms.get('before')!.values.every((value, n) => n % cohort.features.length !== column || Number.isFinite(value));
  return { constant: rejected.filter(isConstant).map(({ id }) => id), missing: rejected.filter((one) => !isConstant(one)).map(({ id }) => id) };
}

function isUsable(cohort: Cohort, column: number): boolean {
  return [...cohort.standard.values()].every(({ rows, columns, values }) => {
    for (let row = 0; row < rows; row++) if (!Number.isFinite(values[row * columns + column])) return false;
    return true;
  });
}
