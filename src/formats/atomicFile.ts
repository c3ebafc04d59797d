import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { ConcordError } from '../core/errors.ts';

export type WrittenFile = Readonly<{ sha256: string; bytes: number }>;

/**
 * Writes a file whole or not at all: a temporary file in the same directory, fsync, rename, fsync of the
 * directory (operations.md T-22). A reader never sees half a file, and no temporary file outlives a failure.
 *
 * @param mode permissions, from which the umask of the process takes [default: those the umask leaves]
 * @throws CONCORD_NO_SPACE on ENOSPC and EDQUOT; CONCORD_OUTPUT_NOT_WRITABLE on any other failure to write
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  mode = 0o666,
): Promise<WrittenFile> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`);
  let isTemporaryLeft = false;
  try {
    // O_EXCL refuses a planted file or link instead of following it
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    isTemporaryLeft = true;
    const written = await writeAndSync(file, content);
    await rename(temporary, path);
    isTemporaryLeft = false;
    await syncDirectory(directory);
    return written;
  } catch (cause) {
    throw outputError(cause);
  } finally {
    if (isTemporaryLeft) await unlink(temporary);
  }
}

/**
 * Writes a new file and waits until it is on disk, for a folder that nobody looks into before it is whole.
 *
 * @throws as writeFileAtomic; also where the file exists
 */
export async function writeNewFile(path: string, content: Uint8Array, mode: number): Promise<WrittenFile> {
  try {
    return await writeAndSync(await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode), content);
  } catch (cause) {
    throw outputError(cause);
  }
}

async function writeAndSync(
  file: FileHandle,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  const digest = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(content)) {
      await writeFully(file, chunk);
      digest.update(chunk);
      bytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: digest.digest('hex'), bytes };
}

/** One write call may store fewer bytes than it was given, notably on a disk that is almost full. */
async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    offset += (await file.write(chunk, offset, chunk.length - offset)).bytesWritten;
  }
}

async function* chunksOf(
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content, 'utf8');
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

/** The rename itself must survive a power cut. Windows cannot open a directory and journals renames by itself. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A failed system call as its typed error; other errors (a failing producer of chunks) pass unchanged. */
export function outputError(cause: unknown): unknown {
  const systemCode = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (cause instanceof ConcordError || typeof systemCode !== 'string' || !/^E[A-Z0-9]+$/.test(systemCode)) {
    return cause;
  }
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return new ConcordError('CONCORD_NO_SPACE', `An output needs more disk space than is free (${systemCode}).`, {
      cause,
    });
  }
  return new ConcordError(
    'CONCORD_OUTPUT_NOT_WRITABLE',
    `An output folder that can be written to was expected; the system answered ${systemCode}.`,
    { cause },
  );
}
