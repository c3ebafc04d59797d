import { createFourier } from './fourier.ts';

/**
 * Radial bands of an axial slice. Knots 0.03 + 0.06·b cycles/mm, b = 0 … 12; band b is what a hat over knot b passes, and the
 * hats sum to 1. Band 0 is the low band, which no gain touches.
 */
export const BAND_COUNT = 12;
export const LOWEST_KNOT = 0.03;
export const KNOT_STEP = 0.06;

/** Pixels by which a slice is at least extended, against wrap-around, where the body comes as near to its edge. */
export const MARGIN = 16;
/** Columns that are gathered together: one cache line of the row spectra. */
const BLOCK = 8;

/** A radial response: its value at the 13 knots, linear between them and constant beyond. */
export type Response = Float64Array;

/** Two slices of equal size, [J, I], I fastest: they ride in one complex transform, as its real and imaginary part. */
export type SlicePair = readonly [Float32Array, Float32Array];

/** Position of a frequency on the knots, 0 … 12. */
export function knotPosition(cyclesPerMm: number): number {
  return Math.min(Math.max((cyclesPerMm - LOWEST_KNOT) / KNOT_STEP, 0), BAND_COUNT);
}

/** Centre frequency of band b, cycles/mm. */
export function bandFrequency(band: number): number {
  return LOWEST_KNOT + KNOT_STEP * band;
}

/** The response of one band alone. */
export function bandResponse(band: number): Response {
  return Float64Array.from({ length: BAND_COUNT + 1 }, (_, knot) => (knot === band ? 1 : 0));
}

/** The power of two that holds n pixels and a margin. */
function paddedLength(n: number, margin: number): number {
  return 2 ** Math.ceil(Math.log2(n + margin));
}

/**
 * Filters slices of one size. Slices are extended by mirroring (the edge pixel repeated), the first half of the margin after
 * the end, the second before the beginning. `filter` fills `outputs[r]` with both slices under `responses[r]`;
 * `power` adds the mean power of both slices per band to `sums`. Holds a few planes of memory, whatever the number of slices.
 */
export type SliceFilter = Readonly<{
  /** Pixels by which slices are extended along I and J. */
  margins: readonly [number, number];
  filter: (pair: SlicePair, responses: readonly Response[], outputs: readonly SlicePair[]) => void;
  power: (pair: SlicePair, sums: Float64Array) => void;
}>;

/**
 * @param size [I, J] pixels; @param spacing mm along I and J; @param margins pixels to extend I and J by: 0 where only air reaches the
 * edges, since there a slice of 512 pixels needs a quarter of the work
 */
