import type { Shape3 } from '../../core/volume.ts';
import { evaluateTerms, polynomialTerms } from '../shadingBasis.ts';
import { fitShading } from '../shadingFit.ts';
import type { BrainEllipsoid } from '../workingFrame.ts';
import { WORKING_SHAPE } from '../workingFrame.ts';

/** Per axis: working index = scale · native index + offset (native in RAS order). */
export type IndexMap = readonly Readonly<{ scale: number; offset: number }>[];

/** A smooth multiplicative shading: log b is a polynomial in ellipsoid coordinates. Plain JSON. */
export type BiasFieldPlan = Readonly<{
  degree: number;
  coefficients: readonly number[];
  /** Subtracted from the polynomial, so that log b has mean 0 over the brain. */
  mean: number;
  ellipsoid: BrainEllipsoid;
}>;

/** |log b| is bounded by this: a factor of two, more is no coil's shading over a brain. */
const MAX_LOG = 0.7;
/**
 * Working voxels between the nodes on which 1/b is tabulated; it is trilinear between them. The nodes lie at the
 * same places of the frame for every grid, so that native and working voxels get one and the same field.
 */
const NODE_STEP = 2;

/** Fits the shading to the masked voxels of the working grid (scanner units). */
export function plan(
  samples: Float32Array,
  mask: Uint8Array,
  ellipsoid: BrainEllipsoid,
  settings: { degree: number; iterations: number },
): BiasFieldPlan {
  const coefficients = Array.from(fitShading(samples, mask, ellipsoid, settings));
  const centred = { degree: settings.degree, coefficients, mean: 0, ellipsoid };
  return { ...centred, mean: meanOver(mask, centred) };
}

/** Divides the shading out of samples in RAS order; modifies them. */
export function apply(samples: Float32Array, shape: Shape3, map: IndexMap, field: BiasFieldPlan): void {
  forEachRow(shape, map, field, (start, gains) => {
    for (let i = 0; i < gains.length; i++) samples[start + i]! *= gains[i]!;
  });
}

/** Puts the shading back, within two units in the last place of float32; modifies the samples. */
export function invert(samples: Float32Array, shape: Shape3, map: IndexMap, field: BiasFieldPlan): void {
  forEachRow(shape, map, field, (start, gains) => {
    for (let i = 0; i < gains.length; i++) samples[start + i]! /= gains[i]!;
  });
}

/** log b at a place of the working frame. */
export function logShading(field: BiasFieldPlan): (x: number, y: number, z: number) => number {
  const terms = polynomialTerms(field.degree);
  const values = new Float64Array(terms.length);
  return (x, y, z) => {
    evaluateTerms(terms, field.ellipsoid, [x, y, z], values);
    let sum = -field.mean;
    for (let t = 0; t < terms.length; t++) sum += field.coefficients[t]! * values[t]!;
    return Math.min(MAX_LOG, Math.max(-MAX_LOG, sum));
  };
}

function meanOver(mask: Uint8Array, field: BiasFieldPlan): number {
  const log = logShading(field);
  const [nx, ny, nz] = WORKING_SHAPE;
  let sum = 0;
  let count = 0;
  for (let z = 0; z < nz; z += 2) {
    for (let y = 0; y < ny; y += 2) {
      for (let x = 0; x < nx; x += 2) {
        if (mask[(z * ny + y) * nx + x] === 0) continue;
        sum += log(x, y, z);
        count++;
      }
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Visits the native rows along x with 1/b for each voxel: trilinear between the nodes of a coarse lattice. */
function forEachRow(
  [ni, nj, nk]: Shape3,
  map: IndexMap,
  field: BiasFieldPlan,
  visit: (start: number, gains: Float64Array) => void,
): void {
  const [x, y, z] = [nodesAlong(ni, map[0]!), nodesAlong(nj, map[1]!), nodesAlong(nk, map[2]!)];
  const log = logShading(field);
  const lattice = new Float64Array(x.count * y.count * z.count);
  let o = 0;
  for (let c = 0; c < z.count; c++) {
    for (let b = 0; b < y.count; b++) {
      for (let a = 0; a < x.count; a++) lattice[o++] = Math.exp(-log(x.at(a), y.at(b), z.at(c)));
    }
  }
  const nodeRow = new Float64Array(x.count);
  const gains = new Float64Array(ni);
  for (let k = 0; k < nk; k++) {
    const [c, wc] = [z.node[k]!, z.weight[k]!];
    for (let j = 0; j < nj; j++) {
      const [b, wb] = [y.node[j]!, y.weight[j]!];
      const base = (c * y.count + b) * x.count;
      const up = y.count * x.count;
      for (let a = 0; a < x.count; a++) {
        const low = lattice[base + a]! * (1 - wb) + lattice[base + x.count + a]! * wb;
        const high = lattice[base + up + a]! * (1 - wb) + lattice[base + up + x.count + a]! * wb;
        nodeRow[a] = low * (1 - wc) + high * wc;
      }
      for (let i = 0; i < ni; i++) {
        const a = x.node[i]!;
        gains[i] = nodeRow[a]! + (nodeRow[a + 1]! - nodeRow[a]!) * x.weight[i]!;
      }
      visit((k * nj + j) * ni, gains);
    }
  }
}

/** Nodes over one native axis: the node left of each voxel and the way to the next one. */
function nodesAlong(
  native: number,
  { scale, offset }: { scale: number; offset: number },
): { count: number; at: (node: number) => number; node: Int32Array; weight: Float64Array } {
  const first = Math.floor(offset / NODE_STEP);
  const node = new Int32Array(native);
  const weight = new Float64Array(native);
  for (let i = 0; i < native; i++) {
    const position = (i * scale + offset) / NODE_STEP - first;
    node[i] = Math.floor(position);
    weight[i] = position - node[i]!;
  }
  return { count: node[native - 1]! + 2, at: (n) => (first + n) * NODE_STEP, node, weight };
}
