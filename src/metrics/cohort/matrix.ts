import { EigenvalueDecomposition, LuDecomposition, Matrix, pseudoInverse, SingularValueDecomposition } from 'ml-matrix';

/** Row-major numbers, `values[row · columns + column]`: rows are people or scans, columns are features. */
export type NumberTable = Readonly<{ rows: number; columns: number; values: Float64Array }>;

export function tableOf(rows: readonly ArrayLike<number>[]): NumberTable {
  const columns = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, n) => values.set(Array.from(row), n * columns));
  return { rows: rows.length, columns, values };
}

export function rowOf({ columns, values }: NumberTable, row: number): Float64Array {
  return values.subarray(row * columns, (row + 1) * columns);
}

export function columnOf({ rows, columns, values }: NumberTable, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
}

export function pickRows(table: NumberTable, rows: readonly number[]): NumberTable {
  return tableOf(rows.map((row) => rowOf(table, row)));
}

export function pickColumns(table: NumberTable, columns: readonly number[]): NumberTable {
  const values = new Float64Array(table.rows * columns.length);
  for (let row = 0; row < table.rows; row++) columns.forEach((column, n) => (values[row * columns.length + n] = table.values[row * table.columns + column]!));
  return { rows: table.rows, columns: columns.length, values };
}

/** Means of the columns. */
export function columnMeans({ rows, columns, values }: NumberTable): Float64Array {
  const means = new Float64Array(columns);
  for (let n = 0; n < values.length; n++) means[n % columns]! += values[n]!;
  return means.map((sum) => sum / rows);
}

/** Covariance of the columns, columns × columns; divided by rows − `lost`. */
export function covarianceOf(table: NumberTable, lost: 0 | 1 = 1): NumberTable {
  const { rows, columns, values } = table;
  const means = columnMeans(table);
  const out = new Float64Array(columns * columns);
  const centered = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) centered[j] = values[row * columns + j]! - means[j]!;
    for (let i = 0; i < columns; i++) {
      const left = centered[i]!;
      for (let j = i; j < columns; j++) out[i * columns + j]! += left * centered[j]!;
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = i; j < columns; j++) out[i * columns + j] = out[j * columns + i] = out[i * columns + j]! / (rows - lost);
  }
  return { rows: columns, columns, values: out };
}

/** @returns null where there is none */
export function inverseOf(table: NumberTable): NumberTable | null {
  const factors = new LuDecomposition(toMatrix(table));
  return factors.isSingular() ? null : fromMatrix(factors.solve(Matrix.eye(table.rows)));
}

/** Least-squares coefficients B of X B ≈ Y, columns(X) × columns(Y); of smallest norm where X lacks rank. */
export function leastSquares(x: NumberTable, y: NumberTable): NumberTable {
  return fromMatrix(pseudoInverse(toMatrix(x)).mmul(toMatrix(y)));
}

export function productOf(a: NumberTable, b: NumberTable): NumberTable {
  return fromMatrix(toMatrix(a).mmul(toMatrix(b)));
}

/** Eigenvalues of a symmetric table, largest first, and its eigenvectors as rows. */
export function eigenSymmetric(table: NumberTable): Readonly<{ values: number[]; vectors: Float64Array[] }> {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(toMatrix(table), { assumeSymmetric: true });
  const order = realEigenvalues.map((_, n) => n).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return { values: order.map((n) => realEigenvalues[n]!), vectors: order.map((n) => Float64Array.from(eigenvectorMatrix.getColumn(n))) };
}

/** Singular values, largest first, and the right singular vectors as rows. */
export function rightSingularVectors(table: NumberTable): Readonly<{ values: number[]; vectors: Float64Array[] }> {
  const { diagonal, rightSingularVectors: right } = new SingularValueDecomposition(toMatrix(table), { autoTranspose: true });
  return { values: [...diagonal], vectors: diagonal.map((_, n) => Float64Array.from(right.getColumn(n))) };
}

function toMatrix({ rows, columns, values }: NumberTable): Matrix {
  return Matrix.from1DArray(rows, columns, values);
}

function fromMatrix(matrix: Matrix): NumberTable {
  return { rows: matrix.rows, columns: matrix.columns, values: Float64Array.from(matrix.to1DArray()) };
}
