import { createPatchPower } from './patchPower.ts';
import { pooledPatches } from './pooledPatches.ts';
import { BAND_COUNT, knotPosition } from './radialBands.ts';
import { createSmoother, smoothSlice } from '../core/sliceSmoothing.ts';

/** Patch edge and stride in pixels, and what makes a patch flat soft tissue (after a Gaussian of 4 px). */
const PATCH = 32;
const STRIDE = 16;
const SMOOTH_PX = 4;
const FLAT_HU = [-50, 150] as const;
const FLAT_SD = 25;

/** Noise power of bands 1 … 12 in HU², white noise of variance s² giving s², and the number of flat patches it is the mean of. */
export type NoisePower = Readonly<{ nps: Float64Array; patches: number }>;

/** From so many flat patches on their noise power says something. */
export const ENOUGH_PATCHES = 30;

/** Collects the flat patches of slices as they are shown; a few planes of memory. */
export type NoiseMeter = Readonly<{ add: (hu: Float32Array) => void; result: () => NoisePower }>;

/**
 * The noise power spectrum of flat soft tissue: 32-pixel patches under a Hann window, minus the mean of their smoothed
 * values, whose smoothed values all lie in (−50, 150) HU with an SD below 25. Slices with padding read as air.
 *
 * Source: Siewerdsen, Cunningham & Jaffray 2002 (NPS from an ensemble of regions).
 */
export function createNoiseMeter([ni, nj]: readonly [number, number], spacing: readonly [number, number]): NoiseMeter {
  const smoother = createSmoother([ni, nj], [SMOOTH_PX, SMOOTH_PX], 4);
  const smoothed = new Float32Array(ni * nj);
  const hann = Float64Array.from({ length: PATCH }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (PATCH - 1)));
  const measure = createPatchPower([hann, hann], [PATCH, PATCH]);
  const [patch, spectrum, power] = [new Float64Array(PATCH * PATCH), new Float64Array(PATCH * PATCH), new Float64Array(PATCH * PATCH)];
  let patches = 0;
  return {
    add: (hu) => {
      smoothSlice(smoother, hu, smoothed);
      for (let j = 0; j + PATCH <= nj; j += STRIDE) {
        for (let i = 0; i + PATCH <= ni; i += STRIDE) {
          const mean = flatMean(smoothed, j * ni + i, ni);
          if (mean === undefined) continue;
          for (let y = 0; y < PATCH; y++) for (let x = 0; x < PATCH; x++) patch[y * PATCH + x] = hu[(j + y) * ni + i + x]! - mean;
          measure(patch, spectrum);
          for (let n = 0; n < power.length; n++) power[n]! += spectrum[n]!;
          patches++;
        }
      }
    },
    result: () => ({ nps: perBand(power.map((sum) => sum / Math.max(patches, 1)), spacing), patches }),
  };
}

/** What several scans of one scanner show together. At least one scan. */
export function pooledNoise(scans: readonly NoisePower[]): NoisePower {
  const { values, patches } = pooledPatches(scans.map(({ nps, patches: count }) => ({ values: nps, patches: count })), ENOUGH_PATCHES);
  return { nps: values, patches };
}

/** Mean of the smoothed patch at `first`, or undefined where it is not flat soft tissue. */
function flatMean(smoothed: Float32Array, first: number, width: number): number | undefined {
  let [sum, squares] = [0, 0];
  for (let y = 0; y < PATCH; y++) {
    for (let n = first + y * width, end = n + PATCH; n < end; n++) {
      const value = smoothed[n]!;
      if (!(value > FLAT_HU[0] && value < FLAT_HU[1])) return undefined;
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / PATCH ** 2;
  return Math.sqrt(Math.max(0, squares / PATCH ** 2 - mean * mean)) < FLAT_SD ? mean : undefined;
}

/** Means over the hats of bands 1 … 12; bands that a patch does not sample repeat the last one that it does. */
function perBand(power: Float64Array, [si, sj]: readonly [number, number]): Float64Array {
  const sums = new Float64Array(BAND_COUNT + 1);
  const areas = new Float64Array(BAND_COUNT + 1);
  const cycles = (n: number, spacing: number): number => Math.min(n, PATCH - n) / (PATCH * spacing);
  for (let y = 0; y < PATCH; y++) {
    for (let x = 0; x < PATCH; x++) {
      const position = knotPosition(Math.hypot(cycles(x, si), cycles(y, sj)));
      const knot = Math.min(Math.floor(position), BAND_COUNT - 1);
      for (const [band, share] of [[knot, 1 - (position - knot)], [knot + 1, position - knot]] as const) {
        sums[band]! += share * power[y * PATCH + x]!;
        areas[band]! += share;
      }
    }
  }
  const last = areas.findLastIndex((area, band) => band > 0 && area > 0.5);
  return Float64Array.from({ length: BAND_COUNT }, (_, b) => {
    const band = Math.max(1, Math.min(b + 1, last));
    return sums[band]! / Math.max(areas[band]!, 1e-9);
  });
}
