import type { PixelForm } from '../instanceHeader.ts';
import type { PaddingRuns } from '../paddingRuns.ts';
import { storedRange } from './storedRange.ts';

/** How voxel values become stored values: `stored = (factor * value - intercept) / slope`, rounded. */
export type Quantization = Readonly<{ slope: number; intercept: number; factor: number }>;

export type StoredSlice = Readonly<{
  /** Rows × columns, first row first. */
  values: Int32Array;
  /** Voxels that are no padding, and how many of them left the range of stored values. */
  native: number;
  clipped: number;
  smallest: number;
  largest: number;
}>;

/**
 * One slice of a volume as stored values, in the source's own form (dicom.md D-22, D-25). Where the source has padding it
 * is copied; where it has none the value is rounded, clipped and, should it hit the padding range, moved out of it.
 *
 * @param samples columns × rows voxel values, last row first, as the reader lays a slice out
 * @param padding of the source
 * @param isInverted MR stored with low values bright: the reader turned the scale around, so it is turned back
 */
export function storeSlice(
  samples: Float32Array, padding: PaddingRuns, form: PixelForm, quantization: Quantization, isInverted: boolean,
): StoredSlice {
  const { rows, columns } = form;
  const { slope, intercept, factor } = quantization;
  const [lowest, highest] = storedRange(form);
  const [paddingLow, paddingHigh] = form.padding ?? [1, 0];
  const sum = lowest + highest;
  const values = new Int32Array(rows * columns);
  let [native, clipped, smallest, largest] = [0, 0, Infinity, -Infinity];
  let run = 0;
  for (let row = 0; row < rows; row++) {
    const from = (rows - 1 - row) * columns;
    const to = row * columns;
    for (let column = 0; column < columns; column++) {
      // beyond the last run there is nothing to compare with, and both comparisons fail
      if (to + column >= padding[run + 1]!) run += 3;
      if (to + column >= padding[run]!) {
        values[to + column] = padding[run + 2]!;
        continue;
      }
      const signal = Math.round((factor * samples[from + column]! - intercept) / slope);
      let value = isInverted ? sum - signal : signal;
      native++;
      if (value < lowest || value > highest) {
        clipped++;
        value = value < lowest ? lowest : highest;
      }
      if (value >= paddingLow && value <= paddingHigh) value = besidePadding(value, [paddingLow, paddingHigh], [lowest, highest]);
      values[to + column] = value;
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
  }
  return { values, native, clipped, smallest, largest };
}

/** The nearest value outside the padding range that can be stored. */
function besidePadding(value: number, [low, high]: readonly [number, number], [lowest, highest]: readonly [number, number]): number {
  const isUpNearer = high + 1 - value <= value - (low - 1);
  if (low - 1 < lowest) return high + 1;
  return high + 1 > highest || !isUpNearer ? low - 1 : high + 1;
}

/**
 * Stored values as little-endian bytes, at the source's place among the allocated bits. Above HighBit are zeros or, of
 * signed values, copies of the sign, so that a reader that ignores BitsStored reads the same: no overlay survives there
 * (dicom.md D-31).
 */
export function pixelBytes(values: Int32Array, form: PixelForm): Buffer {
  const shift = form.highBit + 1 - form.bitsStored;
  if (form.bitsAllocated === 8) return Buffer.from(Uint8Array.from(values, (value) => value << shift));
  const bytes = Buffer.alloc(2 * values.length);
  for (let index = 0; index < values.length; index++) bytes.writeUInt16LE((values[index]! << shift) & 0xffff, 2 * index);
  return bytes;
}
