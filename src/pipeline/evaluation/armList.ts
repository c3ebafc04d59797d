import { ConcordError } from '../../core/errors.ts';
import { type FeatureArm, featureArms } from '../../validation/featureArms.ts';
import { type ArmId, armIds } from './arms/armCatalogue.ts';

/** Arms that can be asked for. `all` leaves `identity` out: it is `before` once more, at the price of an arm. */
export const offeredArms: readonly (ArmId | FeatureArm)[] = [...armIds, ...(Object.keys(featureArms) as FeatureArm[])];

/** `all`, or names separated by commas. @throws CONCORD_USAGE for an unknown name */
export function armList(text: string | undefined): readonly (ArmId | FeatureArm)[] {
  if (text === undefined || text === '') return [];
  const names = text === 'all' ? offeredArms.filter((arm) => arm !== 'identity') : text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(offeredArms as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ConcordError('CONCORD_USAGE', `--arms ${unknown} is not an arm; expected all, or some of ${offeredArms.join(', ')}.`);
  return [...new Set(names as readonly (ArmId | FeatureArm)[])];
}
