import { ConcordError } from '../../core/errors.ts';
import { type FeatureArm, featureArms, isFeatureArm } from '../../validation/featureArms.ts';
import { type ArmId, armIds } from './arms/armCatalogue.ts';
import { type CtArmId, ctArmIds } from './ct/ctArms.ts';

export type AnyArm = ArmId | CtArmId | FeatureArm;

/** Arms that can be asked for, of heads, of CT, of either. */
export const offeredArms: readonly AnyArm[] = [...new Set<AnyArm>([...armIds, ...ctArmIds, ...(Object.keys(featureArms) as FeatureArm[])])];

/** `all`, or names separated by commas. @throws CONCORD_USAGE for an unknown name */
export function armList(text: string | undefined): readonly AnyArm[] | 'all' {
  if (text === undefined || text === '') return [];
  if (text === 'all') return 'all';
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(offeredArms as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ConcordError('CONCORD_USAGE', `--arms ${unknown} is not an arm; expected all, or some of ${offeredArms.join(', ')}.`);
  return [...new Set(names as readonly AnyArm[])];
}

/** What was asked for, by what it is made of; `unsuited`: arms of the other modality. */
export type AskedArms = Readonly<{ heads: readonly ArmId[]; cts: readonly CtArmId[]; features: readonly FeatureArm[]; unsuited: readonly AnyArm[] }>;

/** `all` leaves `identity` out: it is `before` once more, at the price of an arm. */
export function askedArms(asked: readonly AnyArm[] | 'all', modality: 'MR' | 'CT'): AskedArms {
  const suited: readonly AnyArm[] = modality === 'CT' ? ctArmIds : armIds;
  const arms = asked === 'all' ? [...suited.filter((arm) => arm !== 'identity'), ...(Object.keys(featureArms) as FeatureArm[])] : asked;
  const images = arms.filter((arm) => suited.includes(arm));
  return {
    heads: modality === 'MR' ? (images as readonly ArmId[]) : [],
    cts: modality === 'CT' ? (images as readonly CtArmId[]) : [],
    features: arms.filter(isFeatureArm),
    unsuited: arms.filter((arm) => !suited.includes(arm) && !isFeatureArm(arm)),
  };
}
