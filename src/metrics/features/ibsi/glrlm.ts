import { levelSizeFeatures } from './levelSizes.ts';
import { directionSteps, type LevelVolume } from './levels.ts';

/** IBSI's grey level run length features, in the order of `levelSizeFormulas`. */
export const glrlmFeatures = [
  { id: 'shortRuns', ibsi: 'Short runs emphasis' },
  { id: 'longRuns', ibsi: 'Long runs emphasis' },
  { id: 'lowLevelRuns', ibsi: 'Low grey level run emphasis' },
  { id: 'highLevelRuns', ibsi: 'High grey level run emphasis' },
  { id: 'shortLowLevelRuns', ibsi: 'Short run low grey level emphasis' },
  { id: 'shortHighLevelRuns', ibsi: 'Short run high grey level emphasis' },
  { id: 'longLowLevelRuns', ibsi: 'Long run low grey level emphasis' },
  { id: 'longHighLevelRuns', ibsi: 'Long run high grey level emphasis' },
  { id: 'levelNonUniformity', ibsi: 'Grey level non-uniformity' },
  { id: 'normalisedLevelNonUniformity', ibsi: 'Normalised grey level non-uniformity' },
  { id: 'lengthNonUniformity', ibsi: 'Run length non-uniformity' },
  { id: 'normalisedLengthNonUniformity', ibsi: 'Normalised run length non-uniformity' },
  { id: 'runPercentage', ibsi: 'Run percentage' },
  { id: 'levelVariance', ibsi: 'Grey level variance' },
  { id: 'lengthVariance', ibsi: 'Run length variance' },
  { id: 'runEntropy', ibsi: 'Run entropy' },
] as const;

/** The 16 features of a region, the runs of all 13 directions merged into one matrix (IBSI: 3D, with merging). */
export function glrlm({ shape, levels, count, voxels }: LevelVolume): Float64Array {
  const longest = Math.max(...shape);
  const runs = new Float64Array((count + 1) * (longest + 1));
  const steps = directionSteps(shape);
  for (const step of steps) {
    for (let voxel = step; voxel < levels.length; voxel++) {
      const level = levels[voxel]!;
      // a run begins where the voxel before is of another level; the box has an empty rim, so it has an end too
      if (level === 0 || levels[voxel - step] === level) continue;
      let length = 1;
      while (levels[voxel + length * step] === level) length++;
      runs[level * (longest + 1) + length]! += 1;
    }
  }
  const table = { level: [] as number[], size: [] as number[], count: [] as number[], voxels: voxels * steps.length };
  runs.forEach((found, n) => {
    if (found === 0) return;
    table.level.push(Math.floor(n / (longest + 1)));
    table.size.push(n % (longest + 1));
    table.count.push(found);
  });
  return levelSizeFeatures(table);
}
