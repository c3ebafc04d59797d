import { quantile } from '../../core/statistics.ts';
import { columnMeans, covarianceOf, eigenSymmetric, type NumberTable, productOf, rowOf } from './matrix.ts';

/** Values of a symmetric kernel, `[row · n + column]`. */
export type Kernel = Readonly<{ n: number; values: Float64Array }>;

export function kernelOf(table: NumberTable, k: (x: Float64Array, y: Float64Array) => number): Kernel {
  const n = table.rows;
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) values[i * n + j] = values[j * n + i] = k(rowOf(table, i), rowOf(table, j));
  return { n, values };
}

function squaredDistance(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j]! - y[j]!) ** 2;
  return sum;
}

/** The median distance of different rows: the usual width of a Gaussian kernel. Source: Gretton et al. 2012, §8. */
export function medianDistance(table: NumberTable): number {
  const distances: number[] = [];
  for (let i = 0; i < table.rows; i++) for (let j = 0; j < i; j++) distances.push(Math.sqrt(squaredDistance(rowOf(table, i), rowOf(table, j))));
  return distances.length === 0 ? NaN : quantile(distances, 0.5);
}

/** exp(−‖x − y‖² / (2·bandwidth²)). */
export function gaussianKernel(table: NumberTable, bandwidth: number): Kernel {
  return kernelOf(table, (x, y) => Math.exp(-squaredDistance(x, y) / (2 * bandwidth ** 2)));
}

/** (xᵀy/d + 1)³, the kernel of KID. Source: Bińkowski et al. 2018 (arXiv 1801.01401), eq. 4. */
export function cubicKernel(table: NumberTable): Kernel {
  return kernelOf(table, (x, y) => {
    let dot = 0;
    for (let j = 0; j < x.length; j++) dot += x[j]! * y[j]!;
    return (dot / x.length + 1) ** 3;
  });
}

/** Unbiased MMD² between two sets of rows of one kernel; may be below 0. Source: Gretton et al. 2012, eq. 3. */
export function mmd2({ n, values }: Kernel, first: readonly number[], second: readonly number[]): number {
  const within = (rows: readonly number[]): number => {
    let sum = 0;
    for (let a = 0; a < rows.length; a++) for (let b = 0; b < a; b++) sum += values[rows[a]! * n + rows[b]!]!;
    return (2 * sum) / (rows.length * (rows.length - 1));
  };
  let cross = 0;
  for (const i of first) for (const j of second) cross += values[i * n + j]!;
  return within(first) + within(second) - (2 * cross) / (first.length * second.length);
}

/** ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½): for thousands of rows only (validation.md §10). Source: Heusel et al. 2017. */
export function frechetDistance(a: NumberTable, b: NumberTable): number {
  const [first, second] = [covarianceOf(a), covarianceOf(b)];
  const d = a.columns;
  const trace = (table: NumberTable): number => table.values.reduce((sum, value, n) => (n % (d + 1) === 0 ? sum + value : sum), 0);
  // Tr (Σ₁Σ₂)^½ = Tr (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric
  const { values, vectors } = eigenSymmetric(first);
  const root = new Float64Array(d * d);
  vectors.forEach((vector, m) => {
    const scale = Math.sqrt(Math.max(0, values[m]!));
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) root[i * d + j]! += scale * vector[i]! * vector[j]!;
  });
  const half = { rows: d, columns: d, values: root };
  const inner = productOf(productOf(half, second), half);
  const mixed = eigenSymmetric(inner).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return squaredDistance(columnMeans(a), columnMeans(b)) + trace(first) + trace(second) - 2 * mixed;
}
