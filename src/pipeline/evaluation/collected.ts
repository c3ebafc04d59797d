import { ScanRefusal } from '../../core/issues.ts';
import type { RoleIssue } from './matchScans.ts';

type Listing<Item> = Readonly<{ workers: number; advance: () => void; role: string; nameOf: (item: Item) => string }>;

/** So many items at a time, results and issues in the items' order; a scan's own fault is collected, anything else ends the run. */
export async function collected<Item, Result>(items: readonly Item[], { workers, advance, role, nameOf }: Listing<Item>, issues: RoleIssue[], measure: (item: Item) => Promise<Result>): Promise<Result[]> {
  const outcomes = new Array<Result | ScanRefusal>(items.length);
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    for (let n = next++; n < items.length; n = next++) {
      outcomes[n] = await measure(items[n]!).catch((error: unknown) => {
        if (error instanceof ScanRefusal) return error;
        // the others take no new item
        next = items.length;
        throw error;
      });
      advance();
    }
  };
  await Promise.all(Array.from({ length: workers }, takeTurns));
  return outcomes.flatMap((outcome, n) => {
    if (!(outcome instanceof ScanRefusal)) return [outcome];
    issues.push({ role, scan: nameOf(items[n]!), issue: outcome.issue });
    return [];
  });
}
