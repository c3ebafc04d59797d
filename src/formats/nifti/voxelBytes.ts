import { createHash } from 'node:crypto';
import { constants as bufferLimits } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { voxelCount } from '../../core/volume.ts';
import { niftiDatatypes } from './datatypes.ts';
import { LARGEST_HEADER, parseNiftiHeader } from './header.ts';
import type { NiftiHeader } from './header.ts';

export type NiftiBytes = Readonly<{
  header: NiftiHeader;
  /** The source's own 348 or 540 bytes: what writing back starts from. */
  headerBytes: Uint8Array;
  /** Stored values in the file's byte order, in a buffer of their own. */
  voxels: Buffer;
  /** Of the file as it lies on the disk. */
  sha256: string;
}>;

/** Above this size, more than MAX_RATIO bytes out of one byte in is an attack, not a scan (T-07). */
const RATIO_APPLIES_FROM = 64 * 2 ** 20;
const MAX_RATIO = 200;
/** Deflate cannot expand by more than this (zlib's own bound). */
const DEFLATE_LIMIT = 1032;
/** Trailing bytes up to this many are a faulty export; more of them, out of a gzip, are a bomb. */
const TRAILING_SLACK = 65_536;
const READ_CHUNK = 2 ** 20;

/**
 * Reads a .nii or .nii.gz file as a stream, into one buffer of exactly the size that the header declares.
 * The file is opened read-only and never loaded whole.
 *
 * @param maxBytes budget for the stored voxels plus their float32 copy
 * @throws ScanRefusal TRUNCATED, CORRUPT_GZIP, DECOMPRESSION_BOMB, TOO_LARGE, and those of parseNiftiHeader
 */
export async function readNiftiBytes(path: string, maxBytes: number): Promise<NiftiBytes> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    const isGzip = await startsAsGzip(file);
    if (!isGzip && path.toLowerCase().endsWith('.gz')) {
      throw new ScanRefusal('CORRUPT_GZIP', 'the name ends in .gz, but the content is not gzip');
    }
    return await streamVoxels(file, { size, isGzip, maxBytes });
  } catch (cause) {
    throw gzipRefusal(cause);
  } finally {
    await file.close();
  }
}

type Source = Readonly<{ size: number; isGzip: boolean; maxBytes: number }>;

async function streamVoxels(file: FileHandle, source: Source): Promise<NiftiBytes> {
  const digest = createHash('sha256');
  let bytesIn = 0;
  const tap = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      digest.update(chunk);
      bytesIn += chunk.length;
      yield chunk;
    }
  };
  const input = file.createReadStream({ start: 0, autoClose: false, highWaterMark: READ_CHUNK });
  const intake = voxelIntake(source, () => bytesIn);
  const drain = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) intake.take(chunk);
  };
  if (source.isGzip) await pipeline(input, tap, createGunzip({ chunkSize: READ_CHUNK }), drain);
  else await pipeline(input, tap, drain);
  return { ...intake.finish(), sha256: digest.digest('hex') };
}

type Intake = { take: (chunk: Buffer) => void; finish: () => Omit<NiftiBytes, 'sha256'> };

/** Collects the header first, then places every voxel byte where it belongs and counts the rest. */
function voxelIntake(source: Source, bytesIn: () => number): Intake {
  let head: Buffer = Buffer.alloc(0);
  let header: NiftiHeader | undefined;
  let voxels: Buffer = head;
  let position = 0;

  const place = (chunk: Buffer, parsed: NiftiHeader): void => {
    const skip = Math.max(0, parsed.voxOffset - position);
    const at = Math.max(0, position - parsed.voxOffset);
    if (skip < chunk.length && at < voxels.length) chunk.copy(voxels, at, skip);
    position += chunk.length;
    checkExcess(position, parsed.voxOffset + voxels.length, source.isGzip, bytesIn());
  };
  const begin = (): NiftiHeader => {
    const parsed = parseNiftiHeader(head);
    voxels = allocateVoxels(parsed, source);
    place(head, parsed);
    return parsed;
  };
  return {
    take: (chunk) => {
      if (header) {
        place(chunk, header);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length >= LARGEST_HEADER) header = begin();
    },
    finish: () => {
      header ??= begin();
      const expected = header.voxOffset + voxels.length;
      if (position < expected) throw new ScanRefusal('TRUNCATED', `${expected} bytes expected, got ${position}`);
      if (position > expected) {
        throw new ScanRefusal('MALFORMED', `${expected} bytes expected, ${position - expected} more follow`);
      }
      return { header, headerBytes: Uint8Array.from(head.subarray(0, header.layout.headerBytes)), voxels };
    },
  };
}

/** Refuses before it allocates: a header may declare any size, the file on the disk cannot lie about its own. */
function allocateVoxels(header: NiftiHeader, { size, isGzip, maxBytes }: Source): Buffer {
  const count = voxelCount(header.shape);
  const bytes = count * niftiDatatypes[header.datatype].bytes;
  const needed = bytes + count * Float32Array.BYTES_PER_ELEMENT;
  if (needed > maxBytes || bytes > bufferLimits.MAX_LENGTH) {
    throw new ScanRefusal('TOO_LARGE', `${needed} bytes of memory needed, ${maxBytes} allowed`);
  }
  const expected = header.voxOffset + bytes;
  const possible = isGzip ? size * DEFLATE_LIMIT : size;
  if (possible < expected) {
    throw new ScanRefusal('TRUNCATED', `${expected} bytes expected, the file holds at most ${possible}`);
  }
  return Buffer.allocUnsafeSlow(bytes);
}

function checkExcess(position: number, expected: number, isGzip: boolean, bytesIn: number): void {
  if (!isGzip) return;
  if (position > expected + TRAILING_SLACK) {
    throw new ScanRefusal('DECOMPRESSION_BOMB', `more than the declared ${expected} bytes come out`);
  }
  if (position > RATIO_APPLIES_FROM && position > MAX_RATIO * bytesIn) {
    throw new ScanRefusal('DECOMPRESSION_BOMB', `expands more than ${MAX_RATIO} times`);
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'A readable scan was expected; the system refused to open it.', {
      cause,
      issueCode: 'UNREADABLE',
    });
  }
}

async function startsAsGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** zlib's own errors as refusals; everything else unchanged. */
function gzipRefusal(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'Z_BUF_ERROR') return new ScanRefusal('TRUNCATED', 'the gzip stream ends early', cause);
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new ScanRefusal('CORRUPT_GZIP', 'the gzip stream is damaged', cause);
  }
  return cause;
}
