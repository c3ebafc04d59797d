/**
 * Counts of things (runs, zones) by grey level and size. `voxels` is what a thing of size 1 per voxel would count to:
 * all voxels of a region, once for each direction that runs were looked for in.
 */
export type LevelSizes = Readonly<{ level: readonly number[]; size: readonly number[]; count: readonly number[]; voxels: number }>;

/** The sixteen formulas that IBSI's run length and size zone matrices share, in this order. n(i, j): things of level i and size j; S their number. */
export const levelSizeFormulas = [
  'Σ n / j² / S', 'Σ j² n / S', 'Σ n / i² / S', 'Σ i² n / S',
  'Σ n / (i² j²) / S', 'Σ i² n / j² / S', 'Σ j² n / i² / S', 'Σ i² j² n / S',
  'Σᵢ (Σⱼ n)² / S', 'Σᵢ (Σⱼ n)² / S²', 'Σⱼ (Σᵢ n)² / S', 'Σⱼ (Σᵢ n)² / S²',
  'S / voxels (of all directions)', 'variance of i', 'variance of j', '−Σ (n / S) log₂ (n / S)',
] as const;

export function levelSizeFeatures({ level, size, count, voxels }: LevelSizes): Float64Array {
  const out = new Float64Array(16);
  const [perLevel, perSize] = [new Map<number, number>(), new Map<number, number>()];
  const all = count.reduce((sum, n) => sum + n, 0);
  let [levelMean, sizeMean, levelSquare, sizeSquare] = [0, 0, 0, 0];
  for (let n = 0; n < count.length; n++) {
    const share = count[n]! / all;
    const [i, j] = [level[n]!, size[n]!];
    const [ii, jj] = [i * i, j * j];
    [share / jj, share * jj, share / ii, share * ii, share / (ii * jj), (share * ii) / jj, (share * jj) / ii, share * ii * jj]
      .forEach((term, f) => (out[f]! += term));
    perLevel.set(i, (perLevel.get(i) ?? 0) + count[n]!);
    perSize.set(j, (perSize.get(j) ?? 0) + count[n]!);
    levelMean += share * i;
    sizeMean += share * j;
    levelSquare += share * ii;
    sizeSquare += share * jj;
    out[15]! -= share * Math.log2(share);
  }
  const squares = (counts: Map<number, number>): number => [...counts.values()].reduce((sum, n) => sum + n * n, 0);
  out.set([squares(perLevel) / all, squares(perLevel) / all ** 2, squares(perSize) / all, squares(perSize) / all ** 2], 8);
  out.set([all / voxels, levelSquare - levelMean ** 2, sizeSquare - sizeMean ** 2], 12);
  return out;
}
