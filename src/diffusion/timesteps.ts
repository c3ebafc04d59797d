import { ConcordError } from '../core/errors.ts';
import { CLEAN } from './noiseSchedule.ts';

/**
 * The steps of one sampling: [from, to] pairs through `timesteps`, noisiest first, ending clean.
 *
 * @throws CONCORD_SCHEDULE_ORDER unless timesteps are integers in [0, trainTimesteps), each earlier than the one before
 */
export function denoisingSteps(timesteps: readonly number[], trainTimesteps: number): readonly (readonly [number, number])[] {
  const isInRange = (t: number): boolean => Number.isInteger(t) && t >= 0 && t < trainTimesteps;
  const isOrdered = timesteps.every((t, i) => i === 0 || t < timesteps[i - 1]!);
  if (timesteps.length === 0 || !timesteps.every(isInRange) || !isOrdered) {
    throw new ConcordError(
      'CONCORD_SCHEDULE_ORDER',
      `Timesteps must fall strictly within 0 … ${trainTimesteps - 1}, got [${timesteps.join(', ')}].`,
    );
  }
  return timesteps.map((from, i) => [from, timesteps[i + 1] ?? CLEAN] as const);
}
