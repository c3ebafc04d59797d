import type { Shape3, Volume } from '../core/volume.ts';
import { axisCells, cellsOf } from './cellGrid.ts';
import type { AxisCells, GridSettings, GridTensor } from './cellGrid.ts';

/**
 * The best field for a known pair: the residual R of least squares |started + R(place, started) − result|² + ridge·|R|²,
 * with R quadrilinear between cells and knots exactly as it is applied. The ceiling of what any field can do.
 * `started`, `result`: one working grid, model scale; `mask` says which voxels count.
 * Solved by conjugate gradients on the normal equations; nodes without voxels stay 0.
 *
 * Source: Hestenes & Stiefel 1952.
 */
export function fitField(
  started: Volume<'model'>, result: Volume<'model'>, mask: Uint8Array, settings: GridSettings,
  options: { iterations: number; ridge: number } = { iterations: 40, ridge: 0.1 },
): GridTensor {
  const basis = quadrilinearBasis(started, mask, settings);
  const wanted = Float64Array.from(basis.voxels, (voxel) => result.samples[voxel]! - started.samples[voxel]!);
  const field = new Float64Array(basis.nodes);
  const residual = basis.transposed(wanted);
  const direction = Float64Array.from(residual);
  let norm = dot(residual, residual);
  for (let iteration = 0; iteration < options.iterations && norm > 1e-12; iteration++) {
    const image = basis.transposed(basis.applied(direction));
    addScaled(image, options.ridge, direction);
    const step = norm / dot(direction, image);
    addScaled(field, step, direction);
    addScaled(residual, -step, image);
    const next = dot(residual, residual);
    for (let n = 0; n < direction.length; n++) direction[n] = residual[n]! + (next / norm) * direction[n]!;
    norm = next;
  }
  return { shape: basis.shape, samples: Float32Array.from(field) };
}

type Basis = Readonly<{
  shape: GridTensor['shape'];
  nodes: number;
  /** Indices of the voxels that count. */
  voxels: Int32Array;
  /** Node values → what they do at each voxel. */
  applied: (nodes: Float64Array) => Float64Array;
  /** Voxel values → their weighted sums at each node. */
  transposed: (voxels: Float64Array) => Float64Array;
}>;

/** Interpolation between 16 nodes as a linear map and its transpose; nothing of the matrix but a place a voxel is stored. */
function quadrilinearBasis(volume: Volume<'model'>, mask: Uint8Array, settings: GridSettings): Basis {
  const [cellsX, cellsY, cellsZ] = cellsOf(volume.shape, settings.cellVoxels);
  const cells = cellsX * cellsY * cellsZ;
  const strides = [cellsX > 1 ? 1 : 0, cellsY > 1 ? cellsX : 0, cellsZ > 1 ? cellsX * cellsY : 0, cells];
  const corners = Int32Array.from({ length: 16 }, (_, corner) =>
    strides.reduce((offset, stride, d) => offset + ((corner >> d) & 1) * stride, 0),
  );
  const voxels = Int32Array.from(mask.keys()).filter((voxel) => mask[voxel] !== 0);
  const places = placesOf(volume, voxels, [cellsX, cellsY, cellsZ], settings);
  const nodes = settings.knots * cells;
  return {
    shape: [settings.knots, cellsZ, cellsY, cellsX],
    nodes,
    voxels,
    applied: (values) => {
      const out = new Float64Array(voxels.length);
      for (let n = 0; n < out.length; n++) {
        for (let c = 0; c < 16; c++) out[n]! += cornerWeight(places, n, c) * values[places.first[n]! + corners[c]!]!;
      }
      return out;
    },
    transposed: (values) => {
      const out = new Float64Array(nodes);
      for (let n = 0; n < values.length; n++) {
        for (let c = 0; c < 16; c++) out[places.first[n]! + corners[c]!]! += cornerWeight(places, n, c) * values[n]!;
      }
      return out;
    },
  };
}

/** Per voxel: its lowest node, and how far it lies from there to the next along x, y, z and intensity. */
type Places = Readonly<{ first: Int32Array; shares: Float64Array }>;

function placesOf(volume: Volume<'model'>, voxels: Int32Array, cells: Shape3, settings: GridSettings): Places {
  const [x, y, z] = volume.shape.map((n, d) => axisCells(n, 1, 0, cells[d]!, settings.cellVoxels)) as [AxisCells, AxisCells, AxisCells];
  const first = new Int32Array(voxels.length);
  const shares = new Float64Array(4 * voxels.length);
  for (const [n, voxel] of voxels.entries()) {
    const i = voxel % volume.shape[0];
    const j = Math.floor(voxel / volume.shape[0]) % volume.shape[1];
    const k = Math.floor(voxel / (volume.shape[0] * volume.shape[1]));
    const position = Math.min(Math.max(volume.samples[voxel]! / settings.knotSpacing, 0), settings.knots - 1);
    const knot = Math.min(Math.floor(position), settings.knots - 2);
    first[n] = ((knot * cells[2] + z.first[k]!) * cells[1] + y.first[j]!) * cells[0] + x.first[i]!;
    shares.set([x.weight[i]!, y.weight[j]!, z.weight[k]!, position - knot], 4 * n);
  }
  return { first, shares };
}

function cornerWeight({ shares }: Places, n: number, corner: number): number {
  let weight = 1;
  for (let d = 0; d < 4; d++) {
    const share = shares[4 * n + d]!;
    weight *= ((corner >> d) & 1) === 1 ? share : 1 - share;
  }
  return weight;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum;
}

/** a += factor · b; modifies `a`. */
function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  for (let n = 0; n < a.length; n++) a[n]! += factor * b[n]!;
}
