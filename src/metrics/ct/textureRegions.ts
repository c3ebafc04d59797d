/** Where the texture of a CT is looked at: smoothed HU between which a voxel is lung or soft tissue, edges left out. */
export const textureRegions = { soft: { name: 'Soft tissue', from: -25, to: 150 }, lung: { name: 'Lung', from: -950, to: -600 } } as const;
export type TextureRegion = keyof typeof textureRegions;

/** HU are absolute, so grey levels are bins of a fixed size (IBSI, 2.7). */
export const LEVEL_HU = 25;
/** Grain moves single voxels so far beyond their region; what lies beyond that counts in the last level. */
const BEYOND_HU = 200;

/** Lower end of the first level, and the number of levels. */
export function levelRange(region: TextureRegion): Readonly<{ lowest: number; count: number }> {
  const { from, to } = textureRegions[region];
  return { lowest: from - BEYOND_HU, count: (to - from + 2 * BEYOND_HU) / LEVEL_HU };
}
