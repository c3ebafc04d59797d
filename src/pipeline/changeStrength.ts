import type { HeadShrinkage } from '../config/manifest.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { BRAIN_FLOOR } from '../preprocess/conform.ts';
import { shrinkageAt } from './shrinkage.ts';

/** Shares of the model's change that are applied: 0 leaves the scan alone, 1 applies all of it. */
export type ChangeStrength = NonNullable<ScanRecord['changeStrength']>;

export type StrengthEvidence = Readonly<{
  /** Distance of the two codes as with one reference scan (comparableDistance). */
  codeDistance: number;
  /** Working grid: before, and with all of the change. */
  working: Volume<'model'>;
  restyled: Volume<'model'>;
  /** Where the brain's quantiles are taken. */
  brain: Uint8Array;
  /** The reference's brain quantiles at equally spaced probabilities from 0.005 to 0.995. */
  referenceQuantiles: readonly number[];
}>;

const STEPS = 10;

/**
 * How much of the change to apply. Both shares grow with the distance of the styles, by the bundle's calibration. Inside the brain the change must
 * also prove itself: only as much is applied as brings the brain's histogram nearer to the reference's by the calibrated
 * margin, and nothing when no share does. Without a calibration all of the change is applied.
 *
 * Source: shrinkage to the identity as an empirical-Bayes estimate (Efron & Morris 1973), its strength fitted on unseen simulated scanners.
 */
export function changeStrength(evidence: StrengthEvidence, table: HeadShrinkage | undefined): ChangeStrength {
  if (table === undefined) return { outside: 1, brain: 1 };
  const { codeDistance } = table;
  const limit = shrinkageAt(evidence.codeDistance, { codeDistance, lambda: table.brain });
  return {
    outside: shrinkageAt(evidence.codeDistance, { codeDistance, lambda: table.outside }),
    brain: largestUsefulShare(brainDistances(evidence), limit, table.margin),
  };
}

/** W1 from the brain's quantiles to the reference's with 0, 0.1 … 1 of the change applied, model units. */
function brainDistances({ working, restyled, brain, referenceQuantiles }: StrengthEvidence): number[] {
  const inside: number[] = [];
  for (let n = 0; n < brain.length; n++) if (brain[n] === 1 && working.samples[n]! > BRAIN_FLOOR) inside.push(n);
  const count = referenceQuantiles.length;
  const probabilities = referenceQuantiles.map((_, i) => 0.005 + (0.99 * i) / (count - 1));
  const moved = new Float32Array(inside.length);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const share = step / STEPS;
    inside.forEach((voxel, n) => {
      moved[n] = working.samples[voxel]! + share * (restyled.samples[voxel]! - working.samples[voxel]!);
    });
    const own = quantiles(moved, probabilities);
    return own.reduce((sum, value, i) => sum + Math.abs(value - referenceQuantiles[i]!), 0) / count;
  });
}

function largestUsefulShare(distances: readonly number[], limit: number, margin: number): number {
  for (let step = STEPS; step > 0; step--) {
    if (step / STEPS <= limit + 1e-9 && distances[step]! <= distances[0]! - margin) return step / STEPS;
  }
  return 0;
}

/** One share a cell, [Z, Y, X]: `brainShare` of each cell moves with the brain, the rest with what lies outside. */
export function strengthByCell({ outside, brain }: ChangeStrength, brainShare: Float32Array): Float32Array {
  return brainShare.map((share) => outside + (brain - outside) * share);
}
