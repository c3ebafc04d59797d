import { levelSizeFeatures } from './levelSizes.ts';
import { directionSteps, type LevelVolume } from './levels.ts';

/** IBSI's grey level size zone features, in the order of `levelSizeFormulas`. */
export const glszmFeatures = [
  { id: 'smallZones', ibsi: 'Small zone emphasis' },
  { id: 'largeZones', ibsi: 'Large zone emphasis' },
  { id: 'lowLevelZones', ibsi: 'Low grey level zone emphasis' },
  { id: 'highLevelZones', ibsi: 'High grey level zone emphasis' },
  { id: 'smallLowLevelZones', ibsi: 'Small zone low grey level emphasis' },
  { id: 'smallHighLevelZones', ibsi: 'Small zone high grey level emphasis' },
  { id: 'largeLowLevelZones', ibsi: 'Large zone low grey level emphasis' },
  { id: 'largeHighLevelZones', ibsi: 'Large zone high grey level emphasis' },
  { id: 'levelNonUniformity', ibsi: 'Grey level non-uniformity' },
  { id: 'normalisedLevelNonUniformity', ibsi: 'Normalised grey level non-uniformity' },
  { id: 'sizeNonUniformity', ibsi: 'Zone size non-uniformity' },
  { id: 'normalisedSizeNonUniformity', ibsi: 'Normalised zone size non-uniformity' },
  { id: 'zonePercentage', ibsi: 'Zone percentage' },
  { id: 'levelVariance', ibsi: 'Grey level variance' },
  { id: 'sizeVariance', ibsi: 'Zone size variance' },
  { id: 'zoneEntropy', ibsi: 'Zone size entropy' },
] as const;

/** The 16 features of a region's zones: connected voxels of one level, 26 neighbours (IBSI: 3D). */
export function glszm({ shape, levels, count, voxels }: LevelVolume): Float64Array {
  const ahead = directionSteps(shape);
  const steps = Int32Array.from([...ahead, ...ahead.map((step) => -step)]);
  const open = levels.slice();
  const stack = new Int32Array(voxels);
  const zones = new Map<number, number>();
  for (let seed = 0; seed < open.length; seed++) {
    const level = open[seed]!;
    if (level === 0) continue;
    open[seed] = 0;
    stack[0] = seed;
    let [depth, size] = [1, 0];
    while (depth > 0) {
      const voxel = stack[--depth]!;
      size++;
      for (let s = 0; s < steps.length; s++) {
        const next = voxel + steps[s]!;
        if (open[next] !== level) continue;
        open[next] = 0;
        stack[depth++] = next;
      }
    }
    const key = size * (count + 1) + level;
    zones.set(key, (zones.get(key) ?? 0) + 1);
  }
  const keys = [...zones.keys()];
  return levelSizeFeatures({
    level: keys.map((key) => key % (count + 1)),
    size: keys.map((key) => Math.floor(key / (count + 1))),
    count: [...zones.values()],
    voxels,
  });
}
