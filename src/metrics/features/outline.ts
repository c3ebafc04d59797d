import type { Shape3 } from '../../core/volume.ts';

/**
 * What a mask looks like from outside: its largest connected part (6 neighbours), every axial slice filled. So that a
 * silhouette holds no trace of the intensities inside: sinuses, bone and fluid are dark in some scans only.
 */
export function silhouette(mask: Uint8Array, shape: Shape3): Uint8Array {
  return filledSlices(largestPart(mask, shape), shape);
}

/** The connected part with the most voxels; the first of equals. */
export function largestPart(mask: Uint8Array, [columns, rows, slices]: Shape3): Uint8Array {
  const plane = columns * rows;
  const part = new Int32Array(mask.length);
  const stack = new Int32Array(mask.length);
  let [parts, largest, most] = [0, 0, 0];
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] !== 1 || part[seed] !== 0) continue;
    parts++;
    let [depth, size] = [0, 0];
    const visit = (voxel: number): void => {
      if (mask[voxel] !== 1 || part[voxel] !== 0) return;
      part[voxel] = parts;
      stack[depth++] = voxel;
    };
    visit(seed);
    while (depth > 0) {
      const voxel = stack[--depth]!;
      const [i, j, k] = [voxel % columns, Math.floor(voxel / columns) % rows, Math.floor(voxel / plane)];
      size++;
      if (i > 0) visit(voxel - 1);
      if (i < columns - 1) visit(voxel + 1);
      if (j > 0) visit(voxel - columns);
      if (j < rows - 1) visit(voxel + columns);
      if (k > 0) visit(voxel - plane);
      if (k < slices - 1) visit(voxel + plane);
    }
    if (size > most) [largest, most] = [parts, size];
  }
  return mask.map((_, voxel) => (most > 0 && part[voxel] === largest ? 1 : 0));
}

/** Every axial slice without holes: what its border cannot be reached from over background (4 neighbours) is filled. */
export function filledSlices(mask: Uint8Array, [columns, rows, slices]: Shape3): Uint8Array {
  const plane = columns * rows;
  const filled = new Uint8Array(mask.length).fill(1);
  const stack = new Int32Array(plane);
  for (let base = 0; base < slices * plane; base += plane) {
    let depth = 0;
    const visit = (cell: number): void => {
      if (mask[base + cell] === 1 || filled[base + cell] === 0) return;
      filled[base + cell] = 0;
      stack[depth++] = cell;
    };
    for (let i = 0; i < columns; i++) [i, i + plane - columns].forEach(visit);
    for (let j = 0; j < rows; j++) [j * columns, j * columns + columns - 1].forEach(visit);
    while (depth > 0) {
      const cell = stack[--depth]!;
      const i = cell % columns;
      if (i > 0) visit(cell - 1);
      if (i < columns - 1) visit(cell + 1);
      if (cell >= columns) visit(cell - columns);
      if (cell < plane - columns) visit(cell + columns);
    }
  }
  return filled;
}

/** Sizes of a silhouette in mm and cm³. Axes: 4·sqrt of the eigenvalues of the voxel centres' covariance, descending. */
export type SilhouetteSize = Readonly<{ volumeCm3: number; extentMm: readonly number[]; axesMm: readonly number[] }>;

/** Source of volume and axes: IBSI, morphological features (voxel counting; principal component analysis). */
export function silhouetteSize(mask: Uint8Array, [columns, rows, slices]: Shape3, spacingMm: readonly number[]): SilhouetteSize {
  const low = [columns, rows, slices];
  const high = [-1, -1, -1];
  const sums = new Float64Array(3);
  const products = new Float64Array(9);
  let count = 0;
  for (let k = 0, voxel = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++, voxel++) {
        if (mask[voxel] !== 1) continue;
        count++;
        const at = [i, j, k];
        for (let a = 0; a < 3; a++) {
          if (at[a]! < low[a]!) low[a] = at[a]!;
          if (at[a]! > high[a]!) high[a] = at[a]!;
          sums[a]! += at[a]!;
          for (let b = 0; b <= a; b++) products[a * 3 + b]! += at[a]! * at[b]!;
        }
      }
    }
  }
  const [dx, dy, dz] = spacingMm as [number, number, number];
  const covariance = (a: number, b: number): number => (products[a * 3 + b]! / count - (sums[a]! / count) * (sums[b]! / count)) * spacingMm[a]! * spacingMm[b]!;
  const eigenvalues = symmetricEigenvalues(covariance(0, 0), covariance(1, 1), covariance(2, 2), covariance(1, 0), covariance(2, 0), covariance(2, 1));
  return {
    volumeCm3: (count * dx * dy * dz) / 1000,
    extentMm: spacingMm.map((mm, a) => (high[a]! - low[a]! + 1) * mm),
    axesMm: eigenvalues.map((value) => 4 * Math.sqrt(Math.max(0, value))),
  };
}

/** Eigenvalues of [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], descending. Source: Smith 1961. */
export function symmetricEigenvalues(xx: number, yy: number, zz: number, xy: number, xz: number, yz: number): [number, number, number] {
  const middle = (xx + yy + zz) / 3;
  const spread = Math.sqrt(((xx - middle) ** 2 + (yy - middle) ** 2 + (zz - middle) ** 2 + 2 * (xy * xy + xz * xz + yz * yz)) / 6);
  if (!(spread > 0)) return [middle, middle, middle];
  const [a, b, c] = [xx - middle, yy - middle, zz - middle];
  const half = (a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)) / (2 * spread ** 3);
  const angle = Math.acos(Math.min(1, Math.max(-1, half))) / 3;
  const first = middle + 2 * spread * Math.cos(angle);
  const last = middle + 2 * spread * Math.cos(angle + (2 * Math.PI) / 3);
  return [first, 3 * middle - first - last, last];
}

/** Half a voxel: what a step along a ray must not skip. */
const RAY_STEP = 0.5;

/** Distance in mm from `centre` (voxels) to the last voxel of the mask along each unit direction; 0 where there is none. */
export function outlineRadii(mask: Uint8Array, [columns, rows, slices]: Shape3, spacingMm: number, centre: readonly number[], directions: readonly (readonly number[])[]): Float64Array {
  const reach = Math.hypot(columns, rows, slices);
  return Float64Array.from(directions, ([x, y, z]) => {
    let last = 0;
    for (let r = 0; r < reach; r += RAY_STEP) {
      const i = Math.round(centre[0]! + r * x!);
      const j = Math.round(centre[1]! + r * y!);
      const k = Math.round(centre[2]! + r * z!);
      if (i < 0 || j < 0 || k < 0 || i >= columns || j >= rows || k >= slices) break;
      if (mask[i + columns * (j + rows * k)] === 1) last = r;
    }
    return last * spacingMm;
  });
}

/** `count` directions spread evenly over the sphere, those of z ≥ `lowest` kept. Source: the Fibonacci lattice, Swinbank & Purser 2006. */
export function evenDirections(count: number, lowest: number): (readonly [number, number, number])[] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_, n): readonly [number, number, number] => {
    const z = 1 - (2 * n + 1) / count;
    const r = Math.sqrt(1 - z * z);
    return [r * Math.cos(golden * n), r * Math.sin(golden * n), z];
  }).filter(([, , z]) => z >= lowest);
}
