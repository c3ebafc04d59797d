import type { NoiseChange } from '../field/doseChange.ts';
import type { NoisePower } from '../field/noisePower.ts';
import { BAND_COUNT } from '../field/radialBands.ts';
import { GUIDE_MM } from '../field/structureEstimate.ts';
import { directionBetween, fewPatches, noiseGains } from './doseDirection.ts';
import type { DoseDirection } from './doseDirection.ts';
import { filteredVariance, smoothedSd } from './noiseScale.ts';

/**
 * `auto`: where both scans have `leastPatches` flat patches, their noise under the gain field differs by `leastChange` in level or more, and its spectra by
 * `largestShape` at most (doseDirection.ts): beyond, the kernels still differ. `off`: never. `highestEnergy` as in NoiseChange.
 */
export type DoseLimits = Readonly<{ mode: 'auto' | 'off'; leastChange: number; largestShape: number; leastPatches: number; highestEnergy: number }>;

/** Whether doses are brought together and why, in words for the record and the report. `gains`: what the field's are multiplied by where there is nothing but noise. */
export type DoseChoice = Readonly<{ reason: string; direction: DoseDirection | null; gains: Float64Array | null; change: NoiseChange | null }>;

/** The lowest bands hold faint structures more than noise. */
const LOCK = [0, 0.5] as const;

/** @param given.fieldGains what the gain field does to soft tissue, bands 1 … 12; @param given.spacing mm along I and J */
export function chooseDose(
  limits: DoseLimits,
  given: Readonly<{
    source: NoisePower; reference: Readonly<{ nps: ArrayLike<number>; patches: number }>; fieldGains: ArrayLike<number>;
    bounds: Readonly<{ minGain: number; maxGain: number }>; spacing: readonly [number, number];
  }>,
): DoseChoice {
  const { source, reference, fieldGains, bounds, spacing } = given;
  if (limits.mode === 'off') return left('switched off in the protocol', null);
  const started = source.nps.map((power, b) => power * fieldGains[b]! ** 2);
  const direction = directionBetween({ ...source, nps: started }, reference, limits.leastPatches, spacing);
  if (direction === null) return left(fewPatches(source, reference), null);
  if (direction.shape > limits.largestShape) return left('the noise differs by more than a dose', direction);
  if (Math.abs(Math.log(direction.level)) < Math.log1p(limits.leastChange)) return left('the noise is like the reference’s, as parts of one scan are', direction);
  const wanted = noiseGains(started, reference.nps, bounds, LOCK);
  const added = Float64Array.from({ length: BAND_COUNT }, (_, b) => Math.min(Math.max(fieldGains[b]! * wanted[b]!, bounds.minGain), bounds.maxGain) - fieldGains[b]!);
  return {
    reason: `under a like kernel the reference has ${direction.level < 1 ? 'less' : 'more'} noise`, direction, gains: wanted,
    change: {
      response: Float64Array.of(0, ...added), variance: filteredVariance(source.nps, added, spacing), grain: smoothedSd(source.nps, GUIDE_MM, spacing),
      highestEnergy: limits.highestEnergy,
    },
  };
}

function left(reason: string, direction: DoseDirection | null): DoseChoice {
  return { reason, direction, gains: null, change: null };
}
