/**
 * Statistics of rows drawn with replacement, each drawn so many times. What does not depend on the draw, the order of the
 * values above all, is found once: an interval asks for thousands of draws of every feature.
 */

/** How often each row was drawn. */
export type Counts = Uint16Array;

export function countsOf(drawn: ArrayLike<number>, rows: number): Counts {
  const counts = new Uint16Array(rows);
  for (let n = 0; n < drawn.length; n++) counts[drawn[n]!]! += 1;
  return counts;
}

/** Values by row, and the rows in ascending order of value. */
export type Ordered = Readonly<{ values: Float64Array; order: Int32Array }>;

export function ordered(values: Float64Array): Ordered {
  return { values, order: Int32Array.from(values, (_, row) => row).sort((a, b) => values[a]! - values[b]!) };
}

/** Variance divided by n − 1. */
export function drawnVariance(values: Float64Array, counts: Counts): number {
  let [n, sum, squares] = [0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!;
    n += count;
    sum += count * values[row]!;
    squares += count * values[row]! ** 2;
  }
  return Math.max(0, squares - (sum * sum) / n) / (n - 1);
}

/** Spearman's rank correlation, ties and repeated rows at their mean rank; NaN where a side does not vary. */
export function drawnSpearman(a: Ordered, b: Ordered, counts: Counts): number {
  const [rankA, rankB] = [drawnRanks(a, counts), drawnRanks(b, counts)];
  const { n, x, y, xx, yy, xy } = pairSums(rankA, rankB, counts);
  const spread = Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  return spread > 1e-9 * n ? (xy - (x * y) / n) / spread : NaN;
}

function drawnRanks({ values, order }: Ordered, counts: Counts): Float64Array {
  const ranks = new Float64Array(counts.length);
  let below = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = values[order[start]!]!;
    let tied = 0;
    for (; end < order.length && values[order[end]!] === value; end++) tied += counts[order[end]!]!;
    for (let place = start; place < end; place++) ranks[order[place]!] = below + (tied + 1) / 2;
    below += tied;
  }
  return ranks;
}

/** Sums of pairs of rows, weighed by their counts. */
function pairSums(a: Float64Array, b: Float64Array, counts: Counts): Readonly<Record<'n' | 'x' | 'y' | 'xx' | 'yy' | 'xy', number>> {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!;
    n += count;
    x += count * a[row]!;
    y += count * b[row]!;
    xx += count * a[row]! ** 2;
    yy += count * b[row]! ** 2;
    xy += count * a[row]! * b[row]!;
  }
  return { n, x, y, xx, yy, xy };
}

export type DrawnDistances = Readonly<{ wasserstein1: number; ks: number }>;

/**
 * Wasserstein-1 and Kolmogorov–Smirnov distance of drawn rows to fixed ones. The fixed rows follow the drawable ones in
 * `joint`; `counts` holds the drawable ones only. Source: Vallender 1974; Smirnov 1948.
 */
export function drawnDistances({ values, order }: Ordered, counts: Counts): DrawnDistances {
  const fixed = values.length - counts.length;
  const drawn = counts.reduce((sum, count) => sum + count, 0);
  let [gap, area, largest] = [0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    gap += row < counts.length ? counts[row]! / drawn : -1 / fixed;
    const next = place + 1 < order.length ? values[order[place + 1]!]! : values[row]!;
    const width = next - values[row]!;
    // within ties the curves have not yet met
    if (width === 0 && place + 1 < order.length) continue;
    area += Math.abs(gap) * width;
    largest = Math.max(largest, Math.abs(gap));
  }
  return { wasserstein1: area, ks: largest };
}

/** `betweenWithinRatio`: variance between people over that within them, of both visits together. */
export type DrawnAgreement = Readonly<{ icc21: number; icc31: number; linCcc: number; betweenWithinRatio: number }>;

/**
 * Agreement of two measurements of drawn people: ICC(2,1), ICC(3,1) and Lin's concordance, from sums. Two measurements
 * that agree exactly have no error to divide by: 1, and no ratio. Source: Shrout & Fleiss 1979; Lin 1989, eq. 2.
 */
export function drawnAgreement(a: Float64Array, b: Float64Array, counts: Counts): DrawnAgreement {
  const { n, x, y, xx, yy, xy } = pairSums(a, b, counts);
  const [meanA, meanB, center] = [x / n, y / n, (x + y) / (2 * n)];
  const between = 2 * ((xx + 2 * xy + yy) / 4 - n * center ** 2);
  const visits = n * ((meanA - center) ** 2 + (meanB - center) ** 2);
  const rest = Math.max(0, xx + yy - 2 * n * center ** 2 - between - visits);
  const [rows, error] = [between / (n - 1), rest / (n - 1)];
  const within = (rest + visits) / n;
  const isExact = rest + visits <= 1e-12 * (xx + yy);
  return {
    icc21: isExact ? 1 : (rows - error) / (rows + error + (2 * (visits - error)) / n),
    icc31: isExact ? 1 : (rows - error) / (rows + error),
    betweenWithinRatio: isExact ? NaN : Math.max(0, rows - within) / (2 * within),
    linCcc: isExact ? 1 : (2 * (xy - n * meanA * meanB)) / (xx - n * meanA ** 2 + yy - n * meanB ** 2 + n * (meanA - meanB) ** 2),
  };
}
