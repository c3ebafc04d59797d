import type { Volume } from '../core/volume.ts';
import { regionQuantiles } from '../field/headRegions.ts';
import type { RegionCurves } from '../field/regionMatch.ts';
import { brainQuantiles, startCurve } from '../field/startCurve.ts';
import type { ToneCurve } from '../field/startCurve.ts';
import type { StyleEvidence } from './changeStrength.ts';

/** Where a change starts from: this scan alone, or the cohort that it belongs to. */
export type SourceEvidence = StyleEvidence & Readonly<{ code: ArrayLike<number> }>;

/** What one scan says of its own style. */
export function ownStyle(working: Volume<'model'>, ellipsoid: Uint8Array, outside: Uint8Array, code: Float32Array, count: number): SourceEvidence {
  return {
    code, quantiles: brainQuantiles(working, ellipsoid, count), outsideQuantiles: regionQuantiles(working, outside, count),
    scans: 1, personSpread: null,
  };
}

/** The working grid before and after all of the diffused field, and the voxels of both regions. */
export type MovedScan = Readonly<{
  working: Volume<'model'>; moved: Volume<'model'>;
  regions: Readonly<{ brain: Uint8Array; outside: Uint8Array }>;
}>;

/**
 * From the intensities that the field gives to the reference's, in each region. A cohort is taken to move as this scan does: its quantiles plus the scan's own
 * change. So people keep their places within it.
 */
export function regionCurves(from: StyleEvidence, reference: StyleEvidence, { working, moved, regions }: MovedScan): RegionCurves {
  const curve = (own: ArrayLike<number> | null, wanted: ArrayLike<number> | null, mask: Uint8Array): ToneCurve | null => {
    if (own === null || wanted === null) return null;
    const [before, after] = [regionQuantiles(working, mask, own.length), regionQuantiles(moved, mask, own.length)];
    if (before === null || after === null) return null;
    // a change added to another distribution's quantiles need not rise everywhere
    return startCurve(before.map((value, i) => own[i]! + after[i]! - value).sort(), wanted);
  };
  return {
    brain: curve(from.quantiles, reference.quantiles, regions.brain),
    outside: curve(from.outsideQuantiles, reference.outsideQuantiles, regions.outside),
  };
}
