import type { FlowRow } from '../../core/validationRecord.ts';
import type { RoleIssue } from './matchScans.ts';

export type FlowScan = Readonly<{ name: string; site: string }>;

/** V-01, per site: found → readable → refused by code → without partner → analysed. */
export function flowRows(found: readonly FlowScan[], analysed: ReadonlySet<string>, issues: readonly RoleIssue[]): FlowRow[] {
  return [...new Set(found.map(({ site }) => site))].sort().map((site) => {
    const own = found.filter((scan) => scan.site === site);
    const names = new Set(own.map(({ name }) => name));
    const refused: Record<string, number> = {};
    let unmatched = 0;
    for (const { scan, issue } of issues) {
      if (!names.has(scan)) continue;
      if (issue.code === 'NO_PARTNER') unmatched++;
      else refused[issue.code] = (refused[issue.code] ?? 0) + 1;
    }
    const readable = own.length - Object.values(refused).reduce((sum, count) => sum + count, 0);
    return { site, found: own.length, readable, refused, unmatched, analysed: own.filter(({ name }) => analysed.has(name)).length };
  });
}
