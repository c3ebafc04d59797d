import type { Volume } from '../core/volume.ts';

/**
 * SD of the 27 voxels around each mask voxel, in the volume's unit, in voxel order; voxels at the volume's border
 * are left out. Its distribution over the brain is the scan's texture: edges, grain and blur.
 */
export function localContrast({ samples, shape }: Volume, mask: Uint8Array): Float32Array {
  const [columns, rows, slices] = shape;
  const plane = columns * rows;
  const found: number[] = [];
  for (let k = 1; k < slices - 1; k++) {
    for (let j = 1; j < rows - 1; j++) {
      for (let i = 1; i < columns - 1; i++) {
        const voxel = i + columns * (j + rows * k);
        if (mask[voxel] === 1) found.push(sdAround(samples, voxel, columns, plane));
      }
    }
  }
  return Float32Array.from(found);
}

function sdAround(samples: Float32Array, voxel: number, columns: number, plane: number): number {
  const center = samples[voxel]!;
  let [sum, squares] = [0, 0];
  for (let dk = -plane; dk <= plane; dk += plane) {
    for (let dj = -columns; dj <= columns; dj += columns) {
      for (let di = -1; di <= 1; di++) {
        // relative to the centre, so that squares of large offsets do not swallow small differences
        const value = samples[voxel + di + dj + dk]! - center;
        sum += value;
        squares += value * value;
      }
    }
  }
  return Math.sqrt(Math.max(squares / 27 - (sum / 27) ** 2, 0));
}
