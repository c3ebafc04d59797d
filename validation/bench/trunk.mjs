// A chest-like trunk in HU with noise, 512² at 0.7 × 0.7 × 1 mm, plane by plane: as NIfTI or as a DICOM series.
import { closeSync, openSync, writeSync } from 'node:fs';
import { writeCtSeries } from './ctSeries.mjs';

export const SIZE = 512;
const PIXEL_MM = 0.7;

/** int16 HU of plane after plane, the first row the patient's back. The array is reused. */
function* trunkPlanes(slices, noise) {
  const inside = (i, j, ci, cj, ri, rj) => ((i - ci) / ri) ** 2 + ((j - cj) / rj) ** 2 < 1;
  const plan = Int16Array.from({ length: SIZE * SIZE }, (_, n) => {
    const [i, j] = [n % SIZE, Math.floor(n / SIZE)];
    if (inside(i, j, 150, 270, 70, 95) || inside(i, j, 362, 270, 70, 95)) return -850;
    if (inside(i, j, 256, 120, 30, 30)) return 450;
    return inside(i, j, 256, 250, 205, 160) ? 50 : inside(i, j, 256, 250, 222, 178) ? -100 : -1000;
  });
  const plane = new Int16Array(SIZE * SIZE);
  let state = 1;
  for (let k = 0; k < slices; k++) {
    for (let n = 0; n < plane.length; n++) {
      // the sum of two uniform numbers is near enough to a normal one
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      plane[n] = Math.max(-1024, plan[n] + Math.round(noise * (((state & 0xffff) + (state >>> 16)) / 26755 - 2.45)));
    }
    yield plane;
  }
}

/** One .nii file, int16, not compressed. */
export function writeTrunk(path, slices, noise) {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  [3, SIZE, SIZE, slices, 1, 1, 1, 1].forEach((n, d) => header.writeInt16LE(n, 40 + 2 * d));
  header.writeInt16LE(4, 70); header.writeInt16LE(16, 72);
  [1, PIXEL_MM, PIXEL_MM, 1].forEach((mm, d) => header.writeFloatLE(mm, 76 + 4 * d));
  header.writeFloatLE(352, 108); header.writeFloatLE(1, 112); header.writeInt16LE(1, 254);
  [[PIXEL_MM, 0, 0, 0], [0, PIXEL_MM, 0, 0], [0, 0, 1, 0]].flat().forEach((n, i) => header.writeFloatLE(n, 280 + 4 * i));
  header.write('n+1\0', 344, 'latin1');
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (const plane of trunkPlanes(slices, noise)) writeSync(file, Buffer.from(plane.buffer));
  closeSync(file);
}

/** The same as a folder of uncompressed files, one a slice. */
export function writeTrunkSeries(folder, slices, noise) {
  const planes = trunkPlanes(slices, noise);
  const pixelsOf = () => {
    const plane = planes.next().value;
    const bytes = Buffer.alloc(2 * plane.length);
    for (let row = 0, at = 0; row < SIZE; row++) {
      for (let i = 0; i < SIZE; i++, at += 2) bytes.writeUInt16LE(plane[(SIZE - 1 - row) * SIZE + i] + 1024, at);
    }
    return bytes;
  };
  writeCtSeries(folder, { slices, size: SIZE, pixelsOf });
}
