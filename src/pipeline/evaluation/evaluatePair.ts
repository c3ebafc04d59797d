import { finiteOrNull } from '../../core/moments.ts';
import type { Volume } from '../../core/volume.ts';
import { displacement } from '../../metrics/displacement.ts';
import { gradientCorrelation } from '../../metrics/gradientCorrelation.ts';
import { mae } from '../../metrics/mae.ts';
import { psnr } from '../../metrics/psnr.ts';
import { conformAlone, conformLike, nativeHead } from './conformPair.ts';
import { isOneGrid } from './onGrid.ts';
import { scanFeatures, type ScanFeatures, type WorkingScan } from './scanFeatures.ts';

/** The scans of one pair as read: scanner intensities, own grids. */
export type PairVolumes = Readonly<{ before: Volume<'scanner'>; after: Volume<'scanner'>; truth: Volume<'scanner'> | null }>;

export type PairFeatures = Readonly<{
  before: ScanFeatures;
  after: ScanFeatures;
  /** Before against after, of heads: edges and shift on the native grid, the others on the working grid; of CT all on the native grid. Null where the grids differ. */
  fidelity: Readonly<Record<string, number | null>>;
  /** Errors against the truth: brain scale and dB, or HU. */
  paired: PairedErrors | null;
}>;

/** The same without what is measured on the working grid, and both images there: to be dropped before the next pair. */
export type ConformedPair = Omit<PairFeatures, 'fidelity'> & Readonly<{
  fidelity: Readonly<Record<'gradientCorrelation' | 'displacementMedian', number | null>>;
  /** `after` lies in the frame of `before`, under its masks. */
  sharesGrid: boolean;
  images: Readonly<{ before: ReturnType<typeof conformAlone>; after: WorkingScan }>;
}>;

/** By region and measure of `compared`. */
export type PairedErrors = Readonly<Record<string, Readonly<Record<string, Readonly<{ before: number; after: number }>>>>>;

/**
 * Everything that is kept of one pair. `after` is judged in the frame and masks of `before` where both share a grid,
 * else in its own.
 *
 * @throws ScanRefusal where a scan shows no head
 */
export function evaluatePair({ before, after, truth }: PairVolumes): ConformedPair {
  const own = conformAlone(before);
  const sharesGrid = isOneGrid(before, after);
  const like = { volume: before, scan: own };
  const later = sharesGrid ? conformLike(after, like) : conformAlone(after);
  const head = sharesGrid ? nativeHead(before, own.trace) : null;
  return {
    before: scanFeatures(own),
    after: scanFeatures(later),
    fidelity: {
      gradientCorrelation: head && finiteOrNull(gradientCorrelation(before, after, head)),
      displacementMedian: head && (displacement(before, after, head)?.median ?? null),
    },
    sharesGrid,
    images: { before: own, after: later },
    paired: truth === null ? null : pairedErrors(own, sharesGrid ? later : conformLike(after, like), conformLike(truth, like)),
  };
}

/** Over the same voxels, before and after; a scan equal to its truth has no finite PSNR and counts as 100 dB. */
function pairedErrors(before: WorkingScan, after: WorkingScan, truth: WorkingScan): PairedErrors {
  const of = (mask: Uint8Array): PairedErrors[string] => ({
    mae: { before: mae(before.working, truth.working, mask), after: mae(after.working, truth.working, mask) },
    psnr: {
      before: Math.min(psnr(before.working, truth.working, mask), 100),
      after: Math.min(psnr(after.working, truth.working, mask), 100),
    },
  });
  return { brain: of(before.brain), head: of(before.head) };
}
