import type { ValidationRecord } from '../core/validationRecord.ts';
import { aucHalfWidth } from '../metrics/cohort/rocCurve.ts';
import { type Cohort, rowsOfSite } from './cohortUnits.ts';
import { leftOut } from './featureSets.ts';
import { DESCRIPTIVE, SMALL_SITE } from './plan.ts';

/** Sample sizes (validation.md §10), what was left out, what cannot be told apart: in words. */
export function validationWarnings(cohort: Cohort, { identifiable, verdict }: Pick<ValidationRecord['design'], 'identifiable' | 'verdict'>, incomplete: readonly string[]): string[] {
  const sizes = cohort.sites.map((site) => ({ site, n: new Set(rowsOfSite(cohort, site).map((row) => cohort.units[row]!.subject)).size }));
  const smallest = Math.min(...sizes.map(({ n }) => n));
  const { constant, missing } = leftOut(cohort, cohort.regions.whole);
  const named = (ids: readonly string[]): string => `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' and others' : ''}`;
  const count = (ids: readonly string[]): string => `${ids.length} ${ids.length === 1 ? 'feature' : 'features'}`;
  return [
    cohort.sites.length < 2 && 'One site only: nothing about sites can be tested. Name sites by --site-column, or give a reference of another scanner.',
    ...sizes.map(({ site, n }) => n < DESCRIPTIVE ? `Site ${site} has ${n} ${n === 1 ? 'subject' : 'subjects'}, fewer than ${DESCRIPTIVE}: its numbers describe these scans and test nothing.`
      : n < SMALL_SITE && `Site ${site} has ${n} subjects: below ${SMALL_SITE}, site effects are estimated poorly.`),
    cohort.sites.length > 1 && smallest > 1 && `With ${smallest} subjects a site, a site AUC of .5 has a 95 % interval of about ± ${aucHalfWidth(0.5, smallest, smallest).toFixed(2)}: "no site left" means something from 50 a site.`,
    identifiable !== true && verdict,
    identifiable === false && 'No preservation score is given.',
    constant.length > 0 && `${count(constant)} ${constant.length === 1 ? 'does' : 'do'} not vary before and ${constant.length === 1 ? 'is' : 'are'} left out: ${named(constant)}.`,
    missing.length > 0 && `${count(missing)} ${missing.length === 1 ? 'is' : 'are'} missing in at least one scan and left out everywhere: ${named(missing)}.`,
    incomplete.length > 0 && `Not known for every subject, so not adjusted for: ${incomplete.join(', ')}.`,
    ...cohort.notes,
  ].filter((warning) => warning !== false);
}
