import { evenlySpaced } from '../../core/sliceStack.ts';
import type { Shape3 } from '../../core/volume.ts';
import type { LevelVolume } from '../features/ibsi/levels.ts';
import { LEVEL_HU, levelRange, textureRegions, type TextureRegion } from './textureRegions.ts';

/** Grey levels are looked at in so many evenly spaced slices. */
const SLICES = 8;
/** Texture of fewer voxels is chance. */
const LEAST_VOXELS = 5000;

export type LevelMeter = Readonly<{
  add: (k: number, hu: Float32Array, smoothed: Float32Array, weight: Float32Array) => void;
  /** Undefined where the slices show too little of the region. */
  result: () => Readonly<Record<TextureRegion, LevelVolume | undefined>>;
}>;

/**
 * Grey levels of lung and soft tissue in bins of 25 HU, by slice: between any two slices of the result lies an empty one, so that neighbours are
 * those of the slice alone, however thick slices are. Source: IBSI, intensity discretisation, fixed bin size.
 */
export function createLevelMeter([ni, nj, nk]: Shape3): LevelMeter {
  const used = evenlySpaced(nk, SLICES);
  const shape: Shape3 = [ni + 2, nj + 2, 2 * used.length + 1];
  const regions = (Object.keys(textureRegions) as TextureRegion[]).map((region) => ({ region, ...textureRegions[region], ...levelRange(region), levels: new Uint8Array(shape[0] * shape[1] * shape[2]), voxels: 0 }));
  return {
    add: (k, hu, smoothed, weight) => {
      const slice = used.indexOf(k);
      if (slice < 0) return;
      for (const own of regions) {
        for (let j = 0, n = 0; j < nj; j++) {
          const row = 1 + shape[0] * (j + 1 + shape[1] * (2 * slice + 1));
          for (let i = 0; i < ni; i++, n++) {
            if (weight[n] === 0 || smoothed[n]! < own.from || smoothed[n]! >= own.to) continue;
            own.levels[row + i] = Math.min(Math.max(Math.floor((hu[n]! - own.lowest) / LEVEL_HU) + 1, 1), own.count);
            own.voxels++;
          }
        }
      }
    },
    result: () => Object.fromEntries(regions.map(({ region, levels, count, voxels }) => [region, voxels < LEAST_VOXELS ? undefined : { shape, levels, count, voxels }])) as Record<TextureRegion, LevelVolume | undefined>,
  };
}
