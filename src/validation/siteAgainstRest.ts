import type { ValidationRow } from '../core/validationRecord.ts';
import { cohenD } from '../metrics/cohort/effectSizes.ts';
import { columnOf, type NumberTable } from '../metrics/cohort/matrix.ts';
import { type Cohort, rowsOfSite } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found, medianOf, rowsOf, shareOf } from './findings.ts';
import { LARGE_D } from './plan.ts';

/**
 * V-12 of more than two sites: the shift of the means of each site from everyone else (DiagnoseHarmonisation's form), on
 * covariate residuals. Of two sites it is the pair's own row.
 */
export function siteAgainstRest(cohort: Cohort, arm: string, residual: NumberTable): ValidationRow[] {
  if (cohort.sites.length < 3) return [];
  return [cohort.regions.inner, cohort.regions.whole].flatMap((scope) => cohort.sites.flatMap((site) => {
    const own = rowsOfSite(cohort, site);
    const rest = cohort.units.flatMap((unit, row) => (unit.site === site ? [] : [row]));
    const d = columnsOf(cohort, scope).map((column) => {
      const values = columnOf(residual, column);
      return Math.abs(cohenD(own.map((row) => values[row]!), rest.map((row) => values[row]!)));
    });
    return rowsOf({ item: 'V-12', arm, sites: `${site}|rest`, scope, n: cohort.units.length }, {
      medianAbsCohenD: found(medianOf(d)),
      shareLargeD: found(shareOf(d, (value) => value >= LARGE_D)),
    });
  }));
}
