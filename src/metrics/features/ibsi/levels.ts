import { mean, standardDeviation } from '../../../core/moments.ts';
import type { Shape3, Volume } from '../../../core/volume.ts';
import { maskedValues } from '../../maskedValues.ts';

/** Grey levels 1 … `count` of a region in its own box, 0 outside it; the box is one voxel wider than the region. */
export type LevelVolume = Readonly<{ shape: Shape3; levels: Uint8Array; count: number; voxels: number }>;

/** Outlier filtering of the intensity mask: mean ± 3 SD (IBSI, re-segmentation; Collewet et al. 2004). */
const OUTLIER_SD = 3;
/** Fixed number of bins. Intensities of MR are arbitrary, so bins of a fixed size would mean nothing (IBSI, 2.7). */
export const LEVELS = 32;
/** Texture of fewer voxels than this is chance. */
const LEAST_VOXELS = 64;

/** The mask without intensity outliers. @returns a new mask */
export function withoutOutliers({ samples }: Volume, mask: Uint8Array): Uint8Array {
  const values = maskedValues(samples, mask);
  const [center, spread] = [mean(values), standardDeviation(values)];
  const [low, high] = [center - OUTLIER_SD * spread, center + OUTLIER_SD * spread];
  const kept = new Uint8Array(mask.length);
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] === 1 && samples[voxel]! >= low && samples[voxel]! <= high) kept[voxel] = 1;
  }
  return kept;
}

/**
 * The masked intensities in `count` equal bins from their least to their greatest: level = floor(count·(x − min) /
 * (max − min)) + 1, the greatest in the last bin. Undefined for a flat region, or one of fewer than 64 voxels.
 *
 * Source: IBSI, intensity discretisation, fixed bin number.
 */
export function discretised(volume: Volume, mask: Uint8Array, count = LEVELS): LevelVolume | undefined {
  const { samples } = volume;
  let [least, greatest, voxels] = [Infinity, -Infinity, 0];
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] !== 1) continue;
    if (samples[voxel]! < least) least = samples[voxel]!;
    if (samples[voxel]! > greatest) greatest = samples[voxel]!;
    voxels++;
  }
  if (voxels < LEAST_VOXELS || !(greatest > least)) return undefined;
  const levelOf = (value: number): number => Math.min(Math.floor((count * (value - least)) / (greatest - least)) + 1, count);
  return { ...inBox(samples, volume.shape, mask, levelOf), count, voxels };
}

/** Levels that are given as such, 0 outside: how IBSI's digital phantom is published. */
export function levelsOf(levels: ArrayLike<number>, shape: Shape3): LevelVolume {
  const mask = Uint8Array.from(levels, (level) => (level > 0 ? 1 : 0));
  const count = Math.max(...Array.from(levels));
  return { ...inBox(levels, shape, mask, (level) => level), count, voxels: mask.reduce((sum, inside) => sum + inside, 0) };
}

function inBox(samples: ArrayLike<number>, shape: Shape3, mask: Uint8Array, levelOf: (value: number) => number): Pick<LevelVolume, 'shape' | 'levels'> {
  const [low, high] = boxOf(mask, shape);
  const box: Shape3 = [high[0] - low[0] + 3, high[1] - low[1] + 3, high[2] - low[2] + 3];
  const levels = new Uint8Array(box[0] * box[1] * box[2]);
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      const row = shape[0] * (j + shape[1] * k);
      const boxRow = box[0] * (j - low[1] + 1 + box[1] * (k - low[2] + 1)) + 1 - low[0];
      for (let i = low[0]; i <= high[0]; i++) if (mask[row + i] === 1) levels[boxRow + i] = levelOf(samples[row + i]!);
    }
  }
  return { shape: box, levels };
}

/** First and last index of the mask along each axis. */
function boxOf(mask: Uint8Array, [columns, rows, slices]: Shape3): [[number, number, number], [number, number, number]] {
  const low: [number, number, number] = [columns, rows, slices];
  const high: [number, number, number] = [0, 0, 0];
  for (let k = 0, voxel = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++, voxel++) {
        if (mask[voxel] !== 1) continue;
        if (i < low[0]) low[0] = i;
        if (i > high[0]) high[0] = i;
        if (j < low[1]) low[1] = j;
        if (j > high[1]) high[1] = j;
        if (k < low[2]) low[2] = k;
        if (k > high[2]) high[2] = k;
      }
    }
  }
  return [low, high];
}

/** The 13 directions of 3-D neighbours, one of each opposite pair, as index steps in a box. */
export function directionSteps([columns, rows]: Shape3): number[] {
  const steps: number[] = [];
  for (let dk = -1; dk <= 1; dk++) {
    for (let dj = -1; dj <= 1; dj++) {
      for (let di = -1; di <= 1; di++) {
        const isLater = dk > 0 || (dk === 0 && (dj > 0 || (dj === 0 && di > 0)));
        if (isLater) steps.push(di + columns * (dj + rows * dk));
      }
    }
  }
  return steps;
}
