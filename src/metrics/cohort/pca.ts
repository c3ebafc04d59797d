import { columnMeans, type NumberTable, rightSingularVectors, rowOf } from './matrix.ts';

/** Directions of largest variance: unit rows, with the share of variance each explains. */
export type Components = Readonly<{ center: Float64Array; directions: readonly Float64Array[]; explained: readonly number[] }>;

/**
 * Principal components of the rows. Signs are fixed: each direction's largest loading is positive.
 * Source: Jolliffe 2002, §3.5.
 */
export function principalComponents(table: NumberTable, count: number): Components {
  const center = columnMeans(table);
  const centered = { ...table, values: table.values.map((value, n) => value - center[n % table.columns]!) };
  const { values, vectors } = rightSingularVectors(centered);
  const total = values.reduce((sum, value) => sum + value ** 2, 0);
  const kept = Math.min(count, values.filter((value) => value > 1e-10 * values[0]!).length);
  return { center, directions: vectors.slice(0, kept).map(withFixedSign), explained: values.slice(0, kept).map((value) => value ** 2 / total) };
}

/** Scores of the rows on the components, rows × components. */
export function project(table: NumberTable, { center, directions }: Components): NumberTable {
  const values = new Float64Array(table.rows * directions.length);
  for (let row = 0; row < table.rows; row++) {
    const x = rowOf(table, row);
    directions.forEach((direction, c) => {
      let dot = 0;
      for (let j = 0; j < x.length; j++) dot += (x[j]! - center[j]!) * direction[j]!;
      values[row * directions.length + c] = dot;
    });
  }
  return { rows: table.rows, columns: directions.length, values };
}

function withFixedSign(direction: Float64Array): Float64Array {
  let largest = 0;
  direction.forEach((value, n) => {
    // a near tie must not be decided by the last bits
    if (Math.abs(value) > Math.abs(direction[largest]!) + 1e-9) largest = n;
  });
  return direction[largest]! < 0 ? direction.map((value) => -value) : direction;
}
