import { positiveDefiniteSolver } from '../../core/statistics.ts';
import type { Kernel } from '../cohort/kernelDistances.ts';

/** f(x) = Σ weights_i k(x_i, x) + intercept: the log odds of class 1. */
export type KernelLogistic = Readonly<{ rows: readonly number[]; weights: Float64Array; intercept: number }>;

/**
 * L2-regularized logistic regression on a linear kernel, which is the same as on the features: minimizes
 * ½‖w‖² + C Σ s_i ln(1 + exp(−y_i f(x_i))), intercept free, s_i making both classes count alike. By Newton's method to
 * convergence; n³ per step, whatever the number of features.
 *
 * Notation: a = weights, p = 1/(1 + e^−f), W = C s p(1 − p). A step solves [K + W⁻¹, 1; 1ᵀ, 0][a; b] = [z; 0],
 * z = f + (C s/W)(t − p), t the class. Source: Hastie, Tibshirani & Friedman 2009, §4.4.1 and §12.3.3.
 */
export function fitKernelLogistic(kernel: Kernel, rows: readonly number[], classes: readonly (0 | 1)[], c: number): KernelLogistic {
  const n = rows.length;
  const ones = classes.filter((label) => label === 1).length;
  const weightOf = classes.map((label) => (c * n) / (2 * (label === 1 ? ones : n - ones)));
  const k = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) k[i * n + j] = kernel.values[rows[i]! * kernel.n + rows[j]!]!;
  let [weights, intercept] = [new Float64Array(n), 0];
  let f = new Float64Array(n);
  for (let step = 0; step < 50; step++) {
    const system = k.slice();
    const z = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-f[i]!));
      // the floor keeps a surely classified scan from making the system singular
      const curvature = Math.max(weightOf[i]! * p * (1 - p), 1e-9 * c);
      system[i * n + i]! += 1 / curvature;
      z[i] = f[i]! + (weightOf[i]! * (classes[i]! - p)) / curvature;
    }
    const solve = positiveDefiniteSolver(system, n);
    const [byScore, byOne] = [solve(z), solve(new Float64Array(n).fill(1))];
    intercept = sum(byScore) / sum(byOne);
    weights = byScore.map((value, i) => value - intercept * byOne[i]!);
    const next = new Float64Array(n);
    let change = 0;
    for (let i = 0; i < n; i++) {
      let value = intercept;
      for (let j = 0; j < n; j++) value += k[i * n + j]! * weights[j]!;
      // damped: a far step can overshoot where the curvature vanishes
      next[i] = f[i]! + Math.max(-4, Math.min(4, value - f[i]!));
      change = Math.max(change, Math.abs(value - f[i]!));
    }
    f = next;
    // far below what moves a prediction
    if (change < 1e-7) break;
  }
  return { rows, weights, intercept };
}

export function logOdds(kernel: Kernel, { rows, weights, intercept }: KernelLogistic, row: number): number {
  let value = intercept;
  for (let i = 0; i < rows.length; i++) value += weights[i]! * kernel.values[row * kernel.n + rows[i]!]!;
  return value;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
