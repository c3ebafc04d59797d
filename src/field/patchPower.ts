import { createFourier } from './fourier.ts';

/** Fills `power` [rows, columns] with |FFT|² / Σ window² of a patch [rows, columns], padded with zeros: white noise of variance s² gives s². */
export type PatchPower = (patch: Float64Array, power: Float64Array) => void;

/** @param windows along I and J, of the patch's own length; @param lengths powers of two that hold them */
export function createPatchPower([across, down]: readonly [Float64Array, Float64Array], [columns, rows]: readonly [number, number]): PatchPower {
  const [alongI, alongJ] = [createFourier(columns), createFourier(rows)];
  const squares = (window: Float64Array): number => window.reduce((sum, weight) => sum + weight * weight, 0);
  const norm = squares(across) * squares(down);
  const [row, rowOut] = [new Float64Array(2 * columns), new Float64Array(2 * columns)];
  const [column, columnOut] = [new Float64Array(2 * rows), new Float64Array(2 * rows)];
  const [width, height] = [across.length, down.length];
  const spectra = new Float64Array(2 * columns * height);
  return (patch, power) => {
    for (let y = 0; y < height; y++) {
      row.fill(0);
      for (let x = 0; x < width; x++) row[2 * x] = down[y]! * across[x]! * patch[y * width + x]!;
      alongI.transform(rowOut, row);
      spectra.set(rowOut, 2 * y * columns);
    }
    for (let x = 0; x < columns; x++) {
      column.fill(0);
      for (let y = 0; y < height; y++) {
        column[2 * y] = spectra[2 * (y * columns + x)]!;
        column[2 * y + 1] = spectra[2 * (y * columns + x) + 1]!;
      }
      alongJ.transform(columnOut, column);
      for (let y = 0; y < rows; y++) power[y * columns + x] = (columnOut[2 * y]! ** 2 + columnOut[2 * y + 1]! ** 2) / norm;
    }
  };
}
