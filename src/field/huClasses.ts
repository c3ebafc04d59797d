import { smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';

/** Centres of the HU classes: lung, fat, soft tissue, bone. Membership is linear between them and constant beyond. */
export const CLASS_CENTRES: readonly number[] = [-800, -80, 60, 400];
export const CLASS_COUNT = CLASS_CENTRES.length;
export const SOFT = 2;

/** Below this nothing was measured: scanners fill the corners of a slice with −2000, −2048 or −3024. */
export const PADDING_HU = -1500;
/** From here on a voxel is metal, or saturated, and stays as it is. */
export const METAL_HU = 2000;
const AIR_HU = -1000;

/**
 * What every step needs of one slice, [J, I]. `classes[n]` and `shares[n]`: the lower of the two classes that share voxel n, and
 * the part of the upper one. `weight`: how much of a change voxel n takes, 0 … 1; exactly 0 outside the body, in padding and in
 * metal, feathered inside their border.
 */
export type SliceParts = Readonly<{
  /** HU with padding read as air: what is smoothed and filtered. */
  hu: Float32Array;
  smoothed: Float32Array;
  classes: Uint8Array;
  shares: Float32Array;
  weight: Float32Array;
}>;

/** @param memory makes the memory of one array, by its bytes */
export function emptyParts(pixels: number, memory = (bytes: number): ArrayBufferLike => new ArrayBuffer(bytes)): SliceParts {
  const plane = (): Float32Array => new Float32Array(memory(pixels * Float32Array.BYTES_PER_ELEMENT));
  return { hu: plane(), smoothed: plane(), classes: new Uint8Array(memory(pixels)), shares: plane(), weight: plane() };
}

/** Fills `parts` from a slice in HU and its body (1 inside, holes filled). */
export function describeSlice(hu: Float32Array, body: Uint8Array, smoother: SliceSmoother, parts: SliceParts): void {
  cleanSlice(hu, parts.hu);
  smoothSlice(smoother, parts.hu, parts.smoothed);
  classify(parts.smoothed, parts.classes, parts.shares);
  const mask = smoother.scratch;
  for (let n = 0; n < hu.length; n++) mask[n] = body[n] === 1 && hu[n]! >= PADDING_HU && hu[n]! < METAL_HU ? 1 : 0;
  smoothSlice(smoother, mask, parts.weight);
  for (let n = 0; n < hu.length; n++) {
    if (!(body[n] === 1 && hu[n]! >= PADDING_HU && hu[n]! < METAL_HU)) parts.weight[n] = 0;
  }
}

/** Padding becomes air, so that its edge rings nowhere. */
export function cleanSlice(hu: Float32Array, out: Float32Array): void {
  for (let n = 0; n < hu.length; n++) out[n] = hu[n]! < PADDING_HU ? AIR_HU : hu[n]!;
}

function classify(smoothed: Float32Array, classes: Uint8Array, shares: Float32Array): void {
  const [lung, fat, soft, bone] = CLASS_CENTRES as [number, number, number, number];
  for (let n = 0; n < smoothed.length; n++) {
    const value = Math.min(Math.max(smoothed[n]!, lung), bone);
    const low = value < fat ? 0 : value < soft ? 1 : 2;
    classes[n] = low;
    shares[n] = low === 0 ? (value - lung) / (fat - lung) : low === 1 ? (value - fat) / (soft - fat) : (value - soft) / (bone - soft);
  }
}

/** Share of soft tissue in voxel n. */
export function softShare({ classes, shares }: SliceParts, n: number): number {
  return classes[n] === SOFT ? 1 - shares[n]! : classes[n] === SOFT - 1 ? shares[n]! : 0;
}
