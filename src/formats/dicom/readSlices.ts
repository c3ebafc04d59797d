import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { voxelCount } from '../../core/volume.ts';
import type { Shape3 } from '../../core/volume.ts';
import { parseDataSet } from './dataSet.ts';
import type { DecodeLimits } from './decode/decoder.ts';
import { readStoredValues } from './framePixels.ts';
import { parseInstanceHeader } from './instanceHeader.ts';
import { preScan } from './preScan.ts';
import type { PlacedInstance } from './sliceOrder.ts';
import { MR_IMAGE_STORAGE } from './sopClasses.ts';

/** One slice of a volume as it was decoded: what writing it back needs to know of its file. */
export type ReadSlice = PlacedInstance &
  Readonly<{
    /** Of the whole file. */
    sha256: string;
    /** Which of the file's frames, from 0; a classic instance has one. */
    frame: number;
    /** Smallest and largest stored value found, padding among them. */
    storedRange: readonly [number, number];
  }>;

/**
 * The pixels of placed slices, rescaled slice by slice. The next file is read while one is decoded; two files and one
 * frame are in memory at a time, besides the samples.
 *
 * @param shape columns × rows × slices
 * @throws ScanRefusal when a file is damaged, changed since its header was read, or cannot be decoded;
 *   CONCORD_INPUT_UNREADABLE if it cannot be opened
 */
export async function readSlices(
  placed: readonly PlacedInstance[], shape: Shape3, limits?: DecodeLimits,
): Promise<{ samples: Float32Array; slices: ReadSlice[] }> {
  const frameSize = shape[0] * shape[1];
  const samples = new Float32Array(voxelCount(shape));
  const stored = new Int32Array(frameSize);
  const slices: ReadSlice[] = [];
  let next = readWhole(placed[0]!.path);
  for (const [k, slice] of placed.entries()) {
    const file = await next;
    const following = placed[k + 1];
    if (following) {
      next = readWhole(following.path);
      // its failure is met when its turn comes, if it comes
      next.catch(() => undefined);
    }
    const checked = preScan(file);
    const dataSet = parseDataSet(checked);
    checkUnchanged(slice, parseInstanceHeader({ path: slice.path, transferSyntax: checked.transferSyntax }, dataSet));
    await readStoredValues(slice, dataSet.pixelData(), stored, limits);
    const storedRange = placeFrame(stored, slice, samples.subarray(k * frameSize, (k + 1) * frameSize));
    slices.push({ ...slice, sha256: createHash('sha256').update(file).digest('hex'), frame: 0, storedRange });
  }
  return { samples, slices };
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'A readable series was expected; one of its files is not.', {
      cause,
      issueCode: 'UNREADABLE',
    });
  }
}

/** The checks saw another header than the pixels come with, if a file was replaced between the two. */
function checkUnchanged(checked: PlacedInstance, found: Readonly<Record<string, unknown>>): void {
  const { height: _, ...header } = checked;
  for (const [key, value] of Object.entries(header)) {
    if (JSON.stringify(value) !== JSON.stringify(found[key])) {
      throw new ScanRefusal('MALFORMED', 'a file changed while the series was read');
    }
  }
}

/**
 * Stored values → voxel values of one slice, last row first.
 * MONOCHROME1 shows low values bright: MR signal is stored inverted then, while CT stays HU (PS3.3 C.7.6.3.1.2).
 * Padding is a mark and no measurement: in MR it becomes 0, in CT it keeps its value far below air.
 *
 * @returns smallest and largest stored value
 */
function placeFrame(stored: Int32Array, slice: PlacedInstance, into: Float32Array): readonly [number, number] {
  const { columns, rows, padding, bitsStored, isSigned } = slice.pixels;
  const isMr = slice.sopClassUid === MR_IMAGE_STORAGE;
  const isInverted = isMr && slice.photometric === 'MONOCHROME1';
  // lowest + highest storable value: v → sum - v turns the scale around
  const sum = isSigned ? -1 : 2 ** bitsStored - 1;
  const slope = (slice.rescaleSlope ?? 1) * (isInverted ? -1 : 1);
  const intercept = (slice.rescaleIntercept ?? 0) - (isInverted ? slope * sum : 0);
  const [padLow, padHigh] = isMr && padding ? padding : [1, 0];
  let low = stored[0]!;
  let high = low;
  for (let row = 0; row < rows; row++) {
    const to = (rows - 1 - row) * columns;
    for (let column = 0, from = row * columns; column < columns; column++, from++) {
      const value = stored[from]!;
      if (value < low) low = value;
      if (value > high) high = value;
      into[to + column] = value >= padLow && value <= padHigh ? 0 : slope * value + intercept;
    }
  }
  return [low, high];
}
