import { randomStream } from '../../src/core/random.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';

/** A volume at 2 mm from a function of the voxel. */
export function volumeOf(shape: Shape3, value: (i: number, j: number, k: number) => number): Volume<'model'> {
  const samples = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let k = 0, voxel = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) for (let i = 0; i < shape[0]; i++) samples[voxel++] = value(i, j, k);
  }
  return { scale: 'model', shape, samples, affine: { frame: 'RAS', rows: [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]] } };
}

/** Waves of three wavelengths: structure in every direction, differentiable, so that it can be shifted exactly. */
export function waves(i: number, j: number, k: number): number {
  return 0.5 + 0.12 * Math.sin(i / 1.7 + j / 5) + 0.1 * Math.sin(j / 2.1 + k / 4) + 0.08 * Math.cos(k / 1.9 + i / 6);
}

/** The volume plus white noise of the given SD; the same for the same key. */
export function withNoise(volume: Volume<'model'>, sd: number, key: string): Volume<'model'> {
  const random = randomStream(key);
  return { ...volume, samples: volume.samples.map((value) => value + sd * random.nextNormal()) };
}

export function normalSamples(count: number, mean: number, sd: number, key: string): Float64Array {
  const random = randomStream(key);
  return Float64Array.from({ length: count }, () => mean + sd * random.nextNormal()).sort();
}

/** A mask of a ball in the middle. */
export function ballMask(shape: Shape3, radius: number): Uint8Array {
  return Uint8Array.from(
    volumeOf(shape, (i, j, k) => (Math.hypot(i - shape[0] / 2, j - shape[1] / 2, k - shape[2] / 2) < radius ? 1 : 0)).samples,
  );
}
