import type { Affine, Vector3 } from './affine.ts';
import { affineOf, axisVector } from './affine.ts';
import { ScanRefusal } from './issues.ts';
import type { Shape3 } from './volume.ts';

export type Axis = 0 | 1 | 2;

/**
 * A reordering of voxel axes: output axis d runs along input axis `axes[d]`, from its far end if `flips[d]`.
 * One of 48; plain JSON.
 */
export type AxisMap = Readonly<{
  axes: readonly [Axis, Axis, Axis];
  flips: readonly [boolean, boolean, boolean];
}>;

/**
 * The map that brings voxels into the order closest to RAS, as nibabel.as_closest_canonical.
 *
 * @throws MALFORMED if the affine is singular
 */
export function axisMapToRas(affine: Affine): AxisMap {
  const towards = rasAxisOfVoxelAxes(affine);
  const axes = ([0, 1, 2] as const).map((ras) => towards.findIndex((t) => t.ras === ras) as Axis);
  const flips = axes.map((axis) => towards[axis]!.negative);
  return { axes: [axes[0]!, axes[1]!, axes[2]!], flips: [flips[0]!, flips[1]!, flips[2]!] };
}

/** Where the voxel axes I, J, K point, as three letters: 'RAS', 'LPS', 'PIR', … */
export function axisCodes(affine: Affine): string {
  const letters = ['LR', 'PA', 'IS'] as const;
  return rasAxisOfVoxelAxes(affine)
    .map(({ ras, negative }) => letters[ras].charAt(negative ? 0 : 1))
    .join('');
}

export function inverseAxisMap(map: AxisMap): AxisMap {
  const axes = ([0, 1, 2] as const).map((axis) => map.axes.indexOf(axis) as Axis);
  return {
    axes: [axes[0]!, axes[1]!, axes[2]!],
    flips: [map.flips[axes[0]!], map.flips[axes[1]!], map.flips[axes[2]!]],
  };
}

export function permutedShape(shape: Shape3, { axes }: AxisMap): Shape3 {
  return [shape[axes[0]], shape[axes[1]], shape[axes[2]]];
}

/** The affine that keeps every voxel where it is in the world. `shape` is the shape before the map. */
export function permutedAffine(affine: Affine, shape: Shape3, { axes, flips }: AxisMap): Affine {
  const rows = affine.rows.map((row) => {
    let origin = row[3]!;
    const linear = axes.map((axis, d) => {
      if (!flips[d]) return row[axis]!;
      origin += row[axis]! * (shape[axis] - 1);
      return 0 - row[axis]!; // not -0, which JSON would not keep
    });
    return [...linear, origin];
  });
  return affineOf(rows);
}

/** Samples in the mapped voxel order. `shape` is the shape before the map. @returns a new array */
export function permuteVoxels(samples: Float32Array, shape: Shape3, { axes, flips }: AxisMap): Float32Array {
  const strides = [1, shape[0], shape[0] * shape[1]];
  const steps = axes.map((axis, d) => (flips[d] ? -strides[axis]! : strides[axis]!));
  const start = axes.reduce<number>((sum, axis, d) => sum + (flips[d] ? (shape[axis] - 1) * strides[axis]! : 0), 0);
  const [ni, nj, nk] = permutedShape(shape, { axes, flips });
  const [si, sj, sk] = [steps[0]!, steps[1]!, steps[2]!];
  const out = new Float32Array(samples.length);
  let o = 0;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      let from = start + k * sk + j * sj;
      for (let i = 0; i < ni; i++, from += si) out[o++] = samples[from]!;
    }
  }
  return out;
}

/** For each voxel axis the RAS axis it runs along: the most decided axis chooses first, each takes one still free. */
function rasAxisOfVoxelAxes(affine: Affine): { ras: Axis; negative: boolean }[] {
  const columns = polarFactor([axisVector(affine, 0), axisVector(affine, 1), axisVector(affine, 2)]);
  const strength = columns.map((column) => Math.max(...column.map(Math.abs)));
  const free: Axis[] = [0, 1, 2];
  const found: { ras: Axis; negative: boolean }[] = [];
  for (const voxelAxis of [0, 1, 2].sort((a, b) => strength[b]! - strength[a]!)) {
    const column = columns[voxelAxis]!;
    const ras = free.reduce((best, axis) => (Math.abs(column[axis]) > Math.abs(column[best]) ? axis : best));
    free.splice(free.indexOf(ras), 1);
    found[voxelAxis] = { ras, negative: column[ras] < 0 };
  }
  return found;
}

/**
 * The rotation nearest to three columns of unit length, so that sheared grids get the axes a rotation would.
 * Newton's iteration X ← (X + X⁻ᵀ)/2 (Higham 1986).
 */
function polarFactor(columns: readonly Vector3[]): Vector3[] {
  let x = columns.map((column) => scaled(column, 1 / Math.hypot(...column)));
  for (let iteration = 0; iteration < 30; iteration++) {
    const [a, b, c] = [x[0]!, x[1]!, x[2]!];
    const volume = dot(a, cross(b, c));
    if (!(Math.abs(volume) > 1e-6)) throw new ScanRefusal('MALFORMED', 'The affine is singular.');
    // the columns of the inverse transpose are the cross products over the volume
    const inverse = [cross(b, c), cross(c, a), cross(a, b)];
    x = x.map((column, d) => sum(scaled(column, 0.5), scaled(inverse[d]!, 0.5 / volume)));
  }
  return x;
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function scaled(a: Vector3, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function sum(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
