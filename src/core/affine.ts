import { ConcordError } from './errors.ts';

export type Vector3 = readonly [number, number, number];

/** Voxel index → world mm; rows of the 3×4 matrix [R | t], float64, RAS+ frame. */
export type Affine = Readonly<{
  frame: 'RAS';
  rows: readonly [readonly number[], readonly number[], readonly number[]];
}>;

export function affineOf(rows: readonly (readonly number[])[]): Affine {
  const [x, y, z] = rows;
  if (x?.length !== 4 || y?.length !== 4 || z?.length !== 4) {
    throw new ConcordError('CONCORD_INTERNAL', 'An affine needs three rows of four numbers.');
  }
  return { frame: 'RAS', rows: [x, y, z] };
}

/** Column `axis` of the linear part: mm moved in RAS by one step along that voxel axis. */
export function axisVector(affine: Affine, axis: 0 | 1 | 2): Vector3 {
  const [x, y, z] = affine.rows;
  return [x[axis]!, y[axis]!, z[axis]!];
}

/** Voxel spacing along I, J, K in mm. */
export function spacingOf(affine: Affine): Vector3 {
  const length = (v: Vector3): number => Math.hypot(...v);
  return [length(axisVector(affine, 0)), length(axisVector(affine, 1)), length(axisVector(affine, 2))];
}

export function applyAffine(affine: Affine, voxel: Vector3): Vector3 {
  const [i, j, k] = voxel;
  const row = (r: readonly number[]): number => r[0]! * i + r[1]! * j + r[2]! * k + r[3]!;
  return [row(affine.rows[0]), row(affine.rows[1]), row(affine.rows[2])];
}

export function determinant(affine: Affine): number {
  const [a, b, c] = affine.rows;
  return (
    a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) -
    a[1]! * (b[0]! * c[2]! - b[2]! * c[0]!) +
    a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!)
  );
}
