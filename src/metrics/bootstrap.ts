import { randomStream } from '../core/random.ts';

export type Interval = Readonly<{ low: number; high: number }>;

/** Why there is no interval: too few to draw from, too many draws without a value, or draws that are not around the estimate. */
export type NoInterval = Readonly<{ withheld: 'FEW_SUBJECTS' | 'UNDEFINED_DRAWS' | 'ONE_SIDED_DRAWS' | 'INTERVAL_OUTSIDE' }>;

export type BootstrapPlan = Readonly<{
  /** Clusters, the subjects: they are drawn with replacement, never their single scans. */
  clusters: number;
  resamples: number;
  /** 0.95 for a 95 % interval. */
  confidence: number;
  seed: number;
}>;

/** An estimate beyond this share of its own resamples is an edge case of the bootstrap, not its middle. */
const LEAST_SHARE = 0.005;

/**
 * Bias-corrected and accelerated bootstrap interval of a statistic of clustered data. `statistic` gets the drawn
 * cluster indices. Withheld for fewer than three clusters, where the statistic is not finite for too many draws, or
 * where nearly all draws lie on one side of the estimate, or the interval would not hold it, as for distances that
 * resampling can only enlarge.
 *
 * Source: Efron 1987, eqs. 2.3 and 6.6; the acceleration from the jackknife over clusters.
 */
export function bcaInterval(statistic: (drawn: readonly number[]) => number, plan: BootstrapPlan): Interval | NoInterval {
  const { clusters, resamples, confidence, seed } = plan;
  if (clusters < 3) return { withheld: 'FEW_SUBJECTS' };
  const everyone = Array.from({ length: clusters }, (_, n) => n);
  const estimate = statistic(everyone);
  const random = randomStream(`${seed}|bootstrap`);
  const draws = Array.from({ length: resamples }, () => statistic(everyone.map(() => Math.floor(random.nextFloat() * clusters))));
  return bcaEnds(estimate, draws, everyone.map((left) => statistic(everyone.filter((n) => n !== left))), confidence);
}

/**
 * The ends of the interval from the estimate, its bootstrap draws and its jackknife values; withheld as above.
 * Source: Efron 1987, eq. 2.3.
 */
export function bcaEnds(estimate: number, drawn: readonly number[], jackknife: readonly number[], confidence: number): Interval | NoInterval {
  const draws = Float64Array.from(drawn.filter(Number.isFinite)).sort();
  if (!Number.isFinite(estimate) || draws.length < 0.9 * drawn.length) return { withheld: 'UNDEFINED_DRAWS' };
  const acceleration = accelerationOf(jackknife.filter(Number.isFinite));
  // ties count half, so that a statistic that never moves is unbiased
  let [below, equal] = [0, 0];
  for (const value of draws) {
    if (value < estimate) below++;
    else if (value === estimate) equal++;
  }
  const share = (below + equal / 2) / draws.length;
  // resampling moved the statistic away from the estimate: what it spans is not around it
  if (share < LEAST_SHARE || share > 1 - LEAST_SHARE) return { withheld: 'ONE_SIDED_DRAWS' };
  const bias = normalQuantile(share);
  const end = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    const corrected = normalCumulative(bias + z / (1 - acceleration * z));
    return draws[Math.min(draws.length - 1, Math.max(0, Math.round(corrected * (draws.length - 1))))]!;
  };
  const [low, high] = [end((1 - confidence) / 2), end((1 + confidence) / 2)];
  // sums in another order differ by rounding; beyond that, an interval that leaves its own estimate out is none
  const rounding = 1e-9 * Math.max(Math.abs(estimate), Math.abs(low), Math.abs(high));
  if (estimate < low - rounding || estimate > high + rounding) return { withheld: 'INTERVAL_OUTSIDE' };
  return { low: Math.min(low, estimate), high: Math.max(high, estimate) };
}

/** Efron 1987, eq. 6.6: a sixth of the skewness of the jackknife values. */
function accelerationOf(jackknife: readonly number[]): number {
  const center = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  const squares = jackknife.reduce((sum, value) => sum + (center - value) ** 2, 0);
  const cubes = jackknife.reduce((sum, value) => sum + (center - value) ** 3, 0);
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** Φ(z) to 1e-7. Source: Abramowitz & Stegun 1964, 26.2.17. */
export function normalCumulative(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/** Φ⁻¹(p) to 1e-6, by bisection: it is called a handful of times. */
export function normalQuantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
