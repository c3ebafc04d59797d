import type { AxisMap } from './axes.ts';
import { planeSize } from './planes.ts';
import type { Planes, SlicedVolume } from './planes.ts';

/** The planes of a volume whose third axis stays the third: each is one of the file's planes, turned in itself. */
export function alongPlanes({ shape, read, write }: SlicedVolume, { axes, flips }: AxisMap): Planes & Readonly<{ flush: () => void }> {
  const [ni, nj] = [shape[axes[0]], shape[axes[1]]];
  const strides = [1, shape[0]];
  const [si, sj] = [0, 1].map((d) => (flips[d] ? -1 : 1) * strides[axes[d]!]!) as [number, number];
  const start = [0, 1].reduce((sum, d) => sum + (flips[d] ? (shape[axes[d]!] - 1) * strides[axes[d]!]! : 0), 0);
  const own = new Float32Array(planeSize(shape));
  const inFile = (k: number): number => (flips[2] ? shape[2] - 1 - k : k);
  return {
    read: (k, out) => {
      read(inFile(k), own);
      for (let j = 0, o = 0; j < nj; j++) for (let i = 0, from = start + j * sj; i < ni; i++, from += si) out[o++] = own[from]!;
    },
    write: (k, plane) => {
      for (let j = 0, o = 0; j < nj; j++) for (let i = 0, to = start + j * sj; i < ni; i++, to += si) own[to] = plane[o++]!;
      write(inFile(k), own);
    },
    flush: () => undefined,
  };
}
