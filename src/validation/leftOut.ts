import type { FlowRow } from '../core/validationRecord.ts';

/** Our starting value of S-22: more than this share of one site's scans gone, and what remains is a selection. */
export const MOST_LEFT_OUT = 0.2;

/** Share of a site's found scans that are not analysed: refused by a gate, unreadable, or without an output. */
export function leftOutShare({ found, analysed }: FlowRow): number {
  return found === 0 ? 0 : (found - analysed) / found;
}

/** Sites that lost more than the limit; the headlines are withheld then (operations.md S-22). */
export function depletedSites(flow: readonly FlowRow[], limit: number): string[] {
  return flow.filter((row) => leftOutShare(row) > limit).map(({ site }) => site);
}
