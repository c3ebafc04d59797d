import type { SliceSmoother } from '../core/sliceSmoothing.ts';
import type { SliceStack } from '../core/sliceStack.ts';
import { axisCells } from './cellGrid.ts';
import type { AxisCells } from './cellGrid.ts';
import { createAddDose } from './doseChange.ts';
import type { DoseChange } from './doseChange.ts';
import type { FactoredField } from './gainField.ts';
import type { GainScan } from './gainStatistics.ts';
import { CLASS_COUNT, describeSlice, softShare } from './huClasses.ts';
import type { SliceParts } from './huClasses.ts';
import { createSliceFilter } from './radialBands.ts';
import type { SliceFilter, SlicePair } from './radialBands.ts';
import { emptyPair, pairsOf, putPair, takePair } from './slicePairs.ts';
import type { ChangedSlice, PairBuffers, PairPlanes } from './slicePairs.ts';

/** HU that a scanner of 12 bits stores; nothing is pushed out of it. */
export const HU_RANGE = [-1024, 3071] as const;

export type ApplySettings = Readonly<{ cellMm: number; /** Largest |ΔHU| in soft tissue. */ softCapHu: number; /** What is done to noise beside the field. */ dose?: DoseChange }>;

/** A field, how it is applied, and what that needs to know of a scan: plain values, so that they can cross to a thread. */
export type ApplyPlan = ApplySettings & Pick<SliceStack, 'shape' | 'spacing'> & Pick<SliceFilter, 'margins'> & Readonly<{ field: FactoredField; smoother: SliceSmoother }>;

export type PairChange = (planes: PairPlanes, buffers: PairBuffers) => readonly [number, number];

/**
 * The gain field on a scan's own voxels, two slices at a time: out = HU + weight · bounded change. Fills `after` and `parts` of the
 * buffers; the cost of a slice does not depend on their number.
 *
 * @returns by the returned function: voxels that an end of the HU range stopped, for each slice
 */
export function createPairChange(plan: ApplyPlan, filter = filterOf(plan)): PairChange {
  const { field, smoother, shape: [ni, nj], softCapHu, dose } = plan;
  const responses = dose === undefined ? field.responses : [...field.responses, dose.response];
  const details = responses.map((): SlicePair => [new Float32Array(ni * nj), new Float32Array(ni * nj)]);
  const addDose = dose && createAddDose(dose, filter);
  const mixer = createMixer(plan);
  return (planes, { before, body, after, parts }) => {
    for (const side of [0, 1] as const) describeSlice(before[side], body[side], smoother, parts[side]);
    if (details.length > 0) filter.filter([parts[0].hu, parts[1].hu], responses, details);
    for (const side of [0, 1] as const) mixer(planes[side], parts[side], details, side, after[side]);
    addDose?.(parts, details.at(-1)!, after);
    const change = (side: 0 | 1): number => addChange(before[side], after[side], parts[side], softCapHu);
    return [change(0), change(1)];
  };
}

function filterOf({ shape, spacing, margins }: ApplyPlan): SliceFilter {
  return createSliceFilter([shape[0], shape[1]], [spacing[0], spacing[1]], margins);
}

export function applyPlan(field: FactoredField, { stack: { shape, spacing }, filter: { margins }, smoother }: GainScan, settings: ApplySettings): ApplyPlan {
  return { field, shape, spacing, margins, smoother, ...settings };
}

/** Every slice before and after, in rising order. The stack's planes are overwritten: a CT exists once, wherever it is held. */
export function* gainSlices(field: FactoredField, scan: GainScan, settings: ApplySettings): Generator<ChangedSlice, void> {
  const { shape } = scan.stack;
  const buffers = emptyPair(shape[0] * shape[1]);
  const change = createPairChange(applyPlan(field, scan, settings), scan.filter);
  for (const planes of pairsOf(shape[2])) {
    takePair(scan, planes, buffers);
    yield* putPair(scan, planes, buffers, change(planes, buffers));
  }
  scan.stack.flush();
}

