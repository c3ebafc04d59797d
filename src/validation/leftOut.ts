import type { Covariate } from '../core/featureTable.ts';
import type { FlowRow, LeftOutRow } from '../core/validationRecord.ts';
import { LEAST_CELL, SUPPRESSED } from './design.ts';
import { found, medianOf } from './findings.ts';

/** Our starting value of S-22: more than this share of one site's scans gone, and what remains is a selection. */
export const MOST_LEFT_OUT = 0.2;

/** A scan that was found, and whether it reached the numbers. */
export type FoundScan = Readonly<{ subject: string; site: string; isAnalysed: boolean }>;

/** Share of a site's found scans that are not analysed: refused by a gate, unreadable, or without an output. */
export function leftOutShare({ found: all, analysed }: FlowRow): number {
  return all === 0 ? 0 : (all - analysed) / all;
}

/** Sites that lost more than the limit; the headlines are withheld then (operations.md S-22). */
export function depletedSites(flow: readonly FlowRow[], limit: number): string[] {
  return flow.filter((row) => leftOutShare(row) > limit).map(({ site }) => site);
}

/**
 * S-22: were people of one kind left out more often than the others? By site and covariate; numbers in two halves at their
 * median. Cells that stand for fewer than five scans are suppressed (P-32).
 */
export function leftOutRows(scans: readonly FoundScan[], covariates: readonly Covariate[]): LeftOutRow[] {
  const sites = [...new Set(scans.map(({ site }) => site))].sort();
  return covariates.flatMap((covariate) => {
    const levelOf = levels(covariate);
    const names = [...new Set(scans.map(({ subject }) => levelOf(subject)))].sort();
    return sites.flatMap((site) => names.flatMap((level): LeftOutRow[] => {
      const own = scans.filter((scan) => scan.site === site && levelOf(scan.subject) === level);
      if (own.length === 0) return [];
      const place = { site, covariate: covariate.name, level };
      if (own.length < LEAST_CELL) return [{ ...place, found: SUPPRESSED, share: SUPPRESSED }];
      return [{ ...place, found: found(own.length), share: found(own.filter(({ isAnalysed }) => !isAnalysed).length / own.length) }];
    }));
  });
}

function levels(covariate: Covariate): (subject: string) => string {
  if (covariate.kind === 'category') return (subject) => covariate.values.get(subject) ?? 'not known';
  const middle = medianOf([...covariate.values.values()].flatMap((value) => (value === null ? [] : [value])));
  return (subject) => {
    const value = covariate.values.get(subject) ?? null;
    return value === null ? 'not known' : value <= middle ? `up to ${middle}` : `above ${middle}`;
  };
}
