import { randomStream } from '../core/random.ts';

/** A smooth random function of position with mean 0 and variance 1. */
export type SmoothField = (x: number, y: number, z: number) => number;

/**
 * Sum of `count` plane waves with random directions and phases and wavelengths in [shortest, longest] mm: a
 * Gaussian field for many waves. A narrow band gives level sets of one width: labyrinths, as cortical folds are.
 */
export function waveField(key: string, options: { count: number; shortest: number; longest: number }): SmoothField {
  const { nextFloat, nextNormal } = randomStream(key);
  const { count, shortest, longest } = options;
  const waves = new Float64Array(count * 4);
  for (let n = 0; n < count; n++) {
    const direction = [nextNormal(), nextNormal(), nextNormal()];
    const frequency = (2 * Math.PI) / (shortest + (longest - shortest) * nextFloat()) / Math.hypot(...direction);
    direction.forEach((value, axis) => { waves[n * 4 + axis] = value * frequency; });
    waves[n * 4 + 3] = 2 * Math.PI * nextFloat();
  }
  const amplitude = Math.sqrt(2 / count);
  return (x, y, z) => {
    let sum = 0;
    for (let n = 0; n < waves.length; n += 4) {
      sum += Math.cos(waves[n]! * x + waves[n + 1]! * y + waves[n + 2]! * z + waves[n + 3]!);
    }
    return sum * amplitude;
  };
}
