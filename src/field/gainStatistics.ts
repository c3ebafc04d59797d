import { evenlySpaced } from '../core/sliceStack.ts';
import type { SliceStack } from '../core/sliceStack.ts';
import type { Shape3 } from '../core/volume.ts';
import { fillBody } from './bodyMask.ts';
import type { BodyRuns } from './bodyMask.ts';
import type { GridTensor } from './cellGrid.ts';
import { CLASS_COUNT, describeSlice, emptyParts } from './huClasses.ts';
import type { SliceParts } from './huClasses.ts';
import { BAND_COUNT, bandResponse } from './radialBands.ts';
import type { SliceFilter, SlicePair } from './radialBands.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';

/** Statistics are taken from at most so many evenly spaced slices. */
export const USED_SLICES = 24;
/** A node with less tissue has no statistic of its own. */
const LEAST_MM3 = 500;

/** Band energies and tissue volumes of a scan on its own grid of cells. Order [class][band][Z][Y][X] and [class][Z][Y][X]. */
export type BandEnergies = Readonly<{
  cells: Shape3;
  /** Mean square of bands 1 … 12 over the voxels of a class in a cell, HU². */
  energy: Float64Array;
  /** mm³ of that class in that cell. */
  volume: Float64Array;
}>;

/** A scan as the gain field sees it: its planes, its body, and the tools made for its size. */
export type GainScan = Readonly<{ stack: SliceStack; body: BodyRuns; smoother: SliceSmoother; filter: SliceFilter }>;

/** [X, Y, Z] cells of a volume. */
export function gainCells({ shape, spacing }: SliceStack, cellMm: number): Shape3 {
  const along = (d: 0 | 1 | 2): number => Math.max(1, Math.ceil((shape[d] * spacing[d]) / cellMm - 1e-6));
  return [along(0), along(1), along(2)];
}

/** Cell of every voxel of one axis, by its centre. */
function cellOf(voxels: number, spacing: number, cells: number, cellMm: number): Int32Array {
  return Int32Array.from({ length: voxels }, (_, i) => Math.min(Math.floor(((i + 0.5) * spacing) / cellMm), cells - 1));
}

/**
 * E = Σ w·band² / Σ w per class, band and cell, w = membership · weight, over the used slices.
 * `onSlice` sees every used slice with its parts, for what else is measured on them.
 */
export function bandEnergies(scan: GainScan, cellMm: number, onSlice: (k: number, parts: SliceParts) => void): BandEnergies {
  const { stack, body, smoother, filter } = scan;
  const [ni, nj, nk] = stack.shape;
  const cells = gainCells(stack, cellMm);
  const [cellOfX, cellOfY, cellOfZ] = ([0, 1, 2] as const).map((d) => cellOf(stack.shape[d], stack.spacing[d], cells[d], cellMm)) as [Int32Array, Int32Array, Int32Array];
  const count = cells[0] * cells[1] * cells[2];
  const sums = new Float64Array(CLASS_COUNT * BAND_COUNT * count);
  const weights = new Float64Array(CLASS_COUNT * count);
  const plane = (): Float32Array => new Float32Array(ni * nj);
  const [hu, mask, planeCells] = [plane(), new Uint8Array(ni * nj), new Int32Array(ni * nj)];
  const parts = [emptyParts(ni * nj), emptyParts(ni * nj)] as const;
  const responses = Array.from({ length: BAND_COUNT }, (_, b) => bandResponse(b + 1));
  const bands = responses.map((): SlicePair => [plane(), plane()]);
  for (let j = 0, n = 0; j < nj; j++) for (let i = 0; i < ni; i++, n++) planeCells[n] = cellOfY[j]! * cells[0] + cellOfX[i]!;
  const used = evenlySpaced(nk, USED_SLICES);
  for (let first = 0; first < used.length; first += 2) {
    // an odd last slice rides with itself
    const pair = [used[first]!, used[first + 1] ?? used[first]!] as const;
    for (const side of [0, 1] as const) {
      stack.read(pair[side], hu);
      fillBody(body, pair[side], mask);
      describeSlice(hu, mask, smoother, parts[side]);
    }
    filter.filter([parts[0].hu, parts[1].hu], responses, bands);
    for (const side of first + 1 < used.length ? ([0, 1] as const) : ([0] as const)) {
      const slab = cellOfZ[pair[side]]! * cells[0] * cells[1];
      addWeights(parts[side], planeCells, slab, count, weights);
      for (let b = 0; b < BAND_COUNT; b++) addSquares(bands[b]![side], parts[side], planeCells, b * count + slab, count, sums);
      onSlice(pair[side], parts[side]);
    }
  }
  return { cells, energy: perWeight(sums, weights, count), volume: weights.map((sum) => (sum * voxelMm3(stack) * nk) / used.length) };
}

function voxelMm3({ spacing }: SliceStack): number {
  return spacing[0] * spacing[1] * spacing[2];
}

function addWeights({ classes, shares, weight }: SliceParts, cellOfPixel: Int32Array, slab: number, count: number, sums: Float64Array): void {
  for (let n = 0; n < weight.length; n++) {
    const w = weight[n]!;
    if (w === 0) continue;
    const at = classes[n]! * count + slab + cellOfPixel[n]!;
    sums[at]! += w * (1 - shares[n]!);
    sums[at + count]! += w * shares[n]!;
  }
}

function addSquares(
  band: Float32Array, { classes, shares, weight }: SliceParts, cellOfPixel: Int32Array, offset: number, count: number, sums: Float64Array,
): void {
  for (let n = 0; n < band.length; n++) {
    const w = weight[n]!;
    if (w === 0) continue;
    const square = w * band[n]! * band[n]!;
    const at = classes[n]! * BAND_COUNT * count + offset + cellOfPixel[n]!;
    sums[at]! += square * (1 - shares[n]!);
    sums[at + BAND_COUNT * count]! += square * shares[n]!;
  }
}

function perWeight(sums: Float64Array, weights: Float64Array, count: number): Float64Array {
  return sums.map((sum, n) => {
    const group = Math.floor(n / count);
    return sum / Math.max(weights[Math.floor(group / BAND_COUNT) * count + (n % count)]!, 1e-6);
  });
}

/**
 * What the networks see: log1p(E)/4 by class and band, 0 where a node holds less than 500 mm³; then log1p(volume)/8 by class.
 * With `gains`, as if the scan had been filtered by them: E·g², exact for gains that are equal everywhere.
 */
export function gainStatistics({ cells, energy, volume }: BandEnergies, gains?: ArrayLike<number>): GridTensor {
  const count = cells[0] * cells[1] * cells[2];
  const samples = new Float32Array(CLASS_COUNT * (BAND_COUNT + 1) * count);
  for (let n = 0; n < energy.length; n++) {
    const group = Math.floor(n / count);
    const gain = gains === undefined ? 1 : gains[group % BAND_COUNT]!;
    const isSeen = volume[Math.floor(group / BAND_COUNT) * count + (n % count)]! >= LEAST_MM3;
    samples[n] = isSeen ? Math.log1p(energy[n]! * gain * gain) / 4 : 0;
  }
  for (let n = 0; n < volume.length; n++) samples[energy.length + n] = Math.log1p(volume[n]!) / 8;
  return { shape: [CLASS_COUNT * (BAND_COUNT + 1), cells[2], cells[1], cells[0]], samples };
}

/** Whether a node (class · cells + cell) holds enough tissue for a statistic. */
export function isSupported({ volume }: BandEnergies, node: number): boolean {
  return volume[node]! >= LEAST_MM3;
}
