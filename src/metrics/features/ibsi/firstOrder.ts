import { mean } from '../../../core/moments.ts';
import { quantiles } from '../../../core/statistics.ts';

/**
 * IBSI's intensity-based statistics, in this order. `energy` is left out: it is the voxel count times the square of
 * the RMS. Percentiles by linear interpolation (Hyndman & Fan 1996, definition 7). `unit` powers of the intensity's.
 */
export const firstOrderFeatures = [
  { id: 'mean', ibsi: 'Mean intensity', power: 1, formula: 'μ = mean of x' },
  { id: 'variance', ibsi: 'Intensity variance', power: 2, formula: 'σ² = mean of (x − μ)²' },
  { id: 'skewness', ibsi: 'Intensity skewness', power: 0, formula: 'mean of (x − μ)³ / σ³' },
  { id: 'kurtosis', ibsi: '(Excess) intensity kurtosis', power: 0, formula: 'mean of (x − μ)⁴ / σ⁴ − 3' },
  { id: 'median', ibsi: 'Median intensity', power: 1, formula: 'P50' },
  { id: 'minimum', ibsi: 'Minimum intensity', power: 1, formula: 'min x' },
  { id: 'p10', ibsi: '10th intensity percentile', power: 1, formula: 'P10' },
  { id: 'p90', ibsi: '90th intensity percentile', power: 1, formula: 'P90' },
  { id: 'maximum', ibsi: 'Maximum intensity', power: 1, formula: 'max x' },
  { id: 'interquartileRange', ibsi: 'Intensity interquartile range', power: 1, formula: 'P75 − P25' },
  { id: 'range', ibsi: 'Intensity range', power: 1, formula: 'max x − min x' },
  { id: 'meanAbsoluteDeviation', ibsi: 'Intensity-based mean absolute deviation', power: 1, formula: 'mean of |x − μ|' },
  { id: 'robustMeanAbsoluteDeviation', ibsi: 'Intensity-based robust mean absolute deviation', power: 1, formula: 'mean of |x − μ′| over P10 ≤ x ≤ P90, μ′ their mean' },
  { id: 'medianAbsoluteDeviation', ibsi: 'Intensity-based median absolute deviation', power: 1, formula: 'mean of |x − P50|' },
  { id: 'coefficientOfVariation', ibsi: 'Intensity-based coefficient of variation', power: 0, formula: 'σ / μ' },
  { id: 'quartileCoefficientOfDispersion', ibsi: 'Intensity-based quartile coefficient of dispersion', power: 0, formula: '(P75 − P25) / (P75 + P25)' },
  { id: 'rootMeanSquare', ibsi: 'Root mean square intensity', power: 1, formula: 'sqrt(mean of x²)' },
] as const;

/** The 17 statistics of at least one value; a flat region has no skewness and no kurtosis (NaN). */
export function firstOrder(values: ArrayLike<number>): Float64Array {
  const [least, p10, p25, p50, p75, p90, greatest] = quantiles(values, [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) as
    [number, number, number, number, number, number, number];
  const center = mean(values);
  let [squares, cubes, fourths, absolute, fromMedian, energy, robustSum, robustCount] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    const off = value - center;
    squares += off * off;
    cubes += off * off * off;
    fourths += off * off * off * off;
    absolute += Math.abs(off);
    fromMedian += Math.abs(value - p50);
    energy += value * value;
    if (value < p10 || value > p90) continue;
    robustSum += value;
    robustCount++;
  }
  const robustCenter = robustSum / robustCount;
  let robust = 0;
  for (let n = 0; n < values.length; n++) if (values[n]! >= p10 && values[n]! <= p90) robust += Math.abs(values[n]! - robustCenter);
  const count = values.length;
  const variance = squares / count;
  return Float64Array.of(
    center, variance, cubes / count / variance ** 1.5, fourths / count / variance ** 2 - 3, p50, least, p10, p90, greatest,
    p75 - p25, greatest - least, absolute / count, robust / robustCount, fromMedian / count,
    Math.sqrt(variance) / center, (p75 - p25) / (p75 + p25), Math.sqrt(energy / count),
  );
}
