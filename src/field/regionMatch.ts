import { evaluateCurve } from './startCurve.ts';
import type { ToneCurve } from './startCurve.ts';
import { boundSlopes } from './toneField.ts';
import type { ToneField, ToneSettings } from './toneField.ts';

/** From what the field gives to what the reference's histogram asks for, and how much of that way to go, 0 … 1. */
export type HistogramMatch = Readonly<{ curve: ToneCurve; weight: number }>;

/** Of the brain, and of the upper head outside of it; null leaves that region to the field. */
export type RegionMatches = Readonly<{ brain: HistogramMatch | null; outside: HistogramMatch | null }>;

/**
 * The field led towards the reference's histogram, region by region. The field knows places but errs in its one global curve; the histogram
 * knows that curve but takes another anatomy for another style. Their errors differ, so a mean of both errs less than either.
 *
 * Source: combination of forecasts (Bates & Granger 1969); measured in validation/studies/mr-model.
 *
 * @param brainShare share of each cell that is brain, [Z, Y, X]: a cell follows the blend of both regions
 */
export function meetHistogram(
  field: ToneField, { brain, outside }: RegionMatches, brainShare: Float32Array, { minSlope, maxSlope }: Pick<ToneSettings, 'minSlope' | 'maxSlope'>,
): ToneField {
  const values = new Float32Array(field.values.length);
  const curve = new Float64Array(field.knots);
  for (let cell = 0, first = 0; first < values.length; cell++, first += field.knots) {
    const share = brainShare[cell]!;
    for (let j = 0; j < field.knots; j++) {
      const given = j * field.knotSpacing + field.values[first + j]!;
      curve[j] = given + share * shift(brain, given) + (1 - share) * shift(outside, given);
    }
    boundSlopes(curve, field.knotSpacing, minSlope, maxSlope);
    for (let j = 0; j < field.knots; j++) values[first + j] = curve[j]! - j * field.knotSpacing;
  }
  return { ...field, values };
}

function shift(match: HistogramMatch | null, intensity: number): number {
  return match === null ? 0 : match.weight * (evaluateCurve(match.curve, intensity) - intensity);
}

/** The field with a share of its change a cell, [Z, Y, X]; shares of 0 … 1 keep every slope within its bounds. */
export function scaledField(field: ToneField, shares: Float32Array): ToneField {
  return { ...field, values: field.values.map((value, n) => shares[Math.floor(n / field.knots)]! * value) };
}
