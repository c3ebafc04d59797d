import { mean } from '../../core/moments.ts';
import type { Shape3, Volume } from '../../core/volume.ts';
import { maskedValues } from '../maskedValues.ts';

/**
 * A frozen embedding that no training has touched: pooled moduli of a 3-D Haar wavelet scattering, three scales of 2, 4
 * and 8 voxels, two orders. Nothing is learned and nothing is random. It sees texture, edges and grain by scale and
 * direction, and no objects: it is weaker than a network trained on images, and is named as what it is.
 *
 * order 0: mean; order 1: log of the mean |ψ(j, b)| over the mask, j = 1 … 3, b one of 7 bands; order 2: log of the mean
 * | | ψ(j, b) | * ψ(j′, b′) |, j < j′, averaged over bands with equally many high-pass axes (1, 2, 3).
 * Source: Mallat 2012, eq. 2.10; Bruna & Mallat 2013, §2.
 */
export const SCALES = 3;
const BANDS = 7;
/** High-pass axes of band b: the bits of b + 1. */
const kinds = Int32Array.from({ length: BANDS }, (_, band) => [1, 2, 4].filter((bit) => ((band + 1) & bit) !== 0).length);
/** What keeps the logarithm of a flat region finite; far below any scan's noise. */
const LEAST = 1e-5;

type Grid = Readonly<{ shape: Shape3; samples: Float64Array }>;
type Split = Readonly<{ low: Grid; bands: readonly Grid[] }>;

/** The names of the coefficients, in the order of `scattering`. */
export function scatteringNames(): { id: string; formula: string }[] {
  const axes = (band: number): string => ['x', 'y', 'z'].filter((_, axis) => ((band + 1) & (1 << axis)) !== 0).join('');
  const first = Array.from({ length: SCALES * BANDS }, (_, n) => {
    const [scale, band] = [Math.floor(n / BANDS) + 1, n % BANDS];
    return { id: `scale${scale}.${axes(band)}`, formula: `log of mean |x ∗ ψ|, ${2 ** scale} voxels, high-pass along ${axes(band)}` };
  });
  const second = scalePairs().flatMap(([from, to]) =>
    [1, 2, 3].flatMap((inner) => [1, 2, 3].map((outer) => ({
      id: `scale${from}to${to}.axes${inner}to${outer}`,
      formula: `log of mean ||x ∗ ψ| ∗ ψ′|, ${2 ** from} then ${2 ** to} voxels, high-pass along ${inner} then ${outer} axes`,
    }))),
  );
  return [{ id: 'mean', formula: 'mean of x' }, ...first, ...second];
}

/** 49 coefficients of the masked volume; what lies outside counts as the mask's mean. The shape must be divisible by 8; an empty mask gives NaN. */
export function scattering(volume: Volume, mask: Uint8Array): Float64Array {
  const [samples, center] = centred(volume.samples, mask);
  const weights: Grid[] = [{ shape: volume.shape, samples: Float64Array.from(mask) }];
  const splits: Split[] = [];
  let low: Grid = { shape: volume.shape, samples };
  for (let scale = 0; scale < SCALES; scale++) {
    splits.push(splitOf(low));
    low = splits[scale]!.low;
    weights.push([0, 1, 2].reduce((grid, axis) => halvesAlong(grid, axis)[0], weights[scale]!));
  }
  const moduli = splits.map(({ bands }, scale) => bands.map((band) => modulus(band, weights[scale + 1]!)));
  const first = moduli.flatMap((bands) => bands.map(({ pooled }) => pooled));
  const second = scalePairs().flatMap(([from, to]) => Array.from(secondOrder(moduli[from - 1]!, to - from, weights[to]!)));
  return Float64Array.of(center, ...first.map(compressed), ...second.map(compressed));
}

function scalePairs(): [number, number][] {
  return [[1, 2], [1, 3], [2, 3]];
}

function compressed(value: number): number {
  return Math.log(value + LEAST);
}

/** Samples minus the mask's mean, 0 outside: no edge where the mask ends. */
function centred(samples: Float32Array, mask: Uint8Array): [Float64Array, number] {
  const center = mean(maskedValues(samples, mask));
  const out = new Float64Array(samples.length);
  for (let voxel = 0; voxel < mask.length; voxel++) if (mask[voxel] === 1) out[voxel] = samples[voxel]! - center;
  return [out, center];
}

/** |band| with its mean over the mask (weights above one half); outside the mask that mean. */
function modulus(band: Grid, weights: Grid): Grid & { pooled: number } {
  const pooled = pool(band, weights);
  const samples = new Float64Array(band.samples.length);
  for (let cell = 0; cell < samples.length; cell++) samples[cell] = weights.samples[cell]! > 0.5 ? Math.abs(band.samples[cell]!) : pooled;
  return { shape: band.shape, samples, pooled };
}

function pool({ samples }: Grid, weights: Grid): number {
  let [sum, total] = [0, 0];
  for (let cell = 0; cell < samples.length; cell++) {
    const weight = weights.samples[cell]!;
    if (!(weight > 0.5)) continue;
    sum += weight * Math.abs(samples[cell]!);
    total += weight;
  }
  return sum / total;
}

/** The nine means of one pair of scales: by kind of the first wavelet, then by kind of the second. */
function secondOrder(moduli: readonly Grid[], further: number, weights: Grid): Float64Array {
  const sums = new Float64Array(9);
  const counts = new Float64Array(9);
  moduli.forEach((map, first) => {
    let split = splitOf(map);
    for (let step = 1; step < further; step++) split = splitOf(split.low);
    split.bands.forEach((band, second) => {
      const place = (kinds[first]! - 1) * 3 + kinds[second]! - 1;
      sums[place]! += pool(band, weights);
      counts[place]! += 1;
    });
  });
  return sums.map((sum, place) => sum / counts[place]!);
}

/** One Haar step: every block of 2³ voxels becomes its mean (low) and seven signed means (bands), axis after axis. */
function splitOf(grid: Grid): Split {
  const parts = [0, 1, 2].reduce<Grid[]>((current, axis) => {
    const halves = current.map((part) => halvesAlong(part, axis));
    return [...halves.map(([sum]) => sum), ...halves.map(([, difference]) => difference)];
  }, [grid]);
  return { low: parts[0]!, bands: parts.slice(1) };
}

/** Mean and half difference of neighbour pairs along one axis. */
function halvesAlong({ shape, samples }: Grid, axis: number): [Grid, Grid] {
  const half: Shape3 = [axis === 0 ? shape[0] >> 1 : shape[0], axis === 1 ? shape[1] >> 1 : shape[1], axis === 2 ? shape[2] >> 1 : shape[2]];
  const step = axis === 0 ? 1 : axis === 1 ? shape[0] : shape[0] * shape[1];
  const means = new Float64Array(samples.length >> 1);
  const differences = new Float64Array(samples.length >> 1);
  for (let base = 0, cell = 0; base < samples.length; base += 2 * step) {
    for (let voxel = base; voxel < base + step; voxel++, cell++) {
      const near = samples[voxel]!;
      const far = samples[voxel + step]!;
      means[cell] = (near + far) / 2;
      differences[cell] = (near - far) / 2;
    }
  }
  return [{ shape: half, samples: means }, { shape: half, samples: differences }];
}
