import { solvePositiveDefinite } from '../../core/statistics.ts';
import { type NumberTable, rowOf } from './matrix.ts';

export type VarianceShares = Readonly<{ between: number; within: number; icc: number; logLikelihood: number }>;

/**
 * y = X β + site + error with a random intercept per site, by restricted maximum likelihood: the variance between
 * sites, within, and ICC = between/(between + within). One-dimensional search over the ratio of both variances.
 *
 * Notation: γ = between/within; V/within = I + γ·11ᵀ per site, whose inverse is I − 11ᵀ·γ/(1 + γ n).
 * Source: Laird & Ware 1982, eq. 3.6; the profile: Lindstrom & Bates 1988.
 */
export function randomIntercept(y: ArrayLike<number>, design: NumberTable, groups: readonly number[]): VarianceShares {
  const sums = crossProducts(y, design, groups);
  let best = { logLikelihood: -Infinity, gamma: 0, within: NaN };
  const visit = (gamma: number): number => {
    const found = restrictedLikelihood(sums, gamma);
    if (found.logLikelihood > best.logLikelihood) best = { ...found, gamma };
    return found.logLikelihood;
  };
  visit(0);
  // ln γ from 1e-5 to 1e5 on a grid, then golden section around the best
  const grid = Array.from({ length: 24 }, (_, n) => -11.5 + n);
  const likelihoods = grid.map((t) => visit(Math.exp(t)));
  const top = likelihoods.indexOf(Math.max(...likelihoods));
  goldenSection((t) => visit(Math.exp(t)), grid[top]! - 1, grid[top]! + 1);
  const between = best.gamma * best.within;
  return { between, within: best.within, icc: best.gamma / (1 + best.gamma), logLikelihood: best.logLikelihood };
}

type Sums = Readonly<{ n: number; p: number; xx: Float64Array; xy: Float64Array; yy: number; groups: readonly Readonly<{ n: number; x: Float64Array; y: number }>[] }>;

function crossProducts(y: ArrayLike<number>, design: NumberTable, labels: readonly number[]): Sums {
  const p = design.columns;
  const xx = new Float64Array(p * p);
  const xy = new Float64Array(p);
  let yy = 0;
  const groups = Array.from({ length: Math.max(...labels) + 1 }, () => ({ n: 0, x: new Float64Array(p), y: 0 }));
  for (let row = 0; row < design.rows; row++) {
    const x = rowOf(design, row);
    const group = groups[labels[row]!]!;
    const value = y[row]!;
    group.n++;
    group.y += value;
    yy += value * value;
    for (let i = 0; i < p; i++) {
      group.x[i]! += x[i]!;
      xy[i]! += x[i]! * value;
      for (let j = 0; j < p; j++) xx[i * p + j]! += x[i]! * x[j]!;
    }
  }
  return { n: design.rows, p, xx, xy, yy, groups };
}

function restrictedLikelihood({ n, p, xx, xy, yy, groups }: Sums, gamma: number): { logLikelihood: number; within: number } {
  const a = xx.slice();
  const b = xy.slice();
  let [c, logDeterminant] = [yy, 0];
  for (const group of groups) {
    const weight = gamma / (1 + gamma * group.n);
    logDeterminant += Math.log1p(gamma * group.n);
    c -= weight * group.y ** 2;
    for (let i = 0; i < p; i++) {
      b[i]! -= weight * group.x[i]! * group.y;
      for (let j = 0; j < p; j++) a[i * p + j]! -= weight * group.x[i]! * group.x[j]!;
    }
  }
  const beta = p === 1 ? Float64Array.of(b[0]! / a[0]!) : solvePositiveDefinite(a, b);
  const residual = c - beta.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const within = residual / (n - p);
  const logLikelihood = -0.5 * ((n - p) * (Math.log(2 * Math.PI * within) + 1) + logDeterminant + logDeterminantOf(a, p));
  return { logLikelihood: Number.isNaN(logLikelihood) ? -Infinity : logLikelihood, within };
}

/** ln |A| of a positive definite A, by elimination. */
function logDeterminantOf(a: Float64Array, p: number): number {
  if (p === 1) return Math.log(a[0]!);
  const work = a.slice();
  let sum = 0;
  for (let m = 0; m < p; m++) {
    const pivot = work[m * p + m]!;
    sum += Math.log(pivot);
    for (let i = m + 1; i < p; i++) {
      const factor = work[i * p + m]! / pivot;
      for (let j = m; j < p; j++) work[i * p + j]! -= factor * work[m * p + j]!;
    }
  }
  return sum;
}

/** Narrows a bracket around the maximum of a unimodal function; the visits record the best. */
function goldenSection(f: (t: number) => number, low: number, high: number): void {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [left, right] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [atLeft, atRight] = [f(left), f(right)];
  for (let step = 0; step < 36; step++) {
    if (atLeft >= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - ratio * (b - a);
      atLeft = f(left);
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + ratio * (b - a);
      atRight = f(right);
    }
  }
}
