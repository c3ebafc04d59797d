import type { HeadCalibration } from '../config/manifest.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import type { TissueLook } from '../field/tissueLook.ts';
import { wasserstein1OfQuantiles } from '../metrics/wasserstein1.ts';
import { tissueDistance } from '../style/tissueDistance.ts';

/** Shares of the change that are applied: 0 leaves the scan alone, 1 applies all of it. */
export type ChangeStrength = NonNullable<ScanRecord['changeStrength']>;

/** What one side of a comparison shows of its style: one scan, or the mean of a cohort. */
export type StyleEvidence = Readonly<{
  /** Brain, and upper head outside of it (null: nothing there), at equally spaced probabilities; model scale. */
  quantiles: ArrayLike<number>;
  /** The brain taken apart by tissue. */
  tissues: TissueLook;
  outsideQuantiles: ArrayLike<number> | null;
  scans: number;
  /** How far one person lies from the mean of the cohort (RMS of W1, n − 1); null when one scan cannot tell. */
  personSpread: Readonly<{ brain: number; outside: number | null }> | null;
}>;

type Region = 'brain' | 'outside';

/**
 * How much of the change to apply: in each region λ = max(0, 1 − (m/D)⁴). D is the distance of both styles, tissue by tissue in the brain and of the histograms (W1) outside of it, m the distance that
 * people alone would leave between them, m² = d²·(1/n_source + 1/n_reference). So two scans of one scanner stay as they are, and cohorts may act on a difference
 * that one scan could not tell from anatomy. d², the variance of a person's histogram, is the calibrated one updated with what both
 * cohorts show of it. Without a calibration all of the change is applied.
 *
 * Source: positive-part James–Stein shrinkage (Efron & Morris 1973, eq. 1.4 and sec. 3) with the fourth power in place of the second (docs/decisions/0014: scanners differ not at all or
 * by much, so what lies well beyond chance needs no pulling), scaled inverse-chi-square update of d² (Gelman et al. 2013, sec. 2.6).
 */
export function changeStrength(source: StyleEvidence, reference: StyleEvidence, prior: HeadCalibration['personSpread']): ChangeStrength {
  if (prior === undefined) return { outside: 1, brain: 1 };
  const share = (region: Region): number => {
    const distance = region === 'brain' ? tissueDistance(source.tissues, reference.tissues) : outsideDistance(source, reference);
    const byChance = personVariance(region, [source, reference], prior) * (1 / source.scans + 1 / reference.scans);
    return distance ** 2 > byChance ? 1 - (byChance / distance ** 2) ** 2 : 0;
  };
  return { outside: share('outside'), brain: share('brain') };
}

/** Variance of one person's histogram about the scanner's mean: the calibrated one counts as `prior.people` degrees of freedom. */
function personVariance(region: Region, sides: readonly StyleEvidence[], prior: NonNullable<HeadCalibration['personSpread']>): number {
  let squares = prior.people * prior[region] ** 2;
  let freedom = prior.people;
  for (const { scans, personSpread } of sides) {
    const spread = personSpread?.[region] ?? null;
    if (spread === null) continue;
    squares += (scans - 1) * spread ** 2;
    freedom += scans - 1;
  }
  return squares / freedom;
}

/** W1 of both histograms outside the brain; 0 where one side shows nothing of it. */
function outsideDistance({ outsideQuantiles: own }: StyleEvidence, { outsideQuantiles: other }: StyleEvidence): number {
  return own === null || other === null ? 0 : wasserstein1OfQuantiles(own, other);
}

/** One share a cell, [Z, Y, X]: `brainShare` of each cell moves with the brain, the rest with what lies outside. */
export function strengthByCell({ outside, brain }: ChangeStrength, brainShare: Float32Array): Float32Array {
  return brainShare.map((share) => outside + (brain - outside) * share);
}
