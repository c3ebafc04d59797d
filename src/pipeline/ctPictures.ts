import type { CtPicture } from '../core/ctRecord.ts';
import { evenlySpaced } from '../core/sliceStack.ts';
import type { SliceStack } from '../core/sliceStack.ts';

const SLICES = 3;
const OVERVIEW_PX = 240;
const DETAIL_PX = 128;

export type PictureTaker = Readonly<{ slices: readonly number[]; take: (k: number, hu: Float32Array, weight: Float32Array) => readonly CtPicture[] }>;

/** Pictures of three evenly spaced slices: each whole, averaged down, and a piece at its own resolution, where texture shows. */
export function createPictureTaker({ shape: [ni, nj, nk], spacing }: SliceStack): PictureTaker {
  const slices = evenlySpaced(nk, SLICES);
  return {
    slices,
    take: (k, hu, weight) => {
      if (!slices.includes(k)) return [];
      const factor = Math.max(1, Math.ceil(Math.max(ni, nj) / OVERVIEW_PX));
      const [ci, cj] = centreOf(weight, ni, nj);
      const [wide, high] = [Math.min(DETAIL_PX, ni), Math.min(DETAIL_PX, nj)];
      // to the side of the spine: lung and ribs in a chest, liver in an abdomen
      const left = Math.min(Math.max(Math.round(ci + ni / 8 - wide / 2), 0), ni - wide);
      const low = Math.min(Math.max(Math.round(cj - high / 2), 0), nj - high);
      return [
        { kind: 'overview', slice: k, ...reduced(hu, ni, nj, factor), pixelMm: factor * spacing[0] },
        { kind: 'detail', slice: k, width: wide, height: high, pixelMm: spacing[0], hu: cropped(hu, ni, left, low, wide, high) },
      ];
    },
  };
}

function centreOf(weight: Float32Array, ni: number, nj: number): [number, number] {
  let [sum, i, j] = [0, 0, 0];
  for (let n = 0; n < weight.length; n++) {
    sum += weight[n]!;
    i += weight[n]! * (n % ni);
    j += weight[n]! * Math.floor(n / ni);
  }
  return sum === 0 ? [ni / 2, nj / 2] : [i / sum, j / sum];
}

function reduced(hu: Float32Array, ni: number, nj: number, factor: number): Pick<CtPicture, 'width' | 'height' | 'hu'> {
  const [width, height] = [Math.floor(ni / factor), Math.floor(nj / factor)];
  const out = new Float32Array(width * height);
  for (let j = 0; j < height * factor; j++) {
    for (let i = 0; i < width * factor; i++) {
      out[Math.floor(j / factor) * width + Math.floor(i / factor)]! += hu[j * ni + i]! / factor ** 2;
    }
  }
  return { width, height, hu: out };
}

function cropped(hu: Float32Array, ni: number, left: number, low: number, wide: number, high: number): Float32Array {
  const out = new Float32Array(wide * high);
  for (let j = 0; j < high; j++) out.set(hu.subarray((low + j) * ni + left, (low + j) * ni + left + wide), j * wide);
  return out;
}
