import type { HeadShrinkage } from '../config/manifest.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { styleProbabilities } from '../field/startCurve.ts';

/** Shares of the model's change that are applied: 0 leaves the scan alone, 1 applies all of it. */
export type ChangeStrength = NonNullable<ScanRecord['changeStrength']>;

/** One region of the working grid: its voxels before and after all of the change, and the reference's quantiles there. */
export type RegionEvidence = Readonly<{
  working: Volume<'model'>;
  restyled: Volume<'model'>;
  /** 1 where the voxel counts. */
  mask: Uint8Array;
  /** At equally spaced probabilities from 0.005 to 0.995, model units; null when the reference has none there. */
  reference: readonly number[] | null;
}>;

const STEPS = 10;

/**
 * How much of the change to apply: the change must prove itself. In each region the largest share is taken that brings the histogram nearer to the
 * reference's by the calibrated margin and by the calibrated part of the distance; when no share does, the region is left alone. So a
 * scan in its own style does not change, and a model that errs is not followed. Without a calibration all of the change is applied.
 *
 * Source: shrinkage to the identity (Efron & Morris 1973); both limits are fitted on simulated scanners that training never saw (models/recipe/calibrate.py).
 */
export function changeStrength(regions: Readonly<{ brain: RegionEvidence; outside: RegionEvidence }>, limits: HeadShrinkage | undefined): ChangeStrength {
  if (limits === undefined) return { outside: 1, brain: 1 };
  return { outside: provenShare(regions.outside, limits.outside), brain: provenShare(regions.brain, limits.brain) };
}

function provenShare(evidence: RegionEvidence, { margin, reduction }: HeadShrinkage['brain']): number {
  const distances = distancesToReference(evidence);
  const before = distances[0] ?? 0;
  for (let step = STEPS; step > 0; step--) {
    const after = distances[step] ?? Infinity;
    if (after <= before - margin && after <= before * (1 - reduction)) return step / STEPS;
  }
  return 0;
}

/** W1 from the region's quantiles to the reference's with 0, 0.1 … 1 of the change applied, model units; nothing where either has no voxels. */
function distancesToReference({ working, restyled, mask, reference }: RegionEvidence): number[] {
  const inside: number[] = [];
  for (let n = 0; n < mask.length; n++) if (mask[n] === 1) inside.push(n);
  if (reference === null || inside.length === 0) return [];
  const probabilities = styleProbabilities(reference.length);
  const moved = new Float32Array(inside.length);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const share = step / STEPS;
    inside.forEach((voxel, n) => {
      moved[n] = working.samples[voxel]! + share * (restyled.samples[voxel]! - working.samples[voxel]!);
    });
    const own = quantiles(moved, probabilities);
    return own.reduce((sum, value, i) => sum + Math.abs(value - reference[i]!), 0) / reference.length;
  });
}

/** One share a cell, [Z, Y, X]: `brainShare` of each cell moves with the brain, the rest with what lies outside. */
export function strengthByCell({ outside, brain }: ChangeStrength, brainShare: Float32Array): Float32Array {
  return brainShare.map((share) => outside + (brain - outside) * share);
}
