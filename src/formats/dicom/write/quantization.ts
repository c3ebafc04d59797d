import { ScanRefusal } from '../../../core/issues.ts';
import type { ReadSlice } from '../readSlices.ts';
import { MR_IMAGE_STORAGE } from '../sopClasses.ts';
import { storedRange } from './storedRange.ts';
import type { Quantization } from './storeSlice.ts';

/** How a whole series is stored. Without its rescale pairs the stored values are the signal itself. */
export type SeriesQuantization = Readonly<{ keepsRescale: boolean; factor: number }>;

/** Bright fat lies at about twice the brain, so the brain may reach this share of the range. */
const BRIGHT_HEADROOM = 3;
/** Fewer steps between nothing and brain would show, and round the harmonization away. */
const FEWEST_STEPS = 100;

/**
 * CT is in Hounsfield units and goes back through its rescale pair as it is (dicom.md D-19). MR signal has no unit: the
 * reference's scale is kept where the source's form can hold it, through the source's rescale pair if it has one; where
 * it cannot, the pair is dropped and the signal multiplied by a power of ten (D-20, D-22). That factor depends on the
 * reference and the form alone, so that scans brought to one reference in one form stay comparable.
 *
 * @param typicalSignal a value that most tissue stays around, in the volume's unit; undefined: the volume is on the
 * source's own scale
 * @throws ScanRefusal QC_FAIL when no power of ten fits
 */
export function quantizationOf(slices: readonly ReadSlice[], typicalSignal: number | undefined): SeriesQuantization {
  const asSource: SeriesQuantization = { keepsRescale: true, factor: 1 };
  if (typicalSignal === undefined || slices[0]!.sopClassUid !== MR_IMAGE_STORAGE) return asSource;
  const [, highest] = storedRange(slices[0]!.pixels);
  const most = highest / BRIGHT_HEADROOM;
  const fewest = Math.min(FEWEST_STEPS, most / 10);
  const fits = (stored: number): boolean => stored >= fewest && stored <= most;
  const throughPairs = slices.every(({ rescaleSlope = 1, rescaleIntercept = 0 }) =>
    fits((typicalSignal - rescaleIntercept) / rescaleSlope));
  if (throughPairs) return asSource;
  const exponent = Math.floor(Math.log10(most / typicalSignal));
  if (!Number.isFinite(exponent)) throw new ScanRefusal('QC_FAIL', 'the harmonized signal cannot be stored in the source’s pixel form');
  return { keepsRescale: false, factor: fits(typicalSignal) ? 1 : 10 ** exponent };
}

export function sliceQuantization(slice: ReadSlice, { keepsRescale, factor }: SeriesQuantization): Quantization {
  if (!keepsRescale) return { slope: 1, intercept: 0, factor };
  return { slope: slice.rescaleSlope ?? 1, intercept: slice.rescaleIntercept ?? 0, factor };
}
