import { ConcordError } from '../core/errors.ts';
import type { Shape3, Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';
import { similarityOf, type Windowed, windowed } from './structuralSimilarity.ts';

/** Exponents of the five scales, finest first; they sum to 1. Source: Wang et al. 2003, §3.2. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;
/** Of those only as many scales as a head at 2 mm has structure for: 2, 4 and 8 mm. */
const SCALES = 3;

/** The SSIM of the finest scale, and that of several scales. */
export type ScaledSimilarity = Readonly<{ ssim: number; msSsim: number }>;

/**
 * Multi-scale structural similarity in 3-D: contrast and structure at 1, 2 and 4 voxels, luminance at the coarsest,
 * each averaged over the mask and weighed by its exponent (the first three of the five, scaled to sum to 1). A scale
 * is the last one averaged over 2³ voxels. Fixed range; NaN for an empty mask, or a negative mean of a scale.
 *
 * @throws CONCORD_GRID_MISMATCH; CONCORD_INTERNAL where an axis is shorter than four voxels
 * Source: Wang et al. 2003, eq. 7, windows extended to three dimensions.
 */
export function msSsim(a: Volume, b: Volume, mask: Uint8Array, range = 1): number {
  return similarityTo(a, mask, range)(b).msSsim;
}

/** The same of many scans to one, whose windows are looked at once. @throws as msSsim */
export function similarityTo(source: Volume, mask: Uint8Array, range = 1): (output: Volume) => ScaledSimilarity {
  if (source.shape.some((n) => n < 2 ** (SCALES - 1))) throw new ConcordError('CONCORD_INTERNAL', `msSsim needs four voxels along each axis, got ${source.shape.join('×')}.`);
  const ofSource = scales(source, mask);
  return (output) => {
    requireOneGrid('msSsim', source, output, mask);
    const levels = scales(output, mask).map((level, scale) => similarityOf(ofSource[scale]!, level, range));
    const total = WEIGHTS.slice(0, SCALES).reduce((sum, weight) => sum + weight, 0);
    const product = levels.reduce((left, { structure }, scale) => left * structure ** (WEIGHTS[scale]! / total), 1);
    const { luminance } = levels[SCALES - 1]!;
    return { ssim: levels[0]!.ssim, msSsim: product * luminance ** (WEIGHTS[SCALES - 1]! / total) };
  };
}

/** One scan at every scale, finest first. */
function scales({ samples, shape }: Volume, mask: Uint8Array): Windowed[] {
  let level: Level = { shape, samples, inside: mask };
  return Array.from({ length: SCALES }, (_, scale) => {
    if (scale > 0) level = halved(level);
    return windowed(level.samples, level.shape, level.inside);
  });
}

type Level = Readonly<{ shape: Shape3; samples: ArrayLike<number>; inside: ArrayLike<number> }>;

function halved({ shape, samples, inside }: Level): Level {
  const half: Shape3 = [shape[0] >> 1, shape[1] >> 1, shape[2] >> 1];
  const average = (values: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(half[0] * half[1] * half[2]);
    for (let k = 0, cell = 0; k < half[2]; k++) {
      for (let j = 0; j < half[1]; j++) {
        for (let i = 0; i < half[0]; i++, cell++) {
          for (let n = 0; n < 8; n++) out[cell]! += values[2 * i + (n & 1) + shape[0] * (2 * j + ((n >> 1) & 1) + shape[1] * (2 * k + (n >> 2)))]! / 8;
        }
      }
    }
    return out;
  };
  return { shape: half, samples: average(samples), inside: average(inside) };
}
