import { BAND_COUNT } from '../field/radialBands.ts';
import { noiseSd } from './noiseScale.ts';

/** Reference against source: the noise SD's ratio, and how far both noise power spectra are from one shape. */
export type DoseDirection = Readonly<{ level: number; shape: number }>;

/** Bands from here on speak of noise alone: below, flat patches hold anatomy. */
const FIRST_BAND = 4;
const LEAST_POWER = 1e-9;
/** Pulls the lowest two gains to 1, as anatomy in the patches misleads them. */
const LOCK: NoiseLock = [0.3, 0.9];

/**
 * A dose changes the level of a noise power spectrum, a kernel its shape: the SD over bands 4 … 12 of half the log ratio. Spectra of
 * flat patches in HU², bands 1 … 12; spacing in mm.
 */
export function doseDirection(source: ArrayLike<number>, reference: ArrayLike<number>, spacing: readonly [number, number]): DoseDirection {
  const logs = Array.from({ length: BAND_COUNT - FIRST_BAND + 1 }, (_, n) => {
    const band = n + FIRST_BAND - 1;
    return 0.5 * Math.log(Math.max(reference[band]!, LEAST_POWER) / Math.max(source[band]!, LEAST_POWER));
  });
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const shape = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
  return { level: noiseSd(reference, spacing) / Math.max(noiseSd(source, spacing), LEAST_POWER), shape };
}

/** Noise power of bands 1 … 12 in flat tissue, HU², and the patches it rests on. */
type FlatNoise = Readonly<{ nps: ArrayLike<number>; patches: number }>;

/** The direction between two scans; null where either shows fewer flat patches than `least`. */
export function directionBetween(source: FlatNoise, reference: FlatNoise, least: number, spacing: readonly [number, number]): DoseDirection | null {
  return Math.min(source.patches, reference.patches) < least ? null : doseDirection(source.nps, reference.nps, spacing);
}

/** Why there is no direction, in words for the record and the report. */
export function fewPatches(source: FlatNoise, reference: FlatNoise): string {
  return `too little flat soft tissue: ${source.patches} patches in the scan, ${reference.patches} in the reference`;
}

/** Shares of the change of the two lowest bands. */
export type NoiseLock = readonly [number, number];

/** Gains of bands 1 … 12 that give the source the reference's noise power: the right grain, and edges as wrong as the doses differ. The lowest two lead from 1 to the third. */
export function noiseGains(source: ArrayLike<number>, reference: ArrayLike<number>, bounds: Readonly<{ minGain: number; maxGain: number }>, lock = LOCK): Float64Array {
  const gains = Float64Array.from({ length: BAND_COUNT }, (_, b) => 1 + (lock[b] ?? 1) * (Math.sqrt(reference[b]! / Math.max(source[b]!, LEAST_POWER)) - 1));
  for (const b of [1, 0]) gains[b] = Math.min(Math.max(gains[b]!, Math.min(1, gains[b + 1]!)), Math.max(1, gains[b + 1]!));
  return gains.map((gain) => Math.min(Math.max(gain, bounds.minGain), bounds.maxGain));
}
