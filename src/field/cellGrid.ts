import { ConcordError } from '../core/errors.ts';
import type { Shape3 } from '../core/volume.ts';

/** Cells of 8³ working voxels (16 mm) and knots 0, 0.1, … 1.9 on the model scale, unless the protocol says otherwise. */
export type GridSettings = Readonly<{ cellVoxels: number; knots: number; knotSpacing: number }>;

/** One number per cell and knot. Shape [knots, Z, Y, X], X fastest: the networks' own order. */
export type GridTensor = Readonly<{ shape: readonly [number, number, number, number]; samples: Float32Array }>;

/** Voxel index of any grid → index on the working grid, per axis: working = scale · index + offset. */
export type GridMap = readonly Readonly<{ scale: number; offset: number }>[];

export const IDENTITY_MAP: GridMap = [0, 1, 2].map(() => ({ scale: 1, offset: 0 }));

/** [X, Y, Z] cells over a working grid; the cells tile it exactly. */
export function cellsOf(working: Shape3, cellVoxels: number): Shape3 {
  const cells = working.map((n) => n / cellVoxels);
  if (!cells.every(Number.isInteger)) {
    throw new ConcordError(
      'CONCORD_INTERNAL',
      `Cells of ${cellVoxels} voxels must tile the working grid ${working.join('×')} exactly.`,
    );
  }
  return [cells[0]!, cells[1]!, cells[2]!];
}

/** Share of each cell's voxels that the mask marks: [Z, Y, X], x fastest. */
export function cellShares(mask: Uint8Array, working: Shape3, cellVoxels: number): Float32Array {
  const [cellsX, cellsY, cellsZ] = cellsOf(working, cellVoxels);
  const shares = new Float32Array(cellsX * cellsY * cellsZ);
  const part = 1 / cellVoxels ** 3;
  let voxel = 0;
  for (let z = 0; z < working[2]; z++) {
    for (let y = 0; y < working[1]; y++) {
      const row = ((z / cellVoxels | 0) * cellsY + (y / cellVoxels | 0)) * cellsX;
      for (let x = 0; x < working[0]; x++, voxel++) if (mask[voxel] !== 0) shares[row + (x / cellVoxels | 0)]! += part;
    }
  }
  return shares;
}

export function cellCount(tensor: GridTensor): number {
  return tensor.shape[1] * tensor.shape[2] * tensor.shape[3];
}

/** Two neighbouring cells of each voxel of one axis, and how far the voxel lies towards the second. */
export type AxisCells = Readonly<{ first: Int32Array; weight: Float64Array }>;

/**
 * Cell coordinate = (working index + 0.5) / cellVoxels − 0.5, so that 0 is the centre of the first cell; beyond
 * the centres of the outermost cells their values hold.
 */
export function axisCells(voxels: number, scale: number, offset: number, cells: number, cellVoxels: number): AxisCells {
  const first = new Int32Array(voxels);
  const weight = new Float64Array(voxels);
  for (let i = 0; i < voxels; i++) {
    const coordinate = (scale * i + offset + 0.5) / cellVoxels - 0.5;
    const clamped = Math.min(Math.max(coordinate, 0), cells - 1);
    first[i] = Math.min(Math.floor(clamped), Math.max(cells - 2, 0));
    weight[i] = clamped - first[i]!;
  }
  return { first, weight };
}
