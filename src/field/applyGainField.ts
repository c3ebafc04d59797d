import { axisCells } from './cellGrid.ts';
import type { AxisCells } from './cellGrid.ts';
import { fillBody } from './bodyMask.ts';
import type { FactoredField } from './gainField.ts';
import type { GainScan } from './gainStatistics.ts';
import { CLASS_COUNT, describeSlice, emptyParts, softShare } from './huClasses.ts';
import type { SliceParts } from './huClasses.ts';
import type { SlicePair } from './radialBands.ts';

/** HU that a scanner of 12 bits stores; nothing is pushed out of it. */
export const HU_RANGE = [-1024, 3071] as const;

export type ApplySettings = Readonly<{ cellMm: number; /** Largest |ΔHU| in soft tissue. */ softCapHu: number }>;

/** One slice before and after, for what is measured on the way. The arrays are reused: read, do not keep. */
export type ChangedSlice = Readonly<{ k: number; before: Float32Array; after: Float32Array; parts: SliceParts; /** Voxels stopped at an end of the HU range. */ clipped: number }>;

/**
 * The gain field on the scan's own voxels, two slices at a time: out = HU + weight · bounded change. The stack's planes are
 * overwritten: a CT exists once, wherever it is held, and the cost of a slice does not depend on their number. Every slice is handed
 * out before and after, in rising order, and written when the next is asked for: until then `after` may still be changed.
 */
export function* gainSlices(field: FactoredField, scan: GainScan, settings: ApplySettings): Generator<ChangedSlice, void> {
  const { stack, body, smoother, filter } = scan;
  const [ni, nj, nk] = stack.shape;
  const pixels = ni * nj;
  const pair = (): SlicePair => [new Float32Array(pixels), new Float32Array(pixels)];
  const [before, after] = [pair(), pair()];
  const parts = [emptyParts(pixels), emptyParts(pixels)] as const;
  const mask = new Uint8Array(pixels);
  const details = field.responses.map(pair);
  const mixer = createMixer(field, scan, settings.cellMm);
  for (let first = 0; first < nk; first += 2) {
    const planes = [first, Math.min(first + 1, nk - 1)] as const;
    for (const side of [0, 1] as const) {
      stack.read(planes[side], before[side]);
      fillBody(body, planes[side], mask);
      describeSlice(before[side], mask, smoother, parts[side]);
    }
    if (details.length > 0) filter.filter([parts[0].hu, parts[1].hu], field.responses, details);
    for (const side of first + 1 < nk ? ([0, 1] as const) : ([0] as const)) {
      mixer(planes[side], parts[side], details, side, after[side]);
      const clipped = addChange(before[side], after[side], parts[side], settings.softCapHu);
      yield { k: planes[side], before: before[side], after: after[side], parts: parts[side], clipped };
      stack.write(planes[side], after[side]);
    }
  }
  stack.flush();
}

/** Fills `out` with Σ_r weight_r(x)·detail_r: weights trilinear between cells, linear between classes. */
type Mixer = (k: number, parts: SliceParts, details: readonly SlicePair[], side: 0 | 1, out: Float32Array) => void;

function createMixer({ cells, weights }: FactoredField, { stack }: GainScan, cellMm: number): Mixer {
  const [cellsX, cellsY, cellsZ] = cells;
  const [ni, nj] = stack.shape;
  const [alongX, alongY, alongZ] = ([0, 1, 2] as const).map((d) => axisCells(stack.shape[d], stack.spacing[d] / cellMm, stack.spacing[d] / (2 * cellMm) - 0.5, cells[d], 1)) as [AxisCells, AxisCells, AxisCells];
  const slab = new Float64Array(CLASS_COUNT * cellsX * cellsY);
  // one cell more than there are: the last one's neighbour is itself
  const row = new Float64Array(CLASS_COUNT * (cellsX + 1));
  return (k, { classes, shares, weight }, details, side, out) => {
    out.fill(0);
    for (const [r, detail] of details.entries()) {
      const image = detail[side];
      blendSlab(weights[r]!, alongZ, k, cells, slab, cellsZ);
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
