import type { NoisePower } from '../field/noisePower.ts';
import { directionBetween, fewPatches } from './doseDirection.ts';
import type { DoseDirection } from './doseDirection.ts';

/** `auto`: for doses, within the limits; `on`: wherever it can run; `off`: never. */
export type DetailMode = 'auto' | 'on' | 'off';

/**
 * `auto` runs up to `highestLevel` (noise SD of the reference over the source's) and `largestShape` (doseDirection.ts). Either scan must have `leastPatches` flat
 * patches: spectra of few mislead (validation/studies/ct-kernel).
 */
export type DetailLimits = Readonly<{ mode: DetailMode; highestLevel: number; largestShape: number; leastPatches: number }>;

/** Whether the stage runs and why, in words for the record and the report; the direction is null without enough flat patches. */
export type DetailChoice = Readonly<{ runs: boolean; reason: string; direction: DoseDirection | null }>;

export function chooseDetail(
  limits: DetailLimits, given: Readonly<{ hasNetwork: boolean; source: NoisePower; reference: Readonly<{ nps: ArrayLike<number>; patches: number }>; spacing: readonly [number, number] }>,
): DetailChoice {
  const { source, reference, spacing } = given;
  const direction = directionBetween(source, reference, limits.leastPatches, spacing);
  const no = (reason: string): DetailChoice => ({ runs: false, reason, direction });
  if (limits.mode === 'off') return no('switched off in the protocol');
  if (!given.hasNetwork) return no('the bundle holds no detail network');
  if (direction === null) return no(fewPatches(source, reference));
  if (limits.mode === 'on') return { runs: true, reason: 'switched on in the protocol', direction };
  if (direction.shape > limits.largestShape) return no('scan and reference differ in kernel: the gain field alone');
  if (direction.level > limits.highestLevel) return no('the reference is hardly less noisy than the scan');
  return { runs: true, reason: 'the reference has the grain of a higher dose under a like kernel', direction };
}
