import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { planeSize } from '../core/planes.ts';
import type { Planes } from '../core/planes.ts';
import type { Shape3 } from '../core/volume.ts';
import { outputError } from './atomicFile.ts';

/** Voxels are a patient's. */
const OWNER_FILE = 0o600;

/**
 * Planes in a file without a name: it is unlinked as soon as it is open, so that nothing of a scan outlives the process,
 * however that ends. Calls block, as they do in memory: what was written lately is read from the system's cache.
 *
 * @param folder on a disk with room for the volume in float32; made if absent
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export function scratchPlanes(folder: string, shape: Shape3): Planes & Readonly<{ close: () => void }> {
  const bytes = planeSize(shape) * Float32Array.BYTES_PER_ELEMENT;
  const file = system(() => openNameless(folder));
  return {
    read: (k, out) => { system(() => { transfer(readSync, file, bytesOf(out), k * bytes); }); },
    write: (k, plane) => { system(() => { transfer(writeSync, file, bytesOf(plane), k * bytes); }); },
    close: () => { closeSync(file); },
  };
}

function openNameless(folder: string): number {
  mkdirSync(folder, { recursive: true });
  // the name is one that a run clears away, should this process be killed right here
  const path = join(folder, `.scratch-${randomBytes(6).toString('hex')}.partial`);
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, OWNER_FILE);
  unlinkSync(path);
  return file;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

type Transfer = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** One call may move fewer bytes than it was asked for. */
function transfer(call: Transfer, file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    const moved = call(file, bytes, done, bytes.length - done, position + done);
    if (moved === 0) throw new ConcordError('CONCORD_INTERNAL', 'A plane was read that was never written.');
    done += moved;
  }
}

function system<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    const error = outputError(cause);
    throw error instanceof ConcordError ? error : cause;
  }
}
