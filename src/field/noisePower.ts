import { createFourier } from './fourier.ts';
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
  const spectrum = createPatchSpectrum(ni);
  const power = new Float64Array(PATCH * PATCH);
  let patches = 0;
  return {
    add: (hu) => {
      smoothSlice(smoother, hu, smoothed);
      for (let j = 0; j + PATCH <= nj; j += STRIDE) {
        for (let i = 0; i + PATCH <= ni; i += STRIDE) {
          const mean = flatMean(smoothed, j * ni + i, ni);
          if (mean === undefined) continue;
          spectrum(hu, j * ni + i, mean, power);
          patches++;
        }
      }
    },
    result: () => ({ nps: perBand(power.map((sum) => sum / Math.max(patches, 1)), spacing), patches }),
  };
}

/** What several scans of one scanner show together: the mean over those with patches enough, and the sum of theirs; the first of them where none has. At least one scan. */
export function pooledNoise(scans: readonly NoisePower[]): NoisePower {
  const good = scans.filter(({ patches }) => patches >= ENOUGH_PATCHES);
  if (good.length === 0) return scans[0]!;
  return {
    nps: Float64Array.from({ length: BAND_COUNT }, (_, b) => good.reduce((sum, { nps }) => sum + nps[b]!, 0) / good.length),
    patches: good.reduce((sum, { patches }) => sum + patches, 0),
  };
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

/** Adds |FFT|² / Σ hann² of one patch to `power`. */
function createPatchSpectrum(width: number): (hu: Float32Array, first: number, mean: number, power: Float64Array) => void {
  const { transform } = createFourier(PATCH);
  const hann = Float64Array.from({ length: PATCH }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (PATCH - 1)));
  const norm = hann.reduce((sum, weight) => sum + weight * weight, 0) ** 2;
  const [line, lineOut] = [new Float64Array(2 * PATCH), new Float64Array(2 * PATCH)];
  const rows = new Float64Array(2 * PATCH * PATCH);
  return (hu, first, mean, power) => {
    for (let y = 0; y < PATCH; y++) {
      for (let x = 0; x < PATCH; x++) {
        line[2 * x] = hann[y]! * hann[x]! * (hu[first + y * width + x]! - mean);
        line[2 * x + 1] = 0;
      }
      transform(lineOut, line);
      rows.set(lineOut, 2 * y * PATCH);
    }
    for (let x = 0; x < PATCH; x++) {
      for (let y = 0; y < PATCH; y++) {
        line[2 * y] = rows[2 * (y * PATCH + x)]!;
        line[2 * y + 1] = rows[2 * (y * PATCH + x) + 1]!;
      }
      transform(lineOut, line);
      for (let y = 0; y < PATCH; y++) power[y * PATCH + x]! += (lineOut[2 * y]! ** 2 + lineOut[2 * y + 1]! ** 2) / norm;
    }
  };
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
