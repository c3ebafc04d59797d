import { directionSteps, type LevelVolume } from './levels.ts';

/**
 * IBSI's neighbourhood grey tone difference features, in this order. p(i): share of voxels of level i among those
 * with a neighbour, n; s(i): sum of their |i − mean level of the up to 26 neighbours|; N levels that occur.
 */
export const ngtdmFeatures = [
  { id: 'coarseness', ibsi: 'Coarseness', formula: '1 / Σ p(i) s(i)' },
  { id: 'contrast', ibsi: 'Contrast', formula: 'Σ Σ p(i) p(j) (i − j)² / (N (N − 1)) · Σ s(i) / n' },
  { id: 'busyness', ibsi: 'Busyness', formula: 'Σ p(i) s(i) / Σ Σ |i p(i) − j p(j)|' },
  { id: 'complexity', ibsi: 'Complexity', formula: 'Σ Σ |i − j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) / n' },
  { id: 'strength', ibsi: 'Strength', formula: 'Σ Σ (p(i) + p(j)) (i − j)² / Σ s(i)' },
] as const;

/** The 5 features of a region, neighbours at distance 1 (IBSI: 3D). NaN where every voxel equals its neighbours. */
export function ngtdm(volume: LevelVolume): Float64Array {
  const { share, apart, voxels } = toneDifferences(volume);
  const present = Array.from(share.keys()).filter((i) => share[i]! > 0);
  const totalApart = apart.reduce((sum, value) => sum + value, 0);
  const weighted = present.reduce((sum, i) => sum + share[i]! * apart[i]!, 0);
  let [spread, rough, complex, strong] = [0, 0, 0, 0];
  for (const i of present) {
    for (const j of present) {
      const [p, q] = [share[i]!, share[j]!];
      spread += p * q * (i - j) ** 2;
      rough += Math.abs(i * p - j * q);
      complex += (Math.abs(i - j) * (p * apart[i]! + q * apart[j]!)) / (p + q);
      strong += (p + q) * (i - j) ** 2;
    }
  }
  const levels = present.length;
  return Float64Array.of(
    1 / weighted,
    ((spread / (levels * (levels - 1))) * totalApart) / voxels,
    weighted / rough,
    complex / voxels,
    strong / totalApart,
  ).map((value) => (Number.isFinite(value) ? value : NaN));
}

function toneDifferences({ shape, levels, count }: LevelVolume): { share: Float64Array; apart: Float64Array; voxels: number } {
  const ahead = directionSteps(shape);
  const steps = Int32Array.from([...ahead, ...ahead.map((step) => -step)]);
  const [seen, apart] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  let voxels = 0;
  for (let voxel = 0; voxel < levels.length; voxel++) {
    const level = levels[voxel]!;
    if (level === 0) continue;
    let [sum, neighbours] = [0, 0];
    for (let s = 0; s < steps.length; s++) {
      const other = levels[voxel + steps[s]!]!;
      sum += other;
      if (other > 0) neighbours++;
    }
    if (neighbours === 0) continue;
    seen[level]! += 1;
    apart[level]! += Math.abs(level - sum / neighbours);
    voxels++;
  }
  return { share: seen.map((found) => found / voxels), apart, voxels };
}