/** Fills `out` with Σ_r weight_r(x)·detail_r: weights trilinear between cells, linear between classes. */
type Mixer = (k: number, parts: SliceParts, details: readonly SlicePair[], side: 0 | 1, out: Float32Array) => void;

function createMixer({ field: { cells, weights }, shape, spacing, cellMm }: ApplyPlan): Mixer {
  const [cellsX, cellsY, cellsZ] = cells;
  const [ni, nj] = shape;
  const [alongX, alongY, alongZ] = ([0, 1, 2] as const).map((d) => axisCells(shape[d], spacing[d] / cellMm, spacing[d] / (2 * cellMm) - 0.5, cells[d], 1)) as [AxisCells, AxisCells, AxisCells];
  const slab = new Float64Array(CLASS_COUNT * cellsX * cellsY);
  // one cell more than there are: the last one's neighbour is itself
  const row = new Float64Array(CLASS_COUNT * (cellsX + 1));
  return (k, { classes, shares, weight }, details, side, out) => {
    out.fill(0);
    for (const [r, weightsOf] of weights.entries()) {
      const image = details[r]![side];
      blendSlab(weightsOf, alongZ, k, cells, slab, cellsZ);
      for (let j = 0, n = 0; j < nj; j++) {
        blendRow(slab, alongY, j, cells, row);
        for (let i = 0; i < ni; i++, n++) {
          if (weight[n] === 0) continue;
          const at = classes[n]! * (cellsX + 1) + alongX.first[i]!;
          const share = alongX.weight[i]!;
          const low = row[at]! + share * (row[at + 1]! - row[at]!);
          const next = at + cellsX + 1;
          const high = row[next]! + share * (row[next + 1]! - row[next]!);
          out[n]! += (low + shares[n]! * (high - low)) * image[n]!;
        }
      }
    }
  };
}

/** The two slabs of cells around slice k, blended: [class][Y][X]. */
function blendSlab(weights: Float32Array, along: AxisCells, k: number, cells: readonly number[], slab: Float64Array, cellsZ: number): void {
  const plane = cells[0]! * cells[1]!;
  const first = along.first[k]!;
  const second = Math.min(first + 1, cellsZ - 1);
  for (let n = 0; n < slab.length; n++) {
    const group = Math.floor(n / plane) * plane * cellsZ + (n % plane);
    const low = weights[group + first * plane]!;
    slab[n] = low + along.weight[k]! * (weights[group + second * plane]! - low);
  }
}

function blendRow(slab: Float64Array, along: AxisCells, j: number, cells: readonly number[], row: Float64Array): void {
  const [cellsX, cellsY] = [cells[0]!, cells[1]!];
  const first = along.first[j]!;
  const second = Math.min(first + 1, cellsY - 1);
  for (let c = 0; c < CLASS_COUNT; c++) {
    const base = c * cellsX * cellsY;
    for (let x = 0; x < cellsX; x++) {
      const low = slab[base + first * cellsX + x]!;
      row[c * (cellsX + 1) + x] = low + along.weight[j]! * (slab[base + second * cellsX + x]! - low);
    }
    row[c * (cellsX + 1) + cellsX] = row[c * (cellsX + 1) + cellsX - 1]!;
  }
}

/** `change` becomes the slice after it; returns how many voxels an end of the HU range stopped. */
function addChange(before: Float32Array, change: Float32Array, parts: SliceParts, cap: number): number {
  const [lowest, highest] = HU_RANGE;
  const { weight } = parts;
  let clipped = 0;
  for (let n = 0; n < before.length; n++) {
    const value = before[n]!;
    if (weight[n] === 0) {
      change[n] = value;
      continue;
    }
    const wanted = change[n]!;
    const capped = Math.min(Math.max(wanted, -cap), cap);
    const moved = value + weight[n]! * (wanted + softShare(parts, n) * (capped - wanted));
    const inside = Math.min(Math.max(moved, Math.min(lowest, value)), Math.max(highest, value));
    if (inside !== moved) clipped++;
    change[n] = inside;
  }
  return clipped;
}
