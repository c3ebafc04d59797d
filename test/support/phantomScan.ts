import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Volume } from '../../src/core/volume.ts';
import { headAnatomy } from '../../src/phantom/headAnatomy.ts';
import { drawPerson } from '../../src/phantom/person.ts';
import { drawScanner } from '../../src/phantom/scanner.ts';
import { simulateScan } from '../../src/phantom/simulateScan.ts';
import { niftiBytes } from './niftiBytes.ts';

/** A simulated head on one simulated scanner, at 3 mm, as an int16 volume. */
export function phantomScan(person: string, scanner: string): Volume<'scanner'> {
  return simulateScan(headAnatomy(drawPerson(person), 3), drawScanner(scanner, 0), `${person}|${scanner}`).scan;
}

/** Writes whole numbers as an int16 NIfTI file with the volume's own affine. */
export async function writeInt16(path: string, volume: Volume<'scanner'>, change = (value: number): number => value): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, niftiBytes({
    dims: volume.shape, kind: 'int16', stored: Array.from(volume.samples, (value) => Math.round(change(value))),
    pixdim: [1, 3, 3, 3], sformCode: 1, srow: volume.affine.rows.flat(),
  }));
}
