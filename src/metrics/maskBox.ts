import type { Shape3, Volume } from '../core/volume.ts';

/** First and past-the-last index along each axis. */
export type Box = readonly [readonly [number, number], readonly [number, number], readonly [number, number]];

/** The mask's bounding box, wider by `margin` voxels where the volume allows; empty for an empty mask. */
export function boxAround(mask: ArrayLike<number>, shape: Shape3, margin: number): Box {
  const low = [...shape];
  const high = [0, 0, 0];
  const extend = (axis: number, index: number): void => {
    if (index < low[axis]!) low[axis] = index;
    if (index >= high[axis]!) high[axis] = index + 1;
  };
  for (let k = 0, voxel = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, voxel++) {
        if (!(mask[voxel]! > 0)) continue;
        extend(0, i);
        extend(1, j);
        extend(2, k);
      }
    }
  }
  const widened = (axis: 0 | 1 | 2): readonly [number, number] => [
    Math.max(0, Math.min(low[axis]!, high[axis]!) - margin),
    Math.min(shape[axis], high[axis]! + margin),
  ];
  return [widened(0), widened(1), widened(2)];
}

export function boxShape(box: Box): Shape3 {
  return [box[0][1] - box[0][0], box[1][1] - box[1][0], box[2][1] - box[2][0]];
}

/** The box's part of `samples`, in double precision. */
export function cropped(samples: ArrayLike<number>, shape: Shape3, box: Box): Float64Array {
  const [ni, nj, nk] = boxShape(box);
  const out = new Float64Array(ni * nj * nk);
  copyBox(samples, shape, box, out);
  return out;
}

/** The box's part of a volume. Its affine is kept as it is: only its spacing may be read. */
export function croppedVolume<V extends Volume>(volume: V, box: Box): V {
  const shape = boxShape(box);
  const samples = new Float32Array(shape[0] * shape[1] * shape[2]);
  copyBox(volume.samples, volume.shape, box, samples);
  return { ...volume, shape, samples };
}

export function croppedMask(mask: Uint8Array, shape: Shape3, box: Box): Uint8Array {
  const [ni, nj, nk] = boxShape(box);
  const out = new Uint8Array(ni * nj * nk);
  copyBox(mask, shape, box, out);
  return out;
}

function copyBox(from: ArrayLike<number>, shape: Shape3, [[i0, i1], [j0, j1], [k0, k1]]: Box, to: Float32Array | Float64Array | Uint8Array): void {
  for (let k = k0, at = 0; k < k1; k++) {
    for (let j = j0; j < j1; j++) {
      const row = shape[0] * (j + shape[1] * k);
      for (let i = i0; i < i1; i++) to[at++] = from[row + i]!;
    }
  }
}
