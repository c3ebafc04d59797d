import type { Vector3 } from '../../core/affine.ts';
import { spacingOf } from '../../core/affine.ts';
import type { Shape3, Volume } from '../../core/volume.ts';
import { roundHalfUp, WORKING_SPACING_MM } from '../workingFrame.ts';

/** One axis: `shape` voxels of 2 mm over the native ones; native index = scale · index + offset. */
export type GridAxis = Readonly<{ native: number; shape: number; scale: number; offset: number }>;

/** The 2 mm copy of a scan, axis by axis, centred on the scan. Plain JSON. */
export type WorkingGridPlan = readonly [GridAxis, GridAxis, GridAxis];

export function plan(volume: Volume): WorkingGridPlan {
  const spacing = spacingOf(volume.affine);
  const axis = (d: 0 | 1 | 2): GridAxis => gridAxis(volume.shape[d], spacing[d]);
  return [axis(0), axis(1), axis(2)];
}

/**
 * The 2 mm copy, by an antialiased linear filter: a triangle of half-width max(1, 2 mm / spacing) native voxels,
 * normalised at the borders. Negative samples count as 0. Input in RAS order, x fastest. @returns new samples
 */
export function apply(samples: Float32Array, [x, y, z]: WorkingGridPlan): Float32Array {
  const alongX = resampleRows(samples, x);
  const alongY = resamplePlanes(alongX, y, x.shape);
  return resamplePlanes(alongY, z, x.shape * y.shape);
}

/** Indices of the native voxel under an index of the 2 mm copy. */
export function invert(index: Vector3, [x, y, z]: WorkingGridPlan): Vector3 {
  return [x.scale * index[0] + x.offset, y.scale * index[1] + y.offset, z.scale * index[2] + z.offset];
}

export function shapeOf([x, y, z]: WorkingGridPlan): Shape3 {
  return [x.shape, y.shape, z.shape];
}

function gridAxis(native: number, spacing: number): GridAxis {
  const scale = WORKING_SPACING_MM / spacing;
  const shape = Math.max(1, roundHalfUp(native / scale));
  return { native, shape, scale, offset: 0.5 * scale - 0.5 + (native - shape * scale) / 2 };
}

/** Filter weights of every output: `first[m]` is the first native index, `weights[m · width …]` follow. */
function filterOf(axis: GridAxis): { first: Int32Array; weights: Float64Array; width: number } {
  const half = Math.max(1, axis.scale);
  const width = Math.min(axis.native, Math.ceil(2 * half) + 1);
  const first = new Int32Array(axis.shape);
  const weights = new Float64Array(axis.shape * width);
  for (let m = 0; m < axis.shape; m++) {
    const centre = axis.scale * m + axis.offset;
    const start = Math.min(Math.max(0, Math.ceil(centre - half)), axis.native - width);
    first[m] = start;
    let total = 0;
    for (let t = 0; t < width; t++) {
      const weight = Math.max(0, 1 - Math.abs(start + t - centre) / half);
      weights[m * width + t] = weight;
      total += weight;
    }
    for (let t = 0; t < width; t++) weights[m * width + t]! /= total;
  }
  return { first, weights, width };
}

/** Along the fastest axis, the first pass, where negatives are dropped. */
function resampleRows(samples: Float32Array, axis: GridAxis): Float32Array {
  const { first, weights, width } = filterOf(axis);
  const rows = samples.length / axis.native;
  const out = new Float32Array(rows * axis.shape);
  let o = 0;
  for (let row = 0; row < rows; row++) {
    const base = row * axis.native;
    for (let m = 0; m < axis.shape; m++) {
      const start = base + first[m]!;
      const w = m * width;
      let sum = 0;
      for (let t = 0; t < width; t++) {
        const sample = samples[start + t]!;
        if (sample > 0) sum += weights[w + t]! * sample;
      }
      out[o++] = sum;
    }
  }
  return out;
}

/** Along a slower axis whose neighbours lie `stride` samples apart. */
function resamplePlanes(samples: Float32Array, axis: GridAxis, stride: number): Float32Array {
  const { first, weights, width } = filterOf(axis);
  const blocks = samples.length / (axis.native * stride);
  const out = new Float32Array(blocks * axis.shape * stride);
  let o = 0;
  for (let block = 0; block < blocks; block++) {
    for (let m = 0; m < axis.shape; m++) {
      const start = (block * axis.native + first[m]!) * stride;
      const w = m * width;
      for (let s = 0; s < stride; s++) {
        let sum = 0;
        for (let t = 0; t < width; t++) sum += weights[w + t]! * samples[start + t * stride + s]!;
        out[o++] = sum;
      }
    }
  }
  return out;
}
