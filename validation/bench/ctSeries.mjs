// A CT series as a scanner would export it: one explicit little-endian file a slice, of a noisy elliptic phantom in air.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const LONG_VRS = ['OB', 'OW'];
/** Any root serves: the files leave the scratch folder only to be deleted. */
const ROOT = '1.2.826.0.1.3680043.10.1';

/** Writes `slices` files of `size`² voxels at 0.7 × 0.7 × 0.8 mm into `folder`; `pixelsOf(k, size)` makes the stored values of a slice, HU + 1024. */
export function writeCtSeries(folder, { slices, size, pixelsOf = phantomSlice }) {
  mkdirSync(folder, { recursive: true });
  for (let k = 0; k < slices; k++) writeFileSync(join(folder, `IM${String(k).padStart(4, '0')}`), ctInstance(k, size, pixelsOf));
}

function ctInstance(k, size, pixelsOf) {
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])), element(0x0002, 0x0002, 'UI', CT),
    element(0x0002, 0x0003, 'UI', `${ROOT}.3.${k + 1}`), element(0x0002, 0x0010, 'UI', EXPLICIT_LITTLE_ENDIAN),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128), Buffer.from('DICM'), element(0x0002, 0x0000, 'UL', length), meta,
    element(0x0008, 0x0008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'), element(0x0008, 0x0016, 'UI', CT), element(0x0008, 0x0018, 'UI', `${ROOT}.3.${k + 1}`),
    element(0x0008, 0x0060, 'CS', 'CT'), element(0x0008, 0x0070, 'LO', 'concord'), element(0x0018, 0x0050, 'DS', '0.8'),
    element(0x0020, 0x000d, 'UI', `${ROOT}.1`), element(0x0020, 0x000e, 'UI', `${ROOT}.2`), element(0x0020, 0x0011, 'IS', '1'),
    element(0x0020, 0x0012, 'IS', '1'), element(0x0020, 0x0013, 'IS', String(k + 1)),
    element(0x0020, 0x0032, 'DS', `-179.2\\-179.2\\${(0.8 * k).toFixed(1)}`), element(0x0020, 0x0037, 'DS', '1\\0\\0\\0\\1\\0'),
    element(0x0020, 0x0052, 'UI', `${ROOT}.4`), element(0x0028, 0x0002, 'US', [1]), element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0010, 'US', [size]), element(0x0028, 0x0011, 'US', [size]), element(0x0028, 0x0030, 'DS', '0.7\\0.7'),
    element(0x0028, 0x0100, 'US', [16]), element(0x0028, 0x0101, 'US', [12]), element(0x0028, 0x0102, 'US', [11]), element(0x0028, 0x0103, 'US', [0]),
    element(0x0028, 0x1052, 'DS', '-1024'), element(0x0028, 0x1053, 'DS', '1'), element(0x0028, 0x1054, 'LO', 'HU'),
    element(0x7fe0, 0x0010, 'OW', pixelsOf(k, size)),
  ]);
}

/** Stored values: air 24, body 1064 with bone-like rods, and noise of a few units, as no encoder or cache may guess. */
function phantomSlice(k, size) {
  const bytes = Buffer.alloc(2 * size * size);
  const centre = (size - 1) / 2;
  for (let row = 0; row < size; row++) {
    const y = (row - centre) / (0.33 * size);
    for (let column = 0; column < size; column++) {
      const x = (column - centre) / (0.42 * size);
      const isRod = (row % 96 < 12) && ((column + k) % 128 < 12);
      const noise = (Math.imul(row * size + column + k * 7919, 2654435761) >>> 27) - 16;
      bytes.writeUInt16LE((x * x + y * y < 1 ? (isRod ? 1900 : 1064) : 24) + noise + 1, 2 * (row * size + column));
    }
  }
  return bytes;
}

function element(group, number, vr, value) {
  const content = Buffer.isBuffer(value) ? value : typeof value === 'string' ? padded(value, vr) : Buffer.from(Uint16Array.from(value).buffer);
  const head = Buffer.alloc(LONG_VRS.includes(vr) ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (head.length === 12) head.writeUInt32LE(content.length, 8);
  else head.writeUInt16LE(content.length, 6);
  return Buffer.concat([head, content]);
}

function padded(text, vr) {
  return Buffer.from(text.length % 2 === 0 ? text : text + (vr === 'UI' ? '\0' : ' '), 'latin1');
}
