import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { BRAIN_FLOOR, styleProbabilities } from './startCurve.ts';

/** Below this a voxel outside the brain is air or bone, model scale. */
const HEAD_FLOOR = 0.12;

/** Working slices below this one show the neck in some scans and nothing in others. */
const NECK_TOP = 34;

/** Fewer voxels than this say nothing of a style. */
const LEAST_VOXELS = 200;

/**
 * The upper head outside the brain: 1 for voxels in view and brighter than bone, in cells that are less than half brain, above the neck.
 * No voxel when most of them are brain tissue: a stripped skull shows nothing of the head.
 *
 * @param brainShare share of each cell that is brain, [Z, Y, X]
 * @param tissue share of each brain tissue in each voxel, [4, voxels]
 */
export function outsideMask(
  working: Volume<'model'>, inView: Uint8Array, { brainShare, tissue }: Readonly<{ brainShare: Float32Array; tissue: Float32Array }>, cellVoxels: number,
): Uint8Array {
  const [nx, ny, nz] = working.shape;
  const [cellsX, cellsY] = [nx / cellVoxels, ny / cellVoxels];
  const mask = new Uint8Array(inView.length);
  let [voxel, found, brain] = [NECK_TOP * nx * ny, 0, 0];
  for (let z = NECK_TOP; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = (Math.floor(z / cellVoxels) * cellsY + Math.floor(y / cellVoxels)) * cellsX;
      for (let x = 0; x < nx; x++, voxel++) {
        if (inView[voxel] === 1 && working.samples[voxel]! > HEAD_FLOOR && brainShare[row + Math.floor(x / cellVoxels)]! < 0.5) {
          mask[voxel] = 1;
          found++;
          if (brainTissue(tissue, voxel, mask.length) > 0.5) brain++;
        }
      }
    }
  }
  return brain > found / 2 ? mask.fill(0) : mask;
}

/** All tissues of the brain together, 0 … 1. */
function brainTissue(tissue: Float32Array, voxel: number, voxels: number): number {
  let total = 0;
  for (let n = voxel; n < tissue.length; n += voxels) total += tissue[n]!;
  return total;
}

/** The brain's voxels as its quantiles count them: in the ellipsoid and brighter than the brain floor. */
export function brainMask(working: Volume<'model'>, ellipsoid: Uint8Array): Uint8Array {
  return ellipsoid.map((inside, voxel) => (inside !== 0 && working.samples[voxel]! > BRAIN_FLOOR ? 1 : 0));
}

/** Quantiles of the marked voxels at `count` equally spaced probabilities from 0.005 to 0.995; null when there are too few (a stripped skull). */
export function regionQuantiles(working: Volume<'model'>, mask: Uint8Array, count: number): Float64Array | null {
  const values = working.samples.filter((_, voxel) => mask[voxel] === 1);
  if (values.length < LEAST_VOXELS) return null;
  return Float64Array.from(quantiles(values, styleProbabilities(count)));
}
