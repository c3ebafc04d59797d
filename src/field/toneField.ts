import type { Shape3 } from '../core/volume.ts';
import { cellCount } from './cellGrid.ts';
import type { GridTensor } from './cellGrid.ts';
import { evaluateCurve } from './startCurve.ts';
import type { ToneCurve } from './startCurve.ts';

/** A number per cell and fine knot, each cell's knots together: [Z, Y, X, knots], knots fastest. */
export type CellCurves = Readonly<{
  /** [X, Y, Z] cells. */
  cells: Shape3;
  knots: number;
  /** Distance of the fine knots, model scale; the first knot is 0. */
  knotSpacing: number;
  values: Float32Array;
}>;

/**
 * A local tone curve per cell, T(x) = x + values: kept as its difference from the identity, so that a field that
 * changes nothing changes not one bit.
 */
export type ToneField = CellCurves;

export type ToneSettings = Readonly<{
  /** Distance of the residual's knots, model scale. */
  knotSpacing: number;
  minSlope: number;
  maxSlope: number;
}>;

/** Where bounding a slope must not move the curve: near the 90th brain percentile, 0.7 by the brain scale. */
const ANCHOR = 0.7;

/**
 * Start and residual as one tone curve per cell: T(x) = s(x) + R(s(x)), slopes bounded.
 * `residual`: model-scale shifts at knots of the STARTED intensity. The result has twice as many knots of the SOURCE
 * intensity, and beyond the last of them slope 1.
 */
export function composeToneField(start: ToneCurve, residual: GridTensor, settings: ToneSettings): ToneField {
  const field = atSourceKnots(start, residual, settings.knotSpacing);
  const started = Float64Array.from({ length: field.knots }, (_, j) => evaluateCurve(start, j * field.knotSpacing));
  const curve = new Float64Array(field.knots);
  for (let first = 0; first < field.values.length; first += field.knots) {
    for (let j = 0; j < field.knots; j++) curve[j] = started[j]! + field.values[first + j]!;
    boundSlopes(curve, field.knotSpacing, settings.minSlope, settings.maxSlope);
    for (let j = 0; j < field.knots; j++) field.values[first + j] = curve[j]! - j * field.knotSpacing;
  }
  return field;
}

/**
 * A tensor over started intensities (a residual, or the SD of its draws) read at knots of the source intensity:
 * values = R(s(x)) · min(1, s(x) / spacing), linear between the tensor's knots and constant above the last, so that
 * 0 stays 0: background is not style.
 */
export function atSourceKnots(start: ToneCurve, tensor: GridTensor, knotSpacing: number): CellCurves {
  const [knots, cellsZ, cellsY, cellsX] = tensor.shape;
  const cells = cellCount(tensor);
  const fineKnots = 2 * knots + 1;
  const values = new Float32Array(cells * fineKnots);
  for (let j = 0; j < fineKnots; j++) {
    const started = evaluateCurve(start, (j * knotSpacing) / 2);
    const position = Math.min(Math.max(started / knotSpacing, 0), knots - 1);
    const below = Math.min(Math.floor(position), knots - 2);
    const share = position - below;
    const ramp = Math.min(1, started / knotSpacing);
    for (let cell = 0; cell < cells; cell++) {
      const low = tensor.samples[below * cells + cell]!;
      const high = tensor.samples[(below + 1) * cells + cell]!;
      values[cell * fineKnots + j] = ramp * (low + share * (high - low));
    }
  }
  return { cells: [cellsX, cellsY, cellsZ], knots: fineKnots, knotSpacing: knotSpacing / 2, values };
}

/**
 * Bounds every slope of a curve to [minSlope, maxSlope], modifies it in place. The value at the anchor stays as far as a
 * curve through 0 can reach it; from there the slopes are walked upwards and downwards. On the way down the curve
 * is kept inside the cone minSlope·x … maxSlope·x, so it ends at exactly 0: no bound may lift the background.
 */
export function boundSlopes(curve: Float64Array, spacing: number, minSlope: number, maxSlope: number): void {
  const anchor = Math.min(Math.round(ANCHOR / spacing), curve.length - 1);
  const source = Float64Array.from(curve);
  const step = (j: number): number => clamp(source[j]! - source[j - 1]!, minSlope * spacing, maxSlope * spacing);
  const inCone = (value: number, j: number): number => clamp(value, minSlope * spacing * j, maxSlope * spacing * j);
  curve[anchor] = inCone(source[anchor]!, anchor);
  for (let j = anchor + 1; j < curve.length; j++) curve[j] = curve[j - 1]! + step(j);
  for (let j = anchor; j > 0; j--) curve[j - 1] = inCone(curve[j]! - step(j), j - 1);
}

/** Smallest and largest slope of any curve of the field. */
export function slopeRange(field: ToneField): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let first = 0; first < field.values.length; first += field.knots) {
    for (let n = first + 1; n < first + field.knots; n++) {
      const slope = 1 + (field.values[n]! - field.values[n - 1]!) / field.knotSpacing;
      min = Math.min(min, slope);
      max = Math.max(max, slope);
    }
  }
  return { min, max };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
