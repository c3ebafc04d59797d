import { ConcordError } from '../core/errors.ts';
import type { Shape3, Volume } from '../core/volume.ts';
import { filtered, gaussianKernel } from './gaussianFilter.ts';
import { boxAround, boxShape, cropped } from './maskBox.ts';
import { requireOneGrid } from './oneGrid.ts';

/** Exponents of the five scales, finest first; they sum to 1. Source: Wang et al. 2003, §3.2. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;
/** Of those only as many scales as a head at 2 mm has structure for: 2, 4 and 8 mm. */
const SCALES = 3;
const RADIUS = 5;
const kernel = gaussianKernel(1.5, RADIUS);
const [K1, K2] = [0.01, 0.03];

/**
 * Multi-scale structural similarity in 3-D: contrast and structure at 1, 2 and 4 voxels, luminance at the coarsest,
 * each averaged over the mask and weighed by its exponent (the first three of the five, scaled to sum to 1). A scale
 * is the last one averaged over 2³ voxels. Fixed range; NaN for an empty mask, or a negative mean of a scale.
 *
 * @throws CONCORD_GRID_MISMATCH; CONCORD_INTERNAL where an axis is shorter than four voxels
 * Source: Wang et al. 2003, eq. 7, windows extended to three dimensions.
 */
export function msSsim(a: Volume, b: Volume, mask: Uint8Array, range = 1): number {
  requireOneGrid('msSsim', a, b, mask);
  if (a.shape.some((n) => n < 2 ** (SCALES - 1))) throw new ConcordError('CONCORD_INTERNAL', `msSsim needs four voxels along each axis, got ${a.shape.join('×')}.`);
  const total = WEIGHTS.slice(0, SCALES).reduce((sum, weight) => sum + weight, 0);
  let level: Level = { shape: a.shape, x: Float64Array.from(a.samples), y: Float64Array.from(b.samples), inside: Float64Array.from(mask) };
  let product = 1;
  for (let scale = 0; scale < SCALES; scale++) {
    const { luminance, structure } = meansOf(level, range);
    const isCoarsest = scale === SCALES - 1;
    product *= (isCoarsest ? luminance * structure : structure) ** (WEIGHTS[scale]! / total);
    if (!isCoarsest) level = halved(level);
  }
  return product;
}

type Level = Readonly<{ shape: Shape3; x: Float64Array; y: Float64Array; inside: Float64Array }>;

/** Means over the mask of the luminance term and of the contrast · structure term (Wang et al. 2004, eqs. 6, 9, 10 with C3 = C2/2). */
function meansOf(level: Level, range: number): { luminance: number; structure: number } {
  const box = boxAround(level.inside, level.shape, RADIUS);
  const shape = boxShape(box);
  const [x, y, inside] = [level.x, level.y, level.inside].map((values) => cropped(values, level.shape, box)) as [Float64Array, Float64Array, Float64Array];
  const blur = (values: Float64Array): Float64Array => filtered(values, shape, kernel);
  const times = (p: Float64Array, q: Float64Array): Float64Array => p.map((value, voxel) => value * q[voxel]!);
  const [mx, my, xx, yy, xy] = [blur(x), blur(y), blur(times(x, x)), blur(times(y, y)), blur(times(x, y))];
  const [c1, c2] = [(K1 * range) ** 2, (K2 * range) ** 2];
  let [luminance, structure, count] = [0, 0, 0];
  for (let voxel = 0; voxel < inside.length; voxel++) {
    if (!(inside[voxel]! >= 0.5)) continue;
    const [p, q] = [mx[voxel]!, my[voxel]!];
    luminance += (2 * p * q + c1) / (p * p + q * q + c1);
    structure += (2 * (xy[voxel]! - p * q) + c2) / (xx[voxel]! - p * p + yy[voxel]! - q * q + c2);
    count++;
  }
  return { luminance: luminance / count, structure: structure / count };
}

function halved({ shape, x, y, inside }: Level): Level {
  const half: Shape3 = [shape[0] >> 1, shape[1] >> 1, shape[2] >> 1];
  const average = (values: Float64Array): Float64Array => {
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
  return { shape: half, x: average(x), y: average(y), inside: average(inside) };
}
