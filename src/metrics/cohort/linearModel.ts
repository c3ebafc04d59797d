import { fisherSf } from './distributions.ts';
import { leastSquares, type NumberTable, productOf } from './matrix.ts';

/** `1`, then the given columns, as the rows of a design. */
export function designOf(rows: number, columns: readonly ArrayLike<number>[]): NumberTable {
  const width = columns.length + 1;
  const values = Float64Array.from({ length: rows * width }, (_, n) => (n % width === 0 ? 1 : columns[(n % width) - 1]![Math.floor(n / width)]!));
  return { rows, columns: width, values };
}

/** Treatment coding: one 0/1 column per level but the first. */
export function dummies(labels: readonly string[]): Float64Array[] {
  const levels = [...new Set(labels)].sort();
  return levels.slice(1).map((level) => Float64Array.from(labels, (label) => (label === level ? 1 : 0)));
}

export type LinearFit = Readonly<{ coefficients: Float64Array; residuals: Float64Array; residualSquares: number; r2: number }>;

/** Ordinary least squares of one variable. */
export function fitLinear(design: NumberTable, y: ArrayLike<number>): LinearFit {
  const observed = { rows: design.rows, columns: 1, values: Float64Array.from(Array.from(y)) };
  const { values: coefficients } = leastSquares(design, observed);
  const predicted = productOf(design, { rows: coefficients.length, columns: 1, values: coefficients });
  const residuals = observed.values.map((value, n) => value - predicted.values[n]!);
  const center = observed.values.reduce((sum, value) => sum + value, 0) / design.rows;
  const total = observed.values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const residualSquares = residuals.reduce((sum, value) => sum + value ** 2, 0);
  return { coefficients, residuals, residualSquares, r2: total > 0 ? 1 - residualSquares / total : NaN };
}

/** Does the larger of two nested models explain more? F, p, and partial R² of what it adds. Both of full rank. */
export function compareNested(small: LinearFit, large: LinearFit, rows: number): Readonly<{ f: number; p: number; partialR2: number }> {
  const added = large.coefficients.length - small.coefficients.length;
  const freedom = rows - large.coefficients.length;
  const f = (small.residualSquares - large.residualSquares) / added / (large.residualSquares / freedom);
  return { f, p: fisherSf(f, added, freedom), partialR2: (small.residualSquares - large.residualSquares) / small.residualSquares };
}
