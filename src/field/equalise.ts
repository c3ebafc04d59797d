import type { Volume } from '../core/volume.ts';
import { brainQuantiles, evaluateCurve, startCurve, styleProbabilities } from './startCurve.ts';

/** Where equalised intensities end; the brain's own end at 1. */
const CEILING = 1.5;

/**
 * Each intensity as its probability among the brain's: free of any rising tone curve, so a network that looks for tissue need not know them. 0 out of view.
 * `ellipsoid` marks the brain ellipsoid; `count` quantiles make the curve.
 *
 * Source: histogram equalization (Gonzalez & Woods 2018, eq. 3-15), of the brain's histogram.
 *
 * @throws NO_HEAD when no voxel of the ellipsoid is brighter than the brain floor
 */
export function equalise(working: Volume<'model'>, inView: Uint8Array, ellipsoid: Uint8Array, count: number): Float32Array {
  const curve = startCurve(brainQuantiles(working, ellipsoid, count), styleProbabilities(count));
  return working.samples.map((value, voxel) => (inView[voxel] === 1 ? Math.min(evaluateCurve(curve, value), CEILING) : 0));
}
