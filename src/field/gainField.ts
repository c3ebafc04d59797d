import { ConcordError } from '../core/errors.ts';
import type { Shape3 } from '../core/volume.ts';
import type { GridTensor } from './cellGrid.ts';
import { CLASS_COUNT } from './huClasses.ts';
import { BAND_COUNT } from './radialBands.ts';
import type { Response } from './radialBands.ts';

/** Band gains per cell and class: [class][Z][Y][X][band 1 … 12], band fastest. */
export type GainField = Readonly<{ cells: Shape3; gains: Float32Array }>;

export type GainBounds = Readonly<{ minGain: number; maxGain: number }>;

/** A field is built from at most so many responses, and misses no gain by more than this share of it (of 1 where it damps). */
const HIGHEST_RANK = 6;
const RANK_TOLERANCE = 0.01;
const POWER_ITERATIONS = 60;

/**
 * Start and residual as gains: log g = shrinkage·(log start + share·residual), within bounds. `residual`: log-gains
 * [class·12 + band, Z, Y, X]; `settings.residual`: the share of it to trust; shrinkage 0 leaves the scan alone.
 */
export function composeGainField(start: ArrayLike<number>, residual: GridTensor, settings: GainBounds & Readonly<{ shrinkage: number; residual: number }>): GainField {
  const [channels, z, y, x] = residual.shape;
  const count = x * y * z;
  if (channels !== CLASS_COUNT * BAND_COUNT) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `A gain field has ${CLASS_COUNT * BAND_COUNT} channels, got ${channels}.`);
  }
  const gains = new Float32Array(residual.samples.length);
  for (let n = 0; n < gains.length; n++) {
    const band = n % BAND_COUNT;
    const [node, group] = [Math.floor(n / BAND_COUNT) % count, Math.floor(n / (BAND_COUNT * count))];
    const logGain = settings.shrinkage * (Math.log(start[band]!) + settings.residual * residual.samples[(group * BAND_COUNT + band) * count + node]!);
    gains[n] = Math.min(Math.max(Math.exp(logGain), settings.minGain), settings.maxGain);
  }
  return { cells: [x, y, z], gains };
}

/**
 * A gain field as a sum of few radial responses: change at x = Σ_r weight_r(x)·response_r. `weights[r]`: [class][Z][Y][X].
 * No response touches the low band.
 */
export type FactoredField = Readonly<{ cells: Shape3; responses: readonly Response[]; weights: readonly Float32Array[]; error: number }>;

/**
 * The smallest rank (at most 6) that meets every gain within 1 % (damped ones within 0.01): singular vectors of gains − 1, strongest first, each
 * found by power iteration and taken out of what remains. Source: Golub & Van Loan 2013, 8.2.
 */
export function factorField({ cells, gains }: GainField): FactoredField {
  const rest = Float64Array.from(gains, (gain) => gain - 1);
  const responses: Response[] = [];
  const weights: Float32Array[] = [];
  let error = largestMiss(rest, gains);
  while (error > RANK_TOLERANCE && responses.length < HIGHEST_RANK) {
    const response = strongestResponse(rest);
    weights.push(projected(rest, response));
    responses.push(response);
    error = largestMiss(rest, gains);
  }
  return { cells, responses, weights, error };
}

/** The unit vector over bands that explains most of `rest`. */
function strongestResponse(rest: Float64Array): Response {
  const gram = new Float64Array(BAND_COUNT * BAND_COUNT);
  for (let first = 0; first < rest.length; first += BAND_COUNT) {
    for (let a = 0; a < BAND_COUNT; a++) for (let b = 0; b < BAND_COUNT; b++) gram[a * BAND_COUNT + b]! += rest[first + a]! * rest[first + b]!;
  }
  // the band that varies most cannot be orthogonal to the answer
  const widest = gram.reduce((best, _, n) => (n % (BAND_COUNT + 1) === 0 && gram[n]! > gram[best]! ? n : best), 0) / (BAND_COUNT + 1);
  let vector = gram.slice(widest * BAND_COUNT, (widest + 1) * BAND_COUNT);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    const image = vector.map((_, a) => vector.reduce((sum, value, b) => sum + gram[a * BAND_COUNT + b]! * value, 0));
    const length = Math.hypot(...image);
    vector = image.map((value) => value / length);
  }
  return Float64Array.of(0, ...vector);
}

/** The part of every node along `response`; takes it out of `rest`, which it modifies. */
function projected(rest: Float64Array, response: Response): Float32Array {
  return Float32Array.from({ length: rest.length / BAND_COUNT }, (_, node) => {
    let weight = 0;
    for (let band = 0; band < BAND_COUNT; band++) weight += rest[node * BAND_COUNT + band]! * response[band + 1]!;
    for (let band = 0; band < BAND_COUNT; band++) rest[node * BAND_COUNT + band]! -= weight * response[band + 1]!;
    return weight;
  });
}

function largestMiss(rest: Float64Array, gains: Float32Array): number {
  return rest.reduce((most, miss, n) => Math.max(most, Math.abs(miss) / Math.max(gains[n]!, 1)), 0);
}

/** Smallest and largest gain of any node. */
export function gainRange({ gains }: GainField): { min: number; max: number } {
  return gains.reduce(({ min, max }, gain) => ({ min: Math.min(min, gain), max: Math.max(max, gain) }), { min: Infinity, max: -Infinity });
}
