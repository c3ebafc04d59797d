/**
 * The results of `work` on each item, in the order of the items, with at most `limit` under way.
 *
 * @throws what the earliest failing item threw, once those under way have ended
 */
export async function eachOf<Item, Result>(
  items: readonly Item[], limit: number, work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures = new Map<number, unknown>();
  const queue = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.size > 0) return;
      try {
        results[index] = await work(item, index);
      } catch (cause) {
        failures.set(index, cause);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, takeNext));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return results;
}
