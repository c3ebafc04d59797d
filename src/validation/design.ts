import type { Covariate, CovariateTable } from '../core/featureTable.ts';
import { mean } from '../core/moments.ts';
import type { ConfoundingRow, SiteColumn, ValidationRecord, ValidationRow } from '../core/validationRecord.ts';
import { sampleVariance, standardizedMeanDifference, standardizedShareDifference } from '../metrics/cohort/effectSizes.ts';
import { chiSquared, fisherExact, kruskalWallis } from '../metrics/cohort/groupTests.ts';
import { type Cohort, rowsOfSite } from './cohortUnits.ts';
import { found, rowsOf, valueOf } from './findings.ts';
import { DESCRIPTIVE, margins, SMALL_SITE } from './plan.ts';

/** Cells that stand for fewer people are not printed (operations.md P-32). */
export const LEAST_CELL = 5;
export const SUPPRESSED = { unavailable: 'SUPPRESSED' } as const;

export type Design = Omit<ValidationRecord['design'], 'flow' | 'leftOut'> & Readonly<{ rows: readonly ValidationRow[] }>;

/** V-02 to V-04: who was at which site, and whether people and sites can be told apart. */
export function designOfCohort(cohort: Cohort, { covariates }: CovariateTable): Design {
  const subjects = cohort.sites.map((site) => ({ site, people: [...new Set(rowsOfSite(cohort, site).map((row) => cohort.units[row]!.subject))].sort() }));
  const confounding = covariates.map((covariate) => confoundingOf(covariate, subjects));
  const known = confounding.filter(({ verdict }) => verdict !== 'unknown');
  const identifiable = known.length === 0 ? null : known.every(({ verdict }) => verdict !== 'not identifiable');
  const guilty = confounding.filter(({ verdict }) => verdict === 'not identifiable').map(({ covariate }) => covariate);
  return {
    table1: subjects.map(({ site, people }) => siteColumn(site, people, rowsOfSite(cohort, site).length, covariates)),
    confounding,
    identifiable,
    verdict: identifiable === null ? 'Nothing is known of the people: whether sites differ in who was scanned cannot be said.'
      : identifiable ? 'Sites and people can be told apart.'
      : `Not identifiable: ${guilty.join(', ')} (nearly) follows from the site. What harmonization removed could be people as well as scanners.`,
    rows: balanceRows(subjects, covariates),
  };
}

type Site = Readonly<{ site: string; people: readonly string[] }>;

function siteColumn(site: string, people: readonly string[], scans: number, covariates: readonly Covariate[]): SiteColumn {
  const cells: Record<string, SiteColumn['cells'][string]> = {};
  for (const covariate of covariates) {
    if (covariate.kind === 'numeric') {
      const values = people.map((subject) => covariate.values.get(subject) ?? null).filter((value) => value !== null);
      cells[`${covariate.name}, mean ± SD`] = values.length === 0 ? { unavailable: 'NOT_KNOWN' } : values.length < LEAST_CELL ? SUPPRESSED : `${mean(values).toFixed(1)} ± ${Math.sqrt(sampleVariance(values)).toFixed(1)} (n ${values.length})`;
    } else {
      const values = people.map((subject) => covariate.values.get(subject) ?? null).filter((value) => value !== null);
      for (const level of levelsOf(covariate)) {
        const count = values.filter((value) => value === level).length;
        // the rest of a site must not be few either: it could be told by subtraction
        const isFew = count < LEAST_CELL || (values.length - count < LEAST_CELL && count !== values.length);
        cells[`${covariate.name} ${level}`] = values.length === 0 ? { unavailable: 'NOT_KNOWN' } : isFew ? SUPPRESSED : `${count} (${((100 * count) / values.length).toFixed(0)} %)`;
      }
    }
  }
  return { site, scans, subjects: people.length, small: people.length < DESCRIPTIVE ? 'descriptive' : people.length < SMALL_SITE ? 'flagged' : null, cells };
}

function levelsOf(covariate: Extract<Covariate, { kind: 'category' }>): string[] {
  return [...new Set([...covariate.values.values()].filter((level) => level !== null))].sort();
}

/** Standardized mean differences of each pair of sites. */
function balanceRows(sites: readonly Site[], covariates: readonly Covariate[]): ValidationRow[] {
  return sites.flatMap((a, n) => sites.slice(n + 1).flatMap((b) => covariates.flatMap((covariate) => {
    const values = <Value>(of: ReadonlyMap<string, Value | null>, { people }: Site): Value[] => people.map((subject) => of.get(subject) ?? null).filter((value) => value !== null);
    const place = { item: 'V-02', arm: 'cohort', sites: `${a.site}|${b.site}`, n: a.people.length + b.people.length } as const;
    if (covariate.kind === 'numeric') return rowsOf({ ...place, scope: covariate.name }, { standardizedMeanDifference: found(standardizedMeanDifference(values(covariate.values, a), values(covariate.values, b)), {}, 'NOT_KNOWN') });
    return levelsOf(covariate).flatMap((level) => {
      const share = (site: Site): number => mean(values(covariate.values, site).map((own) => (own === level ? 1 : 0)));
      return rowsOf({ ...place, scope: `${covariate.name} ${level}` }, { standardizedMeanDifference: found(standardizedShareDifference(share(a), share(b)), {}, 'NOT_KNOWN') });
    });
  })));
}

/** Is a covariate (nearly) determined by the site: V above the limit, or ranges that do not overlap? */
function confoundingOf(covariate: Covariate, sites: readonly Site[]): ConfoundingRow {
  const numeric = covariate.kind === 'numeric';
  const test = numeric ? 'kruskal-wallis' : 'chi-squared';
  const unknown = (reason: string): ConfoundingRow => ({ covariate: covariate.name, test, association: { unavailable: reason }, verdict: 'unknown', reason });
  if (sites.length < 2) return unknown('ONE_SITE');
  if (numeric) {
    const groups = sites.map(({ people }) => people.map((subject) => covariate.values.get(subject) ?? null).filter((value) => value !== null));
    if (groups.some((group) => group.length < 2)) return unknown('NOT_KNOWN');
    if (new Set(groups.flat()).size < 2) return unknown('CONSTANT');
    const { etaSquared, p } = kruskalWallis(groups);
    const isApart = groups.some((own, n) => groups.some((other, m) => n !== m && Math.max(...own) < Math.min(...other)));
    const verdict = isApart ? 'not identifiable' : p < 0.05 ? 'associated' : 'balanced';
    return { covariate: covariate.name, test, association: found(etaSquared, { p }), verdict, reason: isApart ? 'NO_OVERLAP' : '' };
  }
  const levels = levelsOf(covariate);
  const counts = sites.map(({ people }) => levels.map((level) => people.filter((subject) => covariate.values.get(subject) === level).length));
  if (counts.some((row) => row.every((count) => count === 0))) return unknown('NOT_KNOWN');
  if (levels.length < 2) return unknown('CONSTANT');
  const { p, cramersV, leastExpected } = chiSquared(counts);
  const isSmall = leastExpected < 5 && sites.length === 2 && levels.length === 2;
  const exact = isSmall ? fisherExact(counts[0]![0]!, counts[0]![1]!, counts[1]![0]!, counts[1]![1]!) : p;
  const association = found(cramersV, { p: exact });
  const isDetermined = valueOf(association) > margins.confounded;
  return {
    covariate: covariate.name, test: isSmall ? 'fisher' : 'chi-squared', association,
    verdict: isDetermined ? 'not identifiable' : exact < 0.05 ? 'associated' : 'balanced', reason: isDetermined ? 'DETERMINED_BY_SITE' : '',
  };
}
