import { quantiles } from '../../../core/statistics.ts';
import { gradientMagnitudeAt } from '../../gradientCorrelation.ts';
import { localContrast } from '../../localContrast.ts';
import { BRAIN_SCALE, type FeatureEntry, type FeatureGroup, type FeatureScan } from '../featureEntry.ts';
import { grain } from '../grain.ts';

const PERCENTILES = [10, 50, 90, 99] as const;
const GRAIN_SOURCE = 'Immerkær 1996, in three dimensions and with a median';

function percentileEntries(id: string, region: 'brain' | 'head', name: string, unit: string, formula: string): FeatureEntry[] {
  return PERCENTILES.map((p) => ({
    id: `texture.${region}.${id}.p${p}`, family: 'texture', region, name: `${name}, ${p}. percentile`, unit, formula: `P${p} of ${formula}`, source: 'definition', absent: 'FLAT',
  }));
}

const entries: readonly FeatureEntry[] = [
  ...percentileEntries('localContrast', 'brain', 'Brain: local contrast', BRAIN_SCALE, 'the SD in 3 × 3 × 3 voxels of 2 mm'),
  ...percentileEntries('gradient', 'brain', 'Brain: gradient', `${BRAIN_SCALE}/mm`, '|∇x| by central differences'),
  {
    id: 'texture.brain.grain', family: 'texture', region: 'brain', name: 'Brain: grain', unit: BRAIN_SCALE,
    formula: '1.4826 · median |x ∗ (1, −2, 1)³| / sqrt(6)³', source: GRAIN_SOURCE, absent: 'FLAT',
  },
  {
    id: 'texture.bright.grain', family: 'texture', region: 'brain', name: 'Bright tissue: grain', unit: BRAIN_SCALE,
    formula: 'as in the brain, where all 26 neighbours are of the tissue', source: GRAIN_SOURCE, absent: 'NO_TISSUE_CLASSES',
  },
];

/** How intensity changes from voxel to voxel: local contrast, edges, noise. */
const brainDetail: FeatureGroup = {
  looksAt: 'brain box',
  entries,
  measure: (scan, tissues) => [
    ...percentilesOf(localContrast(scan.working, scan.brain)),
    ...percentilesOf(gradients(scan, scan.brain)),
    grain(scan.working, scan.brain),
    tissues === null ? NaN : grain(scan.working, tissues.bright),
  ],
};

const headDetail: FeatureGroup = {
  looksAt: 'whole scan',
  entries: percentileEntries('gradient', 'head', 'Head: gradient', `${BRAIN_SCALE}/mm`, '|∇x| by central differences'),
  measure: (scan) => percentilesOf(gradients(scan, scan.head)),
};

export const detailGroups: readonly FeatureGroup[] = [brainDetail, headDetail];

function percentilesOf(values: Float32Array): number[] {
  return values.length === 0 ? PERCENTILES.map(() => NaN) : quantiles(values, PERCENTILES.map((p) => p / 100));
}

/** |∇x| at the mask's voxels off the border, in voxel order. */
function gradients({ working }: FeatureScan, mask: Uint8Array): Float32Array {
  const [columns, rows, slices] = working.shape;
  const magnitude = gradientMagnitudeAt(working);
  const found = new Float32Array(mask.length);
  let count = 0;
  for (let k = 1; k < slices - 1; k++) {
    for (let j = 1; j < rows - 1; j++) {
      const row = columns * (j + rows * k);
      for (let voxel = row + 1; voxel < row + columns - 1; voxel++) if (mask[voxel] === 1) found[count++] = magnitude(voxel);
    }
  }
  return found.subarray(0, count);
}
