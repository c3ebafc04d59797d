import type { TissueLook } from '../field/tissueLook.ts';
import { wasserstein1OfQuantiles } from '../metrics/wasserstein1.ts';

/**
 * How differently two scanners show the tissues: mean over the first brain's voxels of W1 between the same tissue's intensities, model scale.
 * What one tissue gains and another loses does not cancel, as it may in one histogram.
 */
export function tissueDistance(own: TissueLook, other: TissueLook): number {
  return own.quantiles.reduce((sum, quantiles, kind) => sum + own.amounts[kind]! * wasserstein1OfQuantiles(quantiles, other.quantiles[kind]!), 0);
}
