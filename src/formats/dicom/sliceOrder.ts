import { affineOf } from '../../core/affine.ts';
import type { Affine, Vector3 } from '../../core/affine.ts';
import type { InstanceHeader } from './instanceHeader.ts';

/** One instance whose geometry the checks have found complete. */
export type PlacedInstance = InstanceHeader &
  Readonly<{
    position: Vector3;
    rowDirection: Vector3;
    columnDirection: Vector3;
    pixelSpacing: readonly [number, number];
    /** Position along the normal of the first instance's plane, mm. */
    height: number;
  }>;

/** Sorted by position along the slice normal, row × column; equal positions keep the order of their UIDs. */
export function placeInstances(instances: readonly InstanceHeader[]): PlacedInstance[] {
  const first = instances[0]!;
  const normal = cross(first.rowDirection!, first.columnDirection!);
  return instances
    .map((instance) => ({ ...instance, height: dot(instance.position!, normal) }) as PlacedInstance)
    .sort((a, b) => a.height - b.height || (a.sopInstanceUid < b.sopInstanceUid ? -1 : 1));
}

/**
 * Voxel index → RAS+ mm of sorted slices. i runs along the rows, j from the last row up to the first, k along
 * row × column: dcm2niix's order for two-dimensional acquisitions. A tilted gantry gives a sheared grid, because
 * k follows the positions and not the normal.
 * Source: PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1; LPS becomes RAS by changing the sign of x and y.
 */
export function affineOfSlices(slices: readonly PlacedInstance[]): Affine {
  const first = slices[0]!;
  const last = slices.at(-1)!;
  const [rowSpacing, columnSpacing] = first.pixelSpacing;
  const { rows } = first.pixels;
  const rowsOfMatrix = ([0, 1, 2] as const).map((axis) => {
    const sign = axis === 2 ? 1 : -1;
    const along = first.rowDirection[axis] * columnSpacing;
    const down = first.columnDirection[axis] * rowSpacing;
    const step = (last.position[axis] - first.position[axis]) / (slices.length - 1);
    return [along, -down, step, first.position[axis] + down * (rows - 1)].map((value) => sign * value + 0); // + 0 turns -0 into 0
  });
  return affineOf(rowsOfMatrix);
}

/** Angle between the direction in which the slices follow each other and the slice normal, degrees. */
export function tiltDegrees(slices: readonly PlacedInstance[]): number {
  const first = slices[0]!;
  const last = slices.at(-1)!;
  const normal = cross(first.rowDirection, first.columnDirection);
  const path: Vector3 = [
    last.position[0] - first.position[0],
    last.position[1] - first.position[1],
    last.position[2] - first.position[2],
  ];
  // atan2 stays exact near 0, where acos loses half its digits
  return (Math.atan2(Math.hypot(...cross(path, normal)), dot(path, normal)) * 180) / Math.PI;
}

export type Plane = Readonly<{ rowDirection: Vector3; columnDirection: Vector3 }>;

/** Directions that differ by less, as the length of their difference, are one orientation. */
const SAME_DIRECTION = 1e-3;
/** Slices whose places along the normal differ by less lie at one position. */
export const SAME_POSITION_MM = 1e-3;

export function isSamePlane(a: Plane, b: Plane): boolean {
  const gap = (u: Vector3, v: Vector3): number => Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
  return gap(a.rowDirection, b.rowDirection) <= SAME_DIRECTION && gap(a.columnDirection, b.columnDirection) <= SAME_DIRECTION;
}

/** Whether three planes lie across each other, as localizers do. */
export function isThreePlanes(planes: readonly Plane[]): boolean {
  const normals: Vector3[] = [];
  for (const { rowDirection, columnDirection } of planes) {
    const normal = cross(rowDirection, columnDirection);
    if (!normals.some((known) => Math.abs(dot(known, normal)) > 0.5)) normals.push(normal);
  }
  return normals.length >= 3;
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
