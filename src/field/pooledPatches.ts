/** Values that patches of one scan show in the mean, and how many there are. */
export type PatchMean = Readonly<{ values: ArrayLike<number>; patches: number }>;

/** What several scans of one scanner show together: the mean over those with patches enough, and the sum of theirs; the first of them where none has. At least one scan. */
export function pooledPatches(scans: readonly PatchMean[], enough: number): Readonly<{ values: Float64Array; patches: number }> {
  const good = scans.filter(({ patches }) => patches >= enough);
  const used = good.length > 0 ? good : scans.slice(0, 1);
  return {
    values: Float64Array.from(used[0]!.values, (_, n) => used.reduce((sum, { values }) => sum + values[n]!, 0) / used.length),
    patches: used.reduce((sum, { patches }) => sum + patches, 0),
  };
}
