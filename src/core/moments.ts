/** Means, spreads and correlation in double precision. Empty input gives NaN: callers decide what absence means. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Population variance (divided by n), in two passes. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return sum / values.length;
}

export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/** A number, or null where it is none. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Running sums of pairs, so that a correlation over volumes needs no copies. */
export type PairSums = { n: number; x: number; y: number; xx: number; yy: number; xy: number };

/** Modifies `sums`. */
export function addPair(sums: PairSums, x: number, y: number): void {
  sums.n++;
  sums.x += x;
  sums.y += y;
  sums.xx += x * x;
  sums.yy += y * y;
  sums.xy += x * y;
}

export function emptyPairSums(): PairSums {
  return { n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
}

/** Pearson correlation; NaN where one side is constant. */
export function correlationOf({ n, x, y, xx, yy, xy }: PairSums): number {
  const covariance = xy - (x * y) / n;
  const spread = Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  return spread > 0 ? covariance / spread : NaN;
}
