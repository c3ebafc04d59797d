import { evaluateCurve } from './startCurve.ts';
import type { ToneCurve } from './startCurve.ts';
import { boundSlopes } from './toneField.ts';
import type { ToneField, ToneSettings } from './toneField.ts';

/** A tone curve for the brain, and one for the upper head outside of it; null leaves that region to the field. */
export type RegionCurves = Readonly<{ brain: ToneCurve | null; outside: ToneCurve | null }>;

/** How far to go from the field to the histogram. */
const HALF_WAY = 0.5;

/**
 * Half of the way from the field to what the reference's histogram asks for, region by region. The field knows places but errs in its one global
 * curve; the histogram knows that curve but takes another anatomy for another style. Their errors differ, so the mean of
 * both errs less than either.
 *
 * Source: combination of forecasts with equal weights (Bates & Granger 1969); measured in validation/studies/mr-model.
 *
 * @param curves from the intensities that the field gives to the reference's
 * @param brainShare share of each cell that is brain, [Z, Y, X]: a cell follows the blend of both curves
 */
export function meetHistogram(
  field: ToneField, curves: RegionCurves, brainShare: Float32Array, { minSlope, maxSlope }: Pick<ToneSettings, 'minSlope' | 'maxSlope'>,
): ToneField {
  const values = new Float32Array(field.values.length);
  const curve = new Float64Array(field.knots);
  for (let cell = 0, first = 0; first < values.length; cell++, first += field.knots) {
    const share = brainShare[cell]!;
    for (let j = 0; j < field.knots; j++) {
      const given = j * field.knotSpacing + field.values[first + j]!;
      curve[j] = given + HALF_WAY * (share * shift(curves.brain, given) + (1 - share) * shift(curves.outside, given));
    }
    boundSlopes(curve, field.knotSpacing, minSlope, maxSlope);
    for (let j = 0; j < field.knots; j++) values[first + j] = curve[j]! - j * field.knotSpacing;
  }
  return { ...field, values };
}

function shift(curve: ToneCurve | null, intensity: number): number {
  return curve === null ? 0 : evaluateCurve(curve, intensity) - intensity;
}

/** The field with a share of its change a cell, [Z, Y, X]; shares of 0 … 1 keep every slope within its bounds. */
export function scaledField(field: ToneField, shares: Float32Array): ToneField {
  return { ...field, values: field.values.map((value, n) => shares[Math.floor(n / field.knots)]! * value) };
}
