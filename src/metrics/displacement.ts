import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { gradientMagnitudeAt } from './gradientCorrelation.ts';
import { requireOneGrid } from './oneGrid.ts';

/** Voxels of a block along an axis: large enough to hold edges of every direction. */
const BLOCK = 12;
/** At most so many blocks along an axis: some hundreds in a head are enough for a 99th percentile. */
const BLOCKS_PER_AXIS = 9;
/** Of a block's voxels, at least this share inside. */
const LEAST_INSIDE = 0.8;
/** Blocks that match worse than this hold no structure to match by. */
const LEAST_MATCH = 0.5;

export type Displacement = Readonly<{ median: number; p99: number; blocks: number }>;

/**
 * Apparent shift between two volumes on one grid, block by block, in voxels: the peak of the normalized
 * cross-correlation of gradient magnitudes over shifts of −1, 0, 1 along each axis, refined by a parabola.
 * Shifts beyond one voxel show as one. Undefined where no block holds structure.
 *
 * The correlation is made symmetric, C(d) = (NCC(a(x), b(x + d)) + NCC(a(x − d), b(x)))/2, so that equal volumes
 * give exactly 0 whatever lies beside the block.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: parabolic peak, Tian & Huhns 1986; validation.md V-31.
 */
export function displacement(a: Volume, b: Volume, mask: Uint8Array): Displacement | undefined {
  requireOneGrid('displacement', a, b, mask);
  const shifts = blockOrigins(a, mask)
    .map((origin) => blockShift(a, b, origin))
    .filter((shift) => shift !== undefined);
  if (shifts.length === 0) return undefined;
  const [median, p99] = quantiles(shifts, [0.5, 0.99]) as [number, number];
  return { median, p99, blocks: shifts.length };
}

/** First voxels of the blocks: a regular lattice, two voxels away from every border, mostly inside. */
function blockOrigins({ shape }: Volume, mask: Uint8Array): number[] {
  const [columns, rows] = shape;
  const [alongI, alongJ, alongK] = shape.map(latticeOf) as [number[], number[], number[]];
  const origins: number[] = [];
  for (const k of alongK) {
    for (const j of alongJ) {
      for (const i of alongI) {
        const origin = i + columns * (j + rows * k);
        let inside = 0;
        forBlock(shape, origin, (voxel) => {
          if (mask[voxel] === 1) inside++;
        });
        if (inside >= LEAST_INSIDE * BLOCK ** 3) origins.push(origin);
      }
    }
  }
  return origins;
}

function latticeOf(length: number): number[] {
  const last = length - BLOCK - 2;
  const count = Math.min(BLOCKS_PER_AXIS, Math.max(0, Math.floor((last - 2) / BLOCK) + 1));
  return Array.from({ length: count }, (_, n) => (count === 1 ? 2 : Math.round(2 + ((last - 2) * n) / (count - 1))));
}

function forBlock(shape: Volume['shape'], origin: number, visit: (voxel: number) => void): void {
  const [columns, rows] = shape;
  for (let k = 0; k < BLOCK; k++) {
    for (let j = 0; j < BLOCK; j++) {
      const row = origin + columns * (j + rows * k);
      for (let voxel = row; voxel < row + BLOCK; voxel++) visit(voxel);
    }
  }
}

/** Length of the shift of one block, or undefined without structure. */
function blockShift(a: Volume, b: Volume, origin: number): number | undefined {
  const magnitudeA = gradientMagnitudeAt(a);
  const magnitudeB = gradientMagnitudeAt(b);
  const patch = (magnitude: (voxel: number) => number, offset: number): Float64Array => {
    const out = new Float64Array(BLOCK ** 3);
    let n = 0;
    forBlock(a.shape, origin + offset, (voxel) => {
      out[n++] = magnitude(voxel);
    });
    return out;
  };
  const [stillA, stillB] = [patch(magnitudeA, 0), patch(magnitudeB, 0)];
  const middle = ncc(stillA, stillB);
  if (!(middle >= LEAST_MATCH)) return undefined;
  const match = (d: number): number => (ncc(stillA, patch(magnitudeB, d)) + ncc(patch(magnitudeA, -d), stillB)) / 2;
  const [columns, rows] = a.shape;
  const parts = [1, columns, columns * rows].map((step) => peak(match(-step), middle, match(step)));
  return Math.hypot(...parts);
}

/** Where the parabola through the three values is highest, kept within one voxel. */
function peak(before: number, middle: number, after: number): number {
  const curvature = before - 2 * middle + after;
  if (curvature >= 0) return before === after ? 0 : Math.sign(after - before);
  return Math.max(-1, Math.min(1, (before - after) / (2 * curvature)));
}

function ncc(a: Float64Array, b: Float64Array): number {
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    sumA += a[i]!;
    sumB += b[i]!;
  }
  const [meanA, meanB] = [sumA / a.length, sumB / b.length];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return ab / Math.sqrt(aa * bb);
}