export function createSliceFilter([ni, nj]: readonly [number, number], [si, sj]: readonly [number, number], margins: readonly [number, number] = [MARGIN, MARGIN]): SliceFilter {
  const [rowLength, columnLength] = [paddedLength(ni, margins[0]), paddedLength(nj, margins[1])];
  const [rowFft, columnFft] = [createFourier(rowLength), createFourier(columnLength)];
  const [rowMirror, columnMirror] = [mirrored(ni, rowLength), mirrored(nj, columnLength)];
  const [rowIn, rowOut] = [new Float64Array(2 * rowLength), new Float64Array(2 * rowLength)];
  const columnIn = new Float64Array(2 * columnLength);
  const spectra = Array.from({ length: BLOCK }, () => new Float64Array(2 * columnLength));
  const filtered = Array.from({ length: BLOCK }, () => new Float64Array(2 * columnLength));
  const half = columnLength / 2 + 1;
  const { knots, shares } = positions(rowLength, columnLength, si, sj);
  // rows of the mirrored margin are copies of real rows, so only real rows are ever transformed
  const rowSpectra = new Float32Array(2 * nj * rowLength);
  let between: Float32Array[] = [];

  function transformRows([a, b]: SlicePair): void {
    for (let j = 0; j < nj; j++) {
      for (let x = 0; x < rowLength; x++) {
        const from = j * ni + rowMirror[x]!;
        rowIn[2 * x] = a[from]!;
        rowIn[2 * x + 1] = b[from]!;
      }
      rowFft.transform(rowOut, rowIn);
      rowSpectra.set(rowOut, 2 * j * rowLength);
    }
  }

  /** Column spectra of BLOCK columns from `first` on. */
  function transformColumns(first: number): void {
    for (let c = 0; c < BLOCK; c++) {
      for (let y = 0; y < columnLength; y++) {
        const from = 2 * (columnMirror[y]! * rowLength + first + c);
        columnIn[2 * y] = rowSpectra[from]!;
        columnIn[2 * y + 1] = rowSpectra[from + 1]!;
      }
      columnFft.transform(spectra[c]!, columnIn);
    }
  }

  /** One column under one response and back; real and imaginary part change places, which makes a forward transform an inverse. */
  function filterColumn(column: number, spectrum: Float64Array, response: Response, out: Float64Array): boolean {
    const first = Math.min(column, rowLength - column) * half;
    const scale = 1 / (rowLength * columnLength);
    let isSilent = true;
    for (let y = 0; y < half; y++) {
      const knot = knots[first + y]!;
      const low = response[knot]!;
      const gain = scale * (low + shares[first + y]! * (response[knot + 1]! - low));
      if (gain !== 0) isSilent = false;
      columnIn[2 * y] = gain * spectrum[2 * y + 1]!;
      columnIn[2 * y + 1] = gain * spectrum[2 * y]!;
      if (y === 0 || y === half - 1) continue;
      const other = columnLength - y;
      columnIn[2 * other] = gain * spectrum[2 * other + 1]!;
      columnIn[2 * other + 1] = gain * spectrum[2 * other]!;
    }
    if (!isSilent) columnFft.transform(out, columnIn);
    return !isSilent;
  }

  function scatterColumns(first: number, response: Response, plane: Float32Array): void {
    for (let c = 0; c < BLOCK; c++) {
      if (!filterColumn(first + c, spectra[c]!, response, filtered[c]!)) filtered[c]!.fill(0);
    }
    for (let j = 0; j < nj; j++) {
      const to = 2 * (j * rowLength + first);
      for (let c = 0; c < BLOCK; c++) {
        plane[to + 2 * c] = filtered[c]![2 * j]!;
        plane[to + 2 * c + 1] = filtered[c]![2 * j + 1]!;
      }
    }
  }

  function invertRows(plane: Float32Array, [a, b]: SlicePair): void {
    for (let j = 0; j < nj; j++) {
      rowIn.set(plane.subarray(2 * j * rowLength, 2 * (j + 1) * rowLength));
      rowFft.transform(rowOut, rowIn);
      for (let i = 0; i < ni; i++) {
        b[j * ni + i] = rowOut[2 * i]!;
        a[j * ni + i] = rowOut[2 * i + 1]!;
      }
    }
  }

  return {
    margins,
    filter: (pair, responses, outputs) => {
      while (between.length < responses.length) between = [...between, new Float32Array(2 * nj * rowLength)];
      transformRows(pair);
      for (let first = 0; first < rowLength; first += BLOCK) {
        transformColumns(first);
        for (let r = 0; r < responses.length; r++) scatterColumns(first, responses[r]!, between[r]!);
      }
      for (let r = 0; r < responses.length; r++) invertRows(between[r]!, outputs[r]!);
    },
    power: (pair, sums) => {
      transformRows(pair);
      const scale = 1 / (rowLength * columnLength) ** 2;
      for (let first = 0; first < rowLength; first += BLOCK) {
        transformColumns(first);
        for (let c = 0; c < BLOCK; c++) {
          const line = Math.min(first + c, rowLength - first - c) * half;
          for (let y = 0; y < columnLength; y++) {
            const at = line + Math.min(y, columnLength - y);
            const squares = scale * (spectra[c]![2 * y]! ** 2 + spectra[c]![2 * y + 1]! ** 2);
            const knot = knots[at]!;
            sums[knot]! += (1 - shares[at]!) * squares;
            sums[knot + 1]! += shares[at]! * squares;
          }
        }
      }
    },
  };
}

/** Index into n pixels for every pixel of the extended axis. */
function mirrored(n: number, length: number): Int32Array {
  const after = Math.floor((length - n + 1) / 2);
  return Int32Array.from({ length }, (_, x) => {
    if (x < n) return x;
    const inside = x < n + after ? 2 * n - 1 - x : length - 1 - x;
    return Math.min(Math.max(inside, 0), n - 1);
  });
}

/** Knot and share of every frequency of one quadrant, [row length / 2 + 1][column length / 2 + 1]. */
function positions(rowLength: number, columnLength: number, si: number, sj: number): { knots: Uint8Array; shares: Float32Array } {
  const [us, vs] = [rowLength / 2 + 1, columnLength / 2 + 1];
  const knots = new Uint8Array(us * vs);
  const shares = new Float32Array(us * vs);
  for (let u = 0, n = 0; u < us; u++) {
    for (let v = 0; v < vs; v++, n++) {
      const position = knotPosition(Math.hypot(u / (rowLength * si), v / (columnLength * sj)));
      knots[n] = Math.min(Math.floor(position), BAND_COUNT - 1);
      shares[n] = position - knots[n]!;
    }
  }
  return { knots, shares };
}
