import { issue, type Issue } from '../../core/issues.ts';
import type { ScanInput } from '../../formats/scan.ts';

export type ScanPair = Readonly<{ key: string; subject: string; before: ScanInput; after: ScanInput; truth: ScanInput | null }>;
export type RoleIssue = Readonly<{ role: string; scan: string; issue: Issue }>;

/** The name without its `_desc-…` entity: what a source and its harmonized scan share. */
export function matchKey(name: string): string {
  return name.replace(/_desc-[A-Za-z0-9]+(?=_|$)/g, '');
}

/** The BIDS subject of a name; where there is none, each scan counts as its own subject. */
export function subjectOf(name: string): string {
  return /(?:^|[_.-])(sub-[A-Za-z0-9]+)/.exec(name)?.[1] ?? matchKey(name);
}

/**
 * Pairs by name: before `sub-01_T1w`, after `sub-01_desc-harmonized_T1w`, truth likewise. Where each side is a single
 * file, names need not agree. What finds no partner is an issue; the rest goes on.
 */
export function matchScans(
  before: readonly ScanInput[],
  after: readonly ScanInput[],
  truth: readonly ScanInput[],
): Readonly<{ pairs: readonly ScanPair[]; issues: readonly RoleIssue[] }> {
  const afterOf = partnersOf(after, before.length === 1 ? matchKey(before[0]!.name) : null);
  const truthOf = partnersOf(truth, before.length === 1 ? matchKey(before[0]!.name) : null);
  const pairs: ScanPair[] = [];
  const issues: RoleIssue[] = [];
  for (const input of before) {
    const key = matchKey(input.name);
    const partner = afterOf.get(key);
    const paired = truthOf.get(key) ?? null;
    if (partner === undefined) issues.push(lone('before', input.name, `--after has no scan named ${key}`));
    else pairs.push({ key, subject: subjectOf(input.name), before: input, after: partner, truth: paired });
    if (truth.length > 0 && paired === null) issues.push(lone('before', input.name, `--truth has no scan named ${key}`));
  }
  const keys = new Set(before.length === 1 ? [...afterOf.keys()] : before.map(({ name }) => matchKey(name)));
  for (const { name } of after) {
    if (!keys.has(matchKey(name)) && after.length > 1) issues.push(lone('after', name, `--before has no scan named ${matchKey(name)}`));
  }
  return { pairs, issues };
}

/** By name; a single file also answers to the single name it can only belong to. */
function partnersOf(inputs: readonly ScanInput[], onlyKey: string | null): Map<string, ScanInput> {
  const only = inputs[0];
  if (inputs.length === 1 && onlyKey !== null && only !== undefined) return new Map([[onlyKey, only]]);
  return new Map(inputs.map((input) => [matchKey(input.name), input]));
}

function lone(role: string, scan: string, detail: string): RoleIssue {
  return { role, scan, issue: issue('NO_PARTNER', detail) };
}
