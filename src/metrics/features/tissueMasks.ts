import type { Volume } from '../../core/volume.ts';
import { brainSamples, quantileSummary } from '../quantileSummary.ts';
import { fitTissueClasses, type TissueClass } from '../tissueClasses.ts';
import type { Tissues } from './featureEntry.ts';

/** Quantiles that stand for all voxels when the classes are fitted; the cohort's summaries use as many. */
const QUANTILES = 1024;

/**
 * The brain's voxels by their likeliest class of three: the middle and the bright one, in T1w grey and white matter.
 * From intensities alone, so a mask of what the scan shows, not a segmentation. Null where there are no three classes.
 */
export function tissueMasks(volume: Volume<'model'>, brain: Uint8Array): Tissues {
  const { samples } = volume;
  const values = brainSamples(volume, brain);
  if (values.length === 0) return null;
  const classes = fitTissueClasses(quantileSummary(values, QUANTILES));
  if (classes === undefined) return null;
  const [dark, middle, bright] = classes;
  const logOf = ({ mean, sd, weight }: TissueClass) => (value: number): number => Math.log(weight / sd) - (value - mean) ** 2 / (2 * sd * sd);
  const [asDark, asMiddle, asBright] = [logOf(dark), logOf(middle), logOf(bright)];
  const masks = { middle: new Uint8Array(brain.length), bright: new Uint8Array(brain.length) };
  for (let voxel = 0; voxel < brain.length; voxel++) {
    if (brain[voxel] !== 1) continue;
    const value = samples[voxel]!;
    const [d, m, b] = [asDark(value), asMiddle(value), asBright(value)];
    if (m > d && m >= b) masks.middle[voxel] = 1;
    else if (b > d && b > m) masks.bright[voxel] = 1;
  }
  return { classes, ...masks };
}
