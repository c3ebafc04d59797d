import type { RandomStream } from '../core/random.ts';
import { noiseField } from './noiseField.ts';

/**
 * Noise for a gain field: each HU class has its own smooth noise over bands and cells, and `classShare` of all classes' own,
 * so that every node stays N(0, 1). Shape: flat [class · bands, Z, Y, X].
 */
export function classNoiseField(
  shape: readonly [number, number, number, number], classes: number, stream: RandomStream,
  settings: Readonly<{ cellSigma: number; bandSigma: number; classShare: number }>,
): Float32Array {
  const smoothness = { cellSigma: settings.cellSigma, knotSigma: settings.bandSigma };
  const common = noiseField(shape, stream, smoothness);
  const ownShare = Math.sqrt(1 - settings.classShare ** 2);
  const noise = new Float32Array(classes * common.length);
  for (let c = 0; c < classes; c++) {
    const own = noiseField(shape, stream, smoothness);
    for (let n = 0; n < own.length; n++) noise[c * own.length + n] = settings.classShare * common[n]! + ownShare * own[n]!;
  }
  return noise;
}
