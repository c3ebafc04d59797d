import { applyAffine, determinant, type Affine, type Vector3 } from '../../core/affine.ts';
import type { Grid } from '../../core/planes.ts';
import { isSameShape, type Volume } from '../../core/volume.ts';

/** Millimetres by which two grids may differ and still be one: header roundings, not a shift. */
const GRID_TOLERANCE_MM = 0.01;

export function isOneGrid(a: Grid, b: Grid): boolean {
  if (!isSameShape(a.shape, b.shape)) return false;
  const corners: Vector3[] = [[0, 0, 0], [a.shape[0] - 1, 0, 0], [0, a.shape[1] - 1, 0], [0, 0, a.shape[2] - 1]];
  return corners.every((corner) => {
    const [p, q] = [applyAffine(a.affine, corner), applyAffine(b.affine, corner)];
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < GRID_TOLERANCE_MM;
  });
}

/**
 * The volume on another's grid, by world coordinates: trilinear, 0 outside. It aligns what shares a scanner frame;
 * it registers nothing.
 */
export function onGridOf<Scale extends 'scanner' | 'model'>(volume: Volume<Scale>, grid: Volume): Volume<Scale> {
  if (isOneGrid(volume, grid)) return volume;
  const [columns, rows, slices] = grid.shape;
  const samples = new Float32Array(columns * rows * slices);
  const toVoxel = inverse(volume.affine);
  for (let k = 0, n = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) samples[n++] = interpolated(volume, applyRows(toVoxel, applyAffine(grid.affine, [i, j, k])));
    }
  }
  return { ...volume, shape: grid.shape, affine: grid.affine, samples };
}

function interpolated({ samples, shape }: Volume, [x, y, z]: Vector3): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  let total = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [di, dj, dk] = [corner & 1, (corner >> 1) & 1, corner >> 2];
    const [ci, cj, ck] = [i + di, j + dj, k + dk];
    if (ci < 0 || cj < 0 || ck < 0 || ci >= shape[0] || cj >= shape[1] || ck >= shape[2]) continue;
    const weight = Math.abs(1 - di - (x - i)) * Math.abs(1 - dj - (y - j)) * Math.abs(1 - dk - (z - k));
    total += weight * samples[ci + shape[0] * (cj + shape[1] * ck)]!;
  }
  return total;
}

type Rows = readonly (readonly [number, number, number, number])[];

/** World mm → voxel index, by the adjugate. */
function inverse(affine: Affine): Rows {
  const [a, b, c] = affine.rows as readonly [Rows[number], Rows[number], Rows[number]];
  const size = determinant(affine);
  const linear = [
    [b[1] * c[2] - b[2] * c[1], a[2] * c[1] - a[1] * c[2], a[1] * b[2] - a[2] * b[1]],
    [b[2] * c[0] - b[0] * c[2], a[0] * c[2] - a[2] * c[0], a[2] * b[0] - a[0] * b[2]],
    [b[0] * c[1] - b[1] * c[0], a[1] * c[0] - a[0] * c[1], a[0] * b[1] - a[1] * b[0]],
  ] as const;
  return linear.map(([x, y, z]) => [x / size, y / size, z / size, -(x * a[3] + y * b[3] + z * c[3]) / size] as const);
}

function applyRows(rows: Rows, [x, y, z]: Vector3): Vector3 {
  const at = (row: 0 | 1 | 2): number => rows[row]![0] * x + rows[row]![1] * y + rows[row]![2] * z + rows[row]![3];
  return [at(0), at(1), at(2)];
}
