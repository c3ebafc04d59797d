import type { ToneCurveSummary } from '../core/scanRecord.ts';
import { quantiles } from '../core/statistics.ts';
import type { Shape3 } from '../core/volume.ts';
import { evaluateCurve } from '../field/startCurve.ts';
import type { ToneCurve } from '../field/startCurve.ts';
import type { CellCurves, ToneField } from '../field/toneField.ts';

/** The share of a cell that must be brain for its curve to count. */
const BRAIN_SHARE = 0.25;

/** The tone curves of the brain's cells in a picture's worth of numbers, six decimals each. Model scale. */
export function summarizeToneCurves(
  start: ToneCurve, field: ToneField, sd: CellCurves, brain: Readonly<{ mask: Uint8Array; shape: Shape3; cellVoxels: number }>,
): ToneCurveSummary {
  const cells = brainCells(brain.mask, brain.shape, brain.cellVoxels);
  const knots = Array.from({ length: field.knots }, (_, j) => j * field.knotSpacing);
  const over = (curves: CellCurves, j: number): Float64Array => cells.map((cell) => curves.values[cell * field.knots + j]!);
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = knots.map((_, j) => quantiles(over(field, j), [0.05, 0.95]));
  return {
    knots: knots.map(rounded),
    start: knots.map((knot) => rounded(evaluateCurve(start, knot))),
    mean: knots.map((knot, j) => rounded(knot + mean(over(field, j)))),
    low: knots.map((knot, j) => rounded(knot + spread[j]![0]!)),
    high: knots.map((knot, j) => rounded(knot + spread[j]![1]!)),
    sd: knots.map((_, j) => rounded(mean(over(sd, j)))),
  };
}

/** Indices of the cells that are brain; the fullest cell if none is full enough. */
function brainCells(mask: Uint8Array, shape: Shape3, cellVoxels: number): Float64Array {
  const [cellsX, cellsY] = [shape[0] / cellVoxels, shape[1] / cellVoxels];
  const counts = new Float64Array(mask.length / cellVoxels ** 3);
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] === 0) continue;
    const x = Math.floor((voxel % shape[0]) / cellVoxels);
    const y = Math.floor((Math.floor(voxel / shape[0]) % shape[1]) / cellVoxels);
    const z = Math.floor(Math.floor(voxel / (shape[0] * shape[1])) / cellVoxels);
    counts[(z * cellsY + y) * cellsX + x]! += 1;
  }
  const enough = Math.min(BRAIN_SHARE * cellVoxels ** 3, Math.max(...counts));
  return Float64Array.from(counts.keys()).filter((cell) => counts[cell]! >= enough);
}

function rounded(value: number): number {
  return Number(value.toFixed(6));
}
