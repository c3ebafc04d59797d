import { ConcordError } from './errors.ts';
import { sortedFloats } from './sortFloats.ts';

/** Any array of numbers that is only read. */
export type Samples = ArrayLike<number>;

/**
 * Quantiles of `values` by linear interpolation between order statistics, as numpy.quantile's 'linear'
 * (Hyndman & Fan 1996, definition 7).
 *
 * @param probabilities each in [0, 1]
 * @throws CONCORD_INTERNAL if `values` is empty
 */
export function quantiles(values: Samples, probabilities: readonly number[]): number[] {
  // typed arrays sort by number, and far faster than plain ones
  const sorted = values instanceof Float32Array ? sortedFloats(values) : Float64Array.from(values).sort();
  return probabilities.map((p) => betweenOrderStatistics(sorted.length, p, (rank) => sorted[rank]!));
}

/** One quantile by selection instead of sorting: several times faster for a whole volume. */
export function quantile(values: Samples, probability: number): number {
  const work = values instanceof Float32Array ? values.slice() : Float64Array.from(values);
  return betweenOrderStatistics(work.length, probability, (rank) => selectRank(work, rank));
}

/** Counts over `bins` equal bins from `low` to `high`; values outside count in the end bins. */
export function histogram(values: Samples, bins: number, low: number, high: number): Float64Array {
  const counts = new Float64Array(bins);
  const perUnit = bins / (high - low);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i]! - low) * perUnit);
    const inside = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
    counts[inside]! += 1;
  }
  return counts;
}

/**
 * The threshold that splits a histogram with the largest variance between its two classes: a bin centre.
 * `low` and `high` are the histogram's ends. Source: Otsu 1979, eq. 18.
 */
export function otsuThreshold(counts: Float64Array, low: number, high: number): number {
  const width = (high - low) / counts.length;
  const centre = (bin: number): number => low + (bin + 0.5) * width;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const moment = counts.reduce((sum, count, bin) => sum + count * centre(bin), 0);
  let below = 0;
  let momentBelow = 0;
  let best = -1;
  let threshold = low;
  counts.forEach((count, bin) => {
    below += count;
    momentBelow += count * centre(bin);
    const above = total - below;
    if (below === 0 || above === 0) return;
    const between = ((moment * below) / total - momentBelow) ** 2 / (below * above);
    if (between > best) {
      best = between;
      threshold = centre(bin);
    }
  });
  return threshold;
}

/**
 * x with A x = b for a symmetric positive definite A (row-major n×n; only its lower triangle is read).
 * Cholesky's decomposition. @throws CONCORD_INTERNAL if A is not positive definite
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array): Float64Array {
  return positiveDefiniteSolver(a, b.length)(b);
}

/** The same for several right sides: the decomposition, which costs most, is made once. @throws as above */
export function positiveDefiniteSolver(a: Float64Array, n: number): (b: Float64Array) => Float64Array {
  const l = a.slice();
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = l[row * n + column]!;
      for (let m = 0; m < column; m++) sum -= l[row * n + m]! * l[column * n + m]!;
      if (row !== column) l[row * n + column] = sum / l[column * n + column]!;
      else if (sum > 0) l[row * n + row] = Math.sqrt(sum);
      else throw new ConcordError('CONCORD_INTERNAL', 'A system of equations is not positive definite.');
    }
  }
  return (b) => {
    const x = b.slice();
    for (let row = 0; row < n; row++) {
      for (let m = 0; m < row; m++) x[row]! -= l[row * n + m]! * x[m]!;
      x[row]! /= l[row * n + row]!;
    }
    for (let row = n - 1; row >= 0; row--) {
      for (let m = row + 1; m < n; m++) x[row]! -= l[m * n + row]! * x[m]!;
      x[row]! /= l[row * n + row]!;
    }
    return x;
  };
}

function betweenOrderStatistics(n: number, probability: number, at: (rank: number) => number): number {
  if (n === 0) throw new ConcordError('CONCORD_INTERNAL', 'A quantile of no values was asked for.');
  const position = probability * (n - 1);
  const rank = Math.floor(position);
  const low = at(rank);
  if (rank === position) return low;
  const high = at(rank + 1);
  // the two forms of numpy's lerp: exact at both ends
  const t = position - rank;
  return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t);
}

/** The value of the given rank; reorders `values` (Hoare's selection, pivot in the middle). */
function selectRank(values: Float32Array | Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}
