import { quantile } from '../../core/statistics.ts';
import type { Volume } from '../../core/volume.ts';

/** Where the 90th percentile of the brain lies on the model scale. */
export const MODEL_P90 = 0.7;

/**
 * Scanner units per model unit: the brain's 90th percentile becomes 0.7. The brain, because bright scalp fat
 * would set the scale of a whole head (measured: docs/explanation/method.md).
 *
 * @param samples working grid, scanner units; `mask` 1 where a voxel counts
 */
export function plan(samples: Float32Array, mask: Uint8Array): number {
  return quantile(samples.filter((_, i) => mask[i] === 1), 0.9) / MODEL_P90;
}

/** Scanner → model units. @returns a view of the same samples, which it modifies */
export function apply(volume: Volume<'scanner'>, brainScale: number): Volume<'model'> {
  const { samples } = volume;
  for (let i = 0; i < samples.length; i++) samples[i]! /= brainScale;
  return { ...volume, scale: 'model' };
}

/** Model → scanner units, within one unit in the last place of float32. @returns the same samples, modified */
export function invert(volume: Volume<'model'>, brainScale: number): Volume<'scanner'> {
  const { samples } = volume;
  for (let i = 0; i < samples.length; i++) samples[i]! *= brainScale;
  return { ...volume, scale: 'scanner' };
}
