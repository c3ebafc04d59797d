import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { eachOf } from '../formats/eachOf.ts';
import type { ScanInput } from '../formats/scan.ts';

/** A series has more files than a process may have open. */
const FILES_AT_ONCE = 8;

/**
 * Identity of what a scan is read from: its files and, of a NIfTI file, the JSON beside it. Equal bytes give an
 * equal hash wherever they lie; a file that cannot be read counts as absent.
 */
export async function inputHash(input: ScanInput): Promise<string> {
  const sidecars = input.format === 'nifti' ? input.paths.map((path) => path.replace(/\.nii(\.gz)?$/i, '.json')) : [];
  const hashes = await eachOf([...input.paths, ...sidecars], FILES_AT_ONCE, fileHash);
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex');
}

/** sha256 of a file, read in pieces; `-` when it cannot be read. */
export async function fileHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    await pipeline(createReadStream(path), digest);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return '-';
    throw cause;
  }
  return digest.digest('hex');
}
