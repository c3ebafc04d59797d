import { fillBody } from './bodyMask.ts';
import type { GainScan } from './gainStatistics.ts';
import { emptyParts } from './huClasses.ts';
import type { SliceParts } from './huClasses.ts';
import type { SlicePair } from './radialBands.ts';

/** Planes that are filtered together; an odd last one rides with itself. */
export type PairPlanes = readonly [number, number];

/** Two slices on their way, [J, I] each: `before` and `body` (1 inside) come in, the rest is filled. The arrays are used again. */
export type PairBuffers = Readonly<{ before: SlicePair; body: readonly [Uint8Array, Uint8Array]; after: SlicePair; parts: readonly [SliceParts, SliceParts] }>;

/** One slice before and after, for what is measured on the way. The arrays are reused: read, do not keep. */
export type ChangedSlice = Readonly<{
  k: number;
  before: Float32Array;
  after: Float32Array;
  /** 1 inside the body, holes filled. */
  body: Uint8Array;
  parts: SliceParts;
  /** Voxels stopped at an end of the HU range. */
  clipped: number;
}>;

export function pairsOf(planes: number): PairPlanes[] {
  return Array.from({ length: Math.ceil(planes / 2) }, (_, n) => [2 * n, Math.min(2 * n + 1, planes - 1)]);
}

/** @param memory makes the memory of one array, by its bytes [default: of this thread alone] */
export function emptyPair(pixels: number, memory = (bytes: number): ArrayBufferLike => new ArrayBuffer(bytes)): PairBuffers {
  const plane = (): Float32Array => new Float32Array(memory(pixels * Float32Array.BYTES_PER_ELEMENT));
  const body = (): Uint8Array => new Uint8Array(memory(pixels));
  return { before: [plane(), plane()], body: [body(), body()], after: [plane(), plane()], parts: [emptyParts(pixels, memory), emptyParts(pixels, memory)] };
}

/** Fills the buffers with two slices and their body. */
export function takePair({ stack, body }: GainScan, planes: PairPlanes, buffers: PairBuffers): void {
  for (const side of [0, 1] as const) {
    stack.read(planes[side], buffers.before[side]);
    fillBody(body, planes[side], buffers.body[side]);
  }
}

/** Hands out the slices of a pair in rising order and writes each when the next is asked for: until then `after` may still be changed. */
export function* putPair({ stack }: GainScan, planes: PairPlanes, { before, body, after, parts }: PairBuffers, clipped: readonly [number, number]): Generator<ChangedSlice, void> {
  for (const side of planes[0] < planes[1] ? ([0, 1] as const) : ([0] as const)) {
    yield { k: planes[side], before: before[side], body: body[side], after: after[side], parts: parts[side], clipped: clipped[side] };
    stack.write(planes[side], after[side]);
  }
}
