import type { Shape3 } from '../core/volume.ts';

/**
 * Distance from every voxel to the nearest one of the mask, in the unit of `spacing`; 0 on it, Infinity without any.
 * Exact: squared distances axis by axis, each the lower envelope of parabolas.
 *
 * Source: Felzenszwalb & Huttenlocher 2012, algorithm 1.
 */
export function distanceToNearest(mask: Uint8Array, shape: Shape3, spacing: readonly number[]): Float32Array {
  const squared = Float64Array.from(mask, (inside) => (inside === 1 ? 0 : Infinity));
  [1, shape[0], shape[0] * shape[1]].forEach((step, axis) => envelopeAlong(squared, step, shape[axis]!, spacing[axis]!));
  return Float32Array.from(squared, Math.sqrt);
}

/** Replaces every line along one axis by min over q of f(q) + (spacing (p − q))². */
function envelopeAlong(values: Float64Array, step: number, length: number, spacing: number): void {
  const line = new Float64Array(length);
  const vertex = new Int32Array(length);
  const border = new Float64Array(length + 1);
  const weight = spacing * spacing;
  for (let block = 0; block < values.length; block += step * length) {
    for (let start = block; start < block + step; start++) {
      let last = -1;
      for (let q = 0; q < length; q++) {
        line[q] = values[start + q * step]!;
        if (line[q] === Infinity) continue;
        let crossing = -Infinity;
        while (last >= 0) {
          const v = vertex[last]!;
          crossing = (line[q]! - line[v]! + weight * (q * q - v * v)) / (2 * weight * (q - v));
          if (crossing > border[last]!) break;
          last--;
        }
        last++;
        vertex[last] = q;
        border[last] = last === 0 ? -Infinity : crossing;
        border[last + 1] = Infinity;
      }
      if (last < 0) continue;
      for (let p = 0, piece = 0; p < length; p++) {
        while (border[piece + 1]! < p) piece++;
        const v = vertex[piece]!;
        values[start + p * step] = weight * (p - v) ** 2 + line[v]!;
      }
    }
  }
}
