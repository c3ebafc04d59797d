import { ConcordError } from '../core/errors.ts';
import type { Volume } from '../core/volume.ts';
import { cellsOf } from './cellGrid.ts';
import type { GridSettings, GridTensor } from './cellGrid.ts';

/**
 * The soft intensity histogram of every cell: what the networks see of a scan.
 * Input: the working grid (2 mm, model scale), and 1 in `inView` where the scan covers it; voxels out of view count nowhere.
 * A value is clamped to [0, last knot − 1e-4] and shared linearly by its two knots; a node is log(1 + count) / 3.
 * Output: shape [knots, Z, Y, X], X fastest; about 0 … 2.1 for cells of 512 voxels.
 *
 * Source: a bilateral grid (Chen, Paris & Durand 2007) read as histograms; log counts so that rare tissue is seen.
 */
export function localStatistics(working: Volume<'model'>, inView: Uint8Array, settings: GridSettings): GridTensor {
  const { samples, shape } = working;
  if (inView.length !== samples.length) {
    throw new ConcordError('CONCORD_INTERNAL', `Statistics need one view flag a voxel: ${samples.length}, got ${inView.length}.`);
  }
  const [cellsX, cellsY, cellsZ] = cellsOf(shape, settings.cellVoxels);
  const cells = cellsX * cellsY * cellsZ;
  const counts = new Float64Array(settings.knots * cells);
  const highest = (settings.knots - 1) * settings.knotSpacing - 1e-4;
  const cellOfX = Int32Array.from({ length: shape[0] }, (_, i) => Math.floor(i / settings.cellVoxels));
  let voxel = 0;
  for (let k = 0; k < shape[2]; k++) {
    const slab = Math.floor(k / settings.cellVoxels) * cellsY;
    for (let j = 0; j < shape[1]; j++) {
      const row = (slab + Math.floor(j / settings.cellVoxels)) * cellsX;
      for (let i = 0; i < shape[0]; i++, voxel++) {
        if (inView[voxel] === 0) continue;
        const position = Math.min(Math.max(samples[voxel]!, 0), highest) / settings.knotSpacing;
        const knot = Math.floor(position);
        const node = knot * cells + row + cellOfX[i]!;
        counts[node]! += 1 - (position - knot);
        counts[node + cells]! += position - knot;
      }
    }
  }
  const nodes = new Float32Array(counts.length);
  for (let n = 0; n < nodes.length; n++) nodes[n] = Math.log1p(counts[n]!) / 3;
  return { shape: [settings.knots, cellsZ, cellsY, cellsX], samples: nodes };
}
