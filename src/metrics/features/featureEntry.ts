import type { FeatureDefinition } from '../../core/featureTable.ts';
import type { Volume } from '../../core/volume.ts';
import type { TissueClasses } from '../tissueClasses.ts';

/** What a feature is, for docs, report and tests; nobody repeats it. */
export type FeatureEntry = FeatureDefinition &
  Readonly<{
    name: string;
    unit: string;
    formula: string;
    source: string;
    /** Why a scan may have no such value: the only reason there can be. */
    absent?: 'NO_TISSUE_CLASSES' | 'NO_BACKGROUND' | 'FLAT' | 'NO_TISSUE' | 'NO_LUNG' | 'FEW_FLAT_PATCHES' | 'NO_SKIN';
  }>;

/** A scan on the working grid and the brain scale, with its masks on that grid. */
export type FeatureScan = Readonly<{
  working: Volume<'model'>;
  /** 1 inside the brain; 1 inside the head; 1 where the scan's field of view is. */
  brain: Uint8Array;
  head: Uint8Array;
  inView: Uint8Array;
}>;

/** What several groups look at, made once a scan; null where the brain does not hold three classes. */
export type Tissues = Readonly<{ classes: TissueClasses; middle: Uint8Array; bright: Uint8Array }> | null;

/**
 * Features that are computed together. `measure` gets the scan cropped to its brain or whole, as `looksAt` says, with
 * the tissues on the same grid, and gives one number per entry, in order; NaN where there is none.
 */
export type FeatureGroup = Readonly<{
  looksAt: 'brain box' | 'whole scan';
  /** Sees no intensity: another volume under the same masks has the same values. */
  fromMasksAlone?: true;
  entries: readonly FeatureEntry[];
  measure: (scan: FeatureScan, tissues: Tissues) => ArrayLike<number>;
}>;

export const BRAIN_SCALE = 'brain scale';
export const IBSI_SOURCE = 'IBSI reference manual (arXiv 1612.07003; Zwanenburg et al. 2020)';

/** No values at all: a group whose mask or classes are missing. */
export function noValues(count: number): Float64Array {
  return new Float64Array(count).fill(NaN);
}
