import { quantiles, solvePositiveDefinite } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { requireOneGrid } from './oneGrid.ts';

/** Voxels of a block along an axis: large enough to hold edges of every direction. */
const BLOCK = 12;
/** A block with a border of two voxels, for its derivatives. */
const SIDE = BLOCK + 4;
/** At most so many blocks along an axis: some hundreds in a head are enough for a 99th percentile. */
const BLOCKS_PER_AXIS = 9;
/** Of a block's voxels, at least this share inside. */
const LEAST_INSIDE = 0.8;
/** A block whose variance the model explains worse than this was moved far or replaced: it counts as one voxel. */
const LEAST_EXPLAINED = 0.5;
/** Below this ratio of det to (trace/3)³ a block has edges of one direction only, and no shift can be told. */
const LEAST_CONDITION = 1e-3;

export type Displacement = Readonly<{ median: number; p99: number; blocks: number }>;

/**
 * Apparent shift between two volumes on one grid, block by block, in voxels. In each block b(x) = T(a(x − d)) with T
 * a cubic tone curve is solved for T and d by linear least squares: b = T(a) − ∇T(a)·d. So a change of contrast alone
 * gives 0, and equal volumes give 0. Shifts beyond one voxel show as one. Undefined where no block holds structure.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: Lucas & Kanade 1981, eq. 8, one step, with the local tone curve as further unknowns; validation.md V-31.
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
        const inside = patchOf(mask, shape, origin, 0).reduce((sum, value) => sum + value, 0);
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

/** The block at `origin`, wider by `border` on every side. */
function patchOf(samples: ArrayLike<number>, shape: Volume['shape'], origin: number, border: number): Float64Array {
  const side = BLOCK + 2 * border;
  const patch = new Float64Array(side ** 3);
  for (let k = -border, n = 0; k < BLOCK + border; k++) {
    for (let j = -border; j < BLOCK + border; j++) {
      const row = origin + shape[0] * (j + shape[1] * k);
      for (let i = -border; i < BLOCK + border; i++) patch[n++] = samples[row + i]!;
    }
  }
  return patch;
}

/** Length of the shift of one block, or undefined where the source has no structure to tell it by. */
function blockShift(a: Volume, b: Volume, origin: number): number | undefined {
  const wide = standardized(patchOf(a.samples, a.shape, origin, 2), patchOf(a.samples, a.shape, origin, 0));
  if (wide === undefined) return undefined;
  const after = standardized(patchOf(b.samples, b.shape, origin, 0));
  if (after === undefined) return 1;
  // 1. the tone curve alone, 2. the tone curve and the shift together, with the gradients of the first curve
  const z = innerOf(wide);
  const squares = z.map((value) => value * value);
  const powers = [new Float64Array(z.length).fill(1), z, squares, squares.map((value, voxel) => value * z[voxel]!)];
  const curve = leastSquares(powers, after);
  const [c0, c1, c2, c3] = curve as unknown as [number, number, number, number];
  const toned = wide.map((value) => c0 + value * (c1 + value * (c2 + value * c3)));
  const gradients = steps.map((step) => derivative(toned, step));
  if (isFlatOrOneDirection(gradients)) return undefined;
  const columns = [...powers, ...gradients];
  const solution = leastSquares(columns, after);
  if (explainedShare(columns, solution, after) < LEAST_EXPLAINED) return 1;
  return Math.min(Math.hypot(...solution.slice(powers.length)), 1);
}

/** Zero mean and unit variance, by the mean and variance of `inner`; undefined where that is constant. */
function standardized(patch: Float64Array, inner = patch): Float64Array | undefined {
  const center = inner.reduce((sum, value) => sum + value, 0) / inner.length;
  const spread = Math.sqrt(inner.reduce((sum, value) => sum + (value - center) ** 2, 0) / inner.length);
  return spread > 1e-6 ? patch.map((value) => (value - center) / spread) : undefined;
}

/** One voxel along I, J, K of a wide patch. */
const steps = [1, SIDE, SIDE * SIDE] as const;

/** Wide-patch indices of the block's voxels. */
const inner = Int32Array.from({ length: BLOCK ** 3 }, (_, voxel) => {
  const [i, j, k] = [voxel % BLOCK, Math.floor(voxel / BLOCK) % BLOCK, Math.floor(voxel / BLOCK ** 2)];
  return i + 2 + SIDE * (j + 2 + SIDE * (k + 2));
});

function innerOf(wide: Float64Array): Float64Array {
  const block = new Float64Array(inner.length);
  for (let voxel = 0; voxel < block.length; voxel++) block[voxel] = wide[inner[voxel]!]!;
  return block;
}

/** Derivative per voxel by the five-point formula, exact for polynomials up to degree four. */
function derivative(wide: Float64Array, step: number): Float64Array {
  const block = new Float64Array(inner.length);
  for (let voxel = 0; voxel < block.length; voxel++) {
    const n = inner[voxel]!;
    block[voxel] = (8 * (wide[n + step]! - wide[n - step]!) - wide[n + 2 * step]! + wide[n - 2 * step]!) / 12;
  }
  return block;
}

function isFlatOrOneDirection(gradients: readonly Float64Array[]): boolean {
  const [i, j, k] = gradients as [Float64Array, Float64Array, Float64Array];
  const [ii, ij, ik, jj, jk, kk] = [dot(i, i), dot(i, j), dot(i, k), dot(j, j), dot(j, k), dot(k, k)];
  const determinant = ii * (jj * kk - jk * jk) - ij * (ij * kk - jk * ik) + ik * (ij * jk - jj * ik);
  return !(determinant > LEAST_CONDITION * ((ii + jj + kk) / 3) ** 3);
}

/** Coefficients of the columns whose sum comes nearest to the values, by the normal equations. */
function leastSquares(columns: readonly Float64Array[], values: Float64Array): Float64Array {
  const count = columns.length;
  const matrix = new Float64Array(count * count);
  columns.forEach((left, r) => {
    for (let c = 0; c <= r; c++) matrix[r * count + c] = dot(left, columns[c]!);
    // keeps the matrix definite where a block holds fewer than four intensities; moves nothing that is not noise
    matrix[r * count + r]! += 1e-9 * values.length;
  });
  return solvePositiveDefinite(matrix, Float64Array.from(columns, (column) => dot(column, values)));
}

/** Share of the values' variance (1 by construction) that the fit explains. */
function explainedShare(columns: readonly Float64Array[], solution: Float64Array, values: Float64Array): number {
  let unexplained = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    let rest = values[voxel]!;
    for (let c = 0; c < columns.length; c++) rest -= solution[c]! * columns[c]![voxel]!;
    unexplained += rest * rest;
  }
  return 1 - unexplained / values.length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum;
}
