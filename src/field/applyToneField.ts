import type { Volume } from '../core/volume.ts';
import { axisCells } from './cellGrid.ts';
import type { AxisCells, GridMap } from './cellGrid.ts';
import type { CellCurves, ToneField } from './toneField.ts';

/**
 * The tone field on a volume of any resolution: every voxel moves along the curve of its place, no voxel looks at another.
 * Quadrilinear: between the eight nearest cell centres, and between knots of the intensity. `map` leads from voxel
 * index to working index. Zero and negative intensities pass unchanged; above the last knot the slope is 1.
 *
 * @returns a new volume on the same grid; the input is not modified
 */
export function applyToneField(field: ToneField, volume: Volume<'model'>, map: GridMap, cellVoxels: number): Volume<'model'> {
  return evaluate(field, volume, map, cellVoxels, 1);
}

/** The curves' own values at each voxel's place and intensity (for the SD field: the uncertainty map); 0 where intensity is not positive. */
export function sampleCurves(curves: CellCurves, volume: Volume<'model'>, map: GridMap, cellVoxels: number): Volume<'model'> {
  return evaluate(curves, volume, map, cellVoxels, 0);
}

/** out = keep · value + curve(place, value): the hot loop over native voxels, nothing is allocated inside. */
function evaluate(curves: CellCurves, volume: Volume<'model'>, map: GridMap, cellVoxels: number, keep: 0 | 1): Volume<'model'> {
  const [voxelsX, voxelsY, voxelsZ] = volume.shape;
  const [cellsX, cellsY, cellsZ] = curves.cells;
  const [alongX, alongY, alongZ] = ([0, 1, 2] as const).map((axis) =>
    axisCells(volume.shape[axis], map[axis]!.scale, map[axis]!.offset, curves.cells[axis], cellVoxels),
  ) as [AxisCells, AxisCells, AxisCells];
  const rowLength = cellsX * curves.knots;
  // two blends replace eight corner look-ups a voxel: first between z-neighbours, a slab; then between y-neighbours, a row
  const slab = new Float64Array(cellsY * rowLength);
  const row = new Float64Array(rowLength);
  const samples = new Float32Array(volume.samples.length);
  const rowPlan = { firstNode: alongX.first.map((cell) => cell * curves.knots), weight: alongX.weight };
  const nextCell = cellsX > 1 ? curves.knots : 0;
  for (let k = 0; k < voxelsZ; k++) {
    blend(curves.values, alongZ, k, slab, cellsZ);
    for (let j = 0; j < voxelsY; j++) {
      blend(slab, alongY, j, row, cellsY);
      const start = (k * voxelsY + j) * voxelsX;
      evaluateRow(volume.samples, samples, start, rowPlan, row, nextCell, curves.knots, 1 / curves.knotSpacing, keep);
    }
  }
  return { ...volume, samples };
}

/** out = the two table rows next to voxel `index`, linearly blended. */
function blend(table: Float32Array | Float64Array, along: AxisCells, index: number, out: Float64Array, cells: number): void {
  const first = along.first[index]! * out.length;
  const second = cells > 1 ? first + out.length : first;
  const weight = along.weight[index]!;
  for (let n = 0; n < out.length; n++) out[n] = table[first + n]! + weight * (table[second + n]! - table[first + n]!);
}

function evaluateRow(
  source: Float32Array, out: Float32Array, start: number, plan: { firstNode: Int32Array; weight: Float64Array },
  row: Float64Array, nextCell: number, knots: number, knotsPerUnit: number, keep: 0 | 1,
): void {
  const { firstNode, weight } = plan;
  const lastSegment = knots - 2;
  for (let i = 0; i < firstNode.length; i++) {
    const value = source[start + i]!;
    if (!(value > 0)) {
      out[start + i] = keep === 1 ? value : 0;
      continue;
    }
    const position = Math.min(value * knotsPerUnit, knots - 1);
    const segment = Math.min(position | 0, lastSegment);
    const share = position - segment;
    const a = firstNode[i]! + segment;
    const b = a + nextCell;
    const low = row[a]! + share * (row[a + 1]! - row[a]!);
    const high = row[b]! + share * (row[b + 1]! - row[b]!);
    out[start + i] = keep * value + low + weight[i]! * (high - low);
  }
}
