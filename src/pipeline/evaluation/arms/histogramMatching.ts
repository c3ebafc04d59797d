import { applyCurve } from '../../../field/startCurve.ts';
import type { Volume } from '../../../core/volume.ts';

/** Keeps the nodes apart where many voxels share one value; far below any scan's noise. */
const LEAST_STEP = 1e-6;

/**
 * The monotone curve that carries one set of quantiles to another: linear between them, from 0 to 0 below the first and
 * of slope 1 beyond the last. Everything outside the quantiles' mask follows the same curve.
 *
 * Source: Gonzalez & Woods 2008, §3.3, with quantiles in place of all grey levels.
 */
export function histogramMatching(from: Float64Array, to: Float64Array): (volume: Volume<'model'>) => Volume<'model'> {
  const x = new Float64Array(from.length + 1);
  const y = new Float64Array(to.length + 1);
  for (let i = 0; i < from.length; i++) {
    x[i + 1] = Math.max(from[i]!, x[i]! + LEAST_STEP);
    y[i + 1] = to[i]!;
  }
  return (volume) => applyCurve({ x, y }, volume);
}
