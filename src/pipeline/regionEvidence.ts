import type { Volume } from '../core/volume.ts';
import { regionQuantiles } from '../field/headRegions.ts';
import type { RegionMatches } from '../field/regionMatch.ts';
import { startCurve } from '../field/startCurve.ts';
import { tissueLook, withAmounts } from '../field/tissueLook.ts';
import { wasserstein1OfQuantiles } from '../metrics/wasserstein1.ts';
import type { StyleEvidence } from './changeStrength.ts';

/** Where a change starts from: this scan alone, or the cohort that it belongs to. */
export type SourceEvidence = StyleEvidence & Readonly<{ code: ArrayLike<number> }>;

/** The voxels that styles are compared on. */
export type HeadRegions = Readonly<{ brain: Uint8Array; outside: Uint8Array }>;

/** What one scan says of its own style; `tissue` tells the shares of each in its voxels, [4, voxels]. */
export function ownStyle(working: Volume<'model'>, { brain, outside }: HeadRegions, { code, tissue }: Readonly<{ code: Float32Array; tissue: Float32Array }>, count: number): SourceEvidence {
  const tissues = tissueLook(working, brain, tissue, count);
  return {
    code, tissues, quantiles: withAmounts(tissues.amounts, tissues), outsideQuantiles: regionQuantiles(working, outside, count),
    scans: 1, personSpread: null,
  };
}

/** The reference as it would be had its people the source's amounts of each tissue: what is left to tell them apart is the scanner. */
export function onSameBrain(reference: StyleEvidence, { tissues }: StyleEvidence): StyleEvidence {
  return { ...reference, quantiles: withAmounts(tissues.amounts, reference.tissues) };
}

/** The working grid before and after all of the diffused field, and the voxels of both regions. */
export type MovedScan = Readonly<{
  working: Volume<'model'>; moved: Volume<'model'>;
  regions: HeadRegions;
}>;

/** Equal weights, where nothing tells which of field and histogram errs less. */
const HALF_WAY = 0.5;

/**
 * How the field is led to the reference's histogram in each region. A cohort is taken to move as this scan does: its quantiles plus the scan's own
 * change. So people keep their places within it. In the brain, which every head shows alike, the histogram weighs at least half and as much as the field has left of the distance:
 * all of it where the field leads away. Outside, where heads differ by what the scan covers, it weighs half.
 */
export function matchRegions(from: StyleEvidence, reference: StyleEvidence, scan: MovedScan): RegionMatches {
  const brain = afterField(from.quantiles, scan, scan.regions.brain);
  const outside = from.outsideQuantiles && afterField(from.outsideQuantiles, scan, scan.regions.outside);
  return {
    brain: brain && { curve: startCurve(brain, reference.quantiles), weight: brainWeight(from.quantiles, brain, reference.quantiles) },
    outside: outside && reference.outsideQuantiles && { curve: startCurve(outside, reference.outsideQuantiles), weight: HALF_WAY },
  };
}

function brainWeight(before: ArrayLike<number>, after: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const distance = wasserstein1OfQuantiles(before, wanted);
  return distance === 0 ? HALF_WAY : Math.min(1, Math.max(HALF_WAY, wasserstein1OfQuantiles(after, wanted) / distance));
}

/** The quantiles after the field: before, plus the change of this scan's. Null where the scan shows too little of the region. */
function afterField(own: ArrayLike<number>, { working, moved }: MovedScan, mask: Uint8Array): Float64Array | null {
  const [before, after] = [regionQuantiles(working, mask, own.length), regionQuantiles(moved, mask, own.length)];
  // a change added to another distribution's quantiles need not rise everywhere
  return before && after && before.map((value, i) => own[i]! + after[i]! - value).sort();
}
