import { permutedShape } from './axes.ts';
import type { AxisMap } from './axes.ts';
import { planeSize } from './planes.ts';
import type { Planes, SlicedVolume } from './planes.ts';

/** A slab of planes that is held at a time. */
const SLAB_BYTES = 64 * 2 ** 20;

/**
 * The planes of a volume whose third axis becomes another one: each is cut from all of the file's planes, so a slab of
 * them is cut at once, and put back when another is asked for or at `flush`. In rising order the volume is gone through
 * once a slab.
 */
export function acrossPlanes(volume: SlicedVolume, map: AxisMap, slabBytes = SLAB_BYTES): Planes & Readonly<{ flush: () => void }> {
  const shape = permutedShape(volume.shape, map);
  const size = planeSize(shape);
  const depth = Math.min(shape[2], Math.max(1, Math.floor(slabBytes / (4 * size))));
  const slab = new Float32Array(depth * size);
  const walk = createWalk(volume, map, size);
  let first = -depth;
  let isChanged = false;
  const count = (): number => Math.min(depth, shape[2] - first);
  const flush = (): void => {
    if (isChanged) walk(first, count(), (own, at, n) => { own[at] = slab[n]!; }, true);
    isChanged = false;
  };
  const planeAt = (k: number): Float32Array => {
    if (k < first || k >= first + depth) {
      flush();
      first = k - (k % depth);
      walk(first, count(), (own, at, n) => { slab[n] = own[at]!; }, false);
    }
    return slab.subarray((k - first) * size, (k - first + 1) * size);
  };
  return {
    read: (k, out) => { out.set(planeAt(k)); },
    write: (k, plane) => {
      planeAt(k).set(plane);
      isChanged = true;
    },
    flush,
  };
}

/** Meets every voxel of `count` planes from `first` on: `at` in its file's plane `own`, `n` in the slab. */
type Walk = (first: number, count: number, meet: (own: Float32Array, at: number, n: number) => void, writesBack: boolean) => void;

function createWalk({ shape, read, write }: SlicedVolume, { axes, flips }: AxisMap, size: number): Walk {
  // the axis that runs through the file's planes, and the other one of the slab's planes
  const through = axes[0] === 2 ? 0 : 1;
  const beside = through === 0 ? 1 : 0;
  const slabStride = [1, shape[axes[0]]];
  const fileStride = (d: number): number => (axes[d] === 0 ? 1 : shape[0]);
  const inFile = (d: number, n: number): number => (flips[d] ? shape[axes[d]!] - 1 - n : n);
  const own = new Float32Array(planeSize(shape));
  return (first, count, meet, writesBack) => {
    for (let f = 0; f < shape[2]; f++) {
      read(f, own);
      const row = inFile(through, f) * slabStride[through]!;
      for (let k = 0; k < count; k++) {
        const column = inFile(2, first + k) * fileStride(2);
        for (let b = 0; b < shape[axes[beside]]; b++) {
          meet(own, column + inFile(beside, b) * fileStride(beside), k * size + row + b * slabStride[beside]!);
        }
      }
      if (writesBack) write(f, own);
    }
  };
}
