import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { planeSize } from '../../core/planes.ts';
import type { Shape3 } from '../../core/volume.ts';
import { parseDataSet } from './dataSet.ts';
import type { DecodeLimits } from './decode/decoder.ts';
import { frameWordsOf, storedValueOf } from './framePixels.ts';
import type { FrameWords } from './framePixels.ts';
import { parseInstanceHeader } from './instanceHeader.ts';
import { paddingRunsOf } from './paddingRuns.ts';
import type { PaddingRuns } from './paddingRuns.ts';
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
    padding: PaddingRuns;
  }>;

/**
 * The pixels of placed slices, rescaled slice by slice. The next file is read while one is decoded; two files and one
 * frame are in memory at a time.
 *
 * @param shape columns × rows × slices
 * @param take given each slice in rising order, last row first, in an array that is used again
 * @throws ScanRefusal when a file is damaged, changed since its header was read, or cannot be decoded;
 *   CONCORD_INPUT_UNREADABLE if it cannot be opened
 */
export async function readSlices(
  placed: readonly PlacedInstance[], shape: Shape3, take: (k: number, plane: Float32Array) => void, limits?: DecodeLimits,
): Promise<ReadSlice[]> {
  const plane = new Float32Array(planeSize(shape));
  const slices: ReadSlice[] = [];
  const readers = [fileReader(), fileReader()] as const;
  let next = readers[0](placed[0]!.path);
  let table: { key: string; samples: Float32Array } | undefined;
  for (const [k, slice] of placed.entries()) {
    const file = await next;
    const following = placed[k + 1];
    if (following) {
      next = readers[(k + 1) % 2]!(following.path);
      // its failure is met when its turn comes, if it comes
      next.catch(() => undefined);
    }
    const checked = preScan(file);
    const dataSet = parseDataSet(checked);
    checkUnchanged(slice, parseInstanceHeader({ path: slice.path, transferSyntax: checked.transferSyntax }, dataSet));
    const words = await frameWordsOf(slice, dataSet.pixelData(), limits);
    const key = sampleKey(slice);
    if (table?.key !== key) table = { key, samples: sampleTable(slice) };
    placeFrame(words, table.samples, shape, plane);
    take(k, plane);
    slices.push({ ...slice, sha256: createHash('sha256').update(file).digest('hex'), frame: 0, padding: paddingRunsOf(words, slice.pixels) });
  }
  return slices;
}

/** Reads files one after another into one buffer: each replaces the one before. */
function fileReader(): (path: string) => Promise<Buffer> {
  let buffer = Buffer.alloc(0);
  return async (path) => {
    try {
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        if (buffer.length < size) buffer = Buffer.allocUnsafeSlow(size);
        return buffer.subarray(0, await readFully(file, buffer, size));
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'A readable series was expected; one of its files is not.', {
        cause,
        issueCode: 'UNREADABLE',
      });
    }
  };
}

/** One call may return fewer bytes than it was asked for, notably on a network share. */
async function readFully(file: FileHandle, buffer: Buffer, size: number): Promise<number> {
  let offset = 0;
  while (offset < size) {
    const { bytesRead } = await file.read(buffer, offset, size - offset, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return offset;
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

/** What the table below depends on, besides the SOP class, which a series shares. */
function sampleKey({ pixels, rescaleSlope, rescaleIntercept, photometric }: PlacedInstance): string {
  return JSON.stringify([pixels, rescaleSlope, rescaleIntercept, photometric]);
}

/**
 * Word → voxel value, for every word of 16 bits: cheaper than to compute each voxel, as most series have one table.
 * MONOCHROME1 shows low values bright: MR signal is stored inverted then, while CT stays HU (PS3.3 C.7.6.3.1.2).
 * Padding is a mark and no measurement: in MR it becomes 0, in CT it keeps its value far below air.
 */
function sampleTable(slice: PlacedInstance): Float32Array {
  const { padding, bitsStored, isSigned } = slice.pixels;
  const isMr = slice.sopClassUid === MR_IMAGE_STORAGE;
  const isInverted = isMr && slice.photometric === 'MONOCHROME1';
  // lowest + highest storable value: v → sum - v turns the scale around
  const sum = isSigned ? -1 : 2 ** bitsStored - 1;
  const slope = slice.rescaleSlope ?? 1;
  const intercept = slice.rescaleIntercept ?? 0;
  const [low, high] = isMr && padding ? padding : [1, 0];
  const valueOf = storedValueOf(slice.pixels);
  const table = new Float32Array(2 ** 16);
  for (let word = 0; word < table.length; word++) {
    const value = valueOf(word);
    table[word] = value >= low && value <= high ? 0 : slope * (isInverted ? sum - value : value) + intercept;
  }
  return table;
}

/** Words in row order → voxel values of one slice, last row first. */
function placeFrame(words: FrameWords, table: Float32Array, [columns, rows]: Shape3, into: Float32Array): void {
  for (let row = 0, from = 0; row < rows; row++) {
    const to = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++, from++) into[to + column] = table[words[from]!]!;
  }
}
