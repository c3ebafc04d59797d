import type { Affine } from './affine.ts';
import type { Shape3, Volume } from './volume.ts';

/** Shape and place of a volume: all of it but its samples. */
export type Grid = Readonly<{ shape: Shape3; affine: Affine }>;

/** Takes the planes of a volume: plane k holds its I·J samples, I fastest. It copies what it keeps. */
export type PlaneSink = Readonly<{ write: (k: number, plane: Float32Array) => void }>;

/** Planes that can be read again; `read` fills `out`. Where the samples lie, in memory or in a file, is the holder's affair. */
export type Planes = PlaneSink & Readonly<{ read: (k: number, out: Float32Array) => void }>;

/** A volume plane by plane, in the file's own voxel order: whoever uses it holds a few planes and never all of them. */
export type SlicedVolume = Grid & Planes;

export function planeSize([i, j]: Shape3): number {
  return i * j;
}

/** Planes that lie one after another in `samples`. */
export function planesInMemory(samples: Float32Array, shape: Shape3): Planes {
  const size = planeSize(shape);
  return {
    read: (k, out) => { out.set(samples.subarray(k * size, (k + 1) * size)); },
    write: (k, plane) => { samples.set(plane, k * size); },
  };
}

/** A whole volume by its planes: what is written goes to its own samples. */
export function sliced(volume: Volume | SlicedVolume): SlicedVolume {
  if (!('samples' in volume)) return volume;
  const { shape, affine, samples } = volume;
  return { shape, affine, ...planesInMemory(samples, shape) };
}

/** Every plane in rising order. The array is reused: read, do not keep. */
export function* eachPlane({ shape, read }: SlicedVolume): Generator<Float32Array, void> {
  const plane = new Float32Array(planeSize(shape));
  for (let k = 0; k < shape[2]; k++) {
    read(k, plane);
    yield plane;
  }
}
