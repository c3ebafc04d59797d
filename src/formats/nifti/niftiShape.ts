import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';

import type { Shape3 } from '../../core/volume.ts';
import { LARGEST_HEADER, parseNiftiHeader } from './header.ts';

/** The header of a compressed file lies in its first kilobyte, unless the gzip header has a long comment. */
const FIRST_BYTES = 4096;

/** What a file's header declares, before anything else of it is read or checked. @throws as parseNiftiHeader, zlib and the system do */
export async function niftiShape(path: string): Promise<Shape3> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    const first = buffer.subarray(0, bytesRead);
    const isGzip = first[0] === 0x1f && first[1] === 0x8b;
    // the stream goes on after these bytes: what is whole so far is asked for
    const bytes = isGzip ? gunzipSync(first, { finishFlush: constants.Z_SYNC_FLUSH }) : first;
    return parseNiftiHeader(bytes.subarray(0, LARGEST_HEADER)).shape;
  } finally {
    await file.close();
  }
}
