import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { planeSize } from '../../core/planes.ts';
import { niftiDatatypes } from './datatypes.ts';
import { LARGEST_HEADER, parseNiftiHeader } from './header.ts';
import type { NiftiHeader } from './header.ts';

/** Takes the planes of a file in rising order: stored values in the file's byte order, in a buffer that is used again. */
export type VoxelSink = Readonly<{ take: (k: number, voxels: Buffer) => void }>;

export type ReadVoxels<Sink> = Readonly<{
  header: NiftiHeader;
  /** The source's own 348 or 540 bytes: what writing back starts from. */
  headerBytes: Uint8Array;
  /** Of the file as it lies on the disk. */
  sha256: string;
  /** What `open` made, now with every plane. */
  sink: Sink;
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
 * Reads a .nii or .nii.gz file as a stream, plane by plane. The file is opened read-only and never loaded whole.
 *
 * @param open called with the header, once it is known that the file can hold what it declares
 * @throws ScanRefusal TRUNCATED, CORRUPT_GZIP, DECOMPRESSION_BOMB, and those of parseNiftiHeader and `open`
 */
export async function readVoxelPlanes<Sink extends VoxelSink>(path: string, open: OpenSink<Sink>): Promise<ReadVoxels<Sink>> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    const isGzip = await startsAsGzip(file);
    if (!isGzip && path.toLowerCase().endsWith('.gz')) {
      throw new ScanRefusal('CORRUPT_GZIP', 'the name ends in .gz, but the content is not gzip');
    }
    return await streamVoxels(file, { size, isGzip, open });
  } catch (cause) {
    throw gzipRefusal(cause);
  } finally {
    await file.close();
  }
}

type OpenSink<Sink> = (header: NiftiHeader) => Sink;
type Source<Sink> = Readonly<{ size: number; isGzip: boolean; open: OpenSink<Sink> }>;

async function streamVoxels<Sink extends VoxelSink>(file: FileHandle, source: Source<Sink>): Promise<ReadVoxels<Sink>> {
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

type Intake<Sink> = Readonly<{ take: (chunk: Buffer) => void; finish: () => Omit<ReadVoxels<Sink>, 'sha256'> }>;

/** A file whose header is known: where its planes go, and the one that is being filled. */
type Filling<Sink> = { header: NiftiHeader; sink: Sink; plane: Buffer; filled: number; k: number; expected: number };

/** Collects the header first, then hands on every plane as it is full and counts the rest. */
function voxelIntake<Sink extends VoxelSink>(source: Source<Sink>, bytesIn: () => number): Intake<Sink> {
  let head: Buffer = Buffer.alloc(0);
  let filling: Filling<Sink> | undefined;
  let position = 0;

  const place = (chunk: Buffer, into: Filling<Sink>): void => {
    let from = Math.max(0, into.header.voxOffset - position);
    while (from < chunk.length && into.k < into.header.shape[2]) {
      const copied = chunk.copy(into.plane, into.filled, from);
      from += copied;
      into.filled += copied;
      if (into.filled < into.plane.length) break;
      into.sink.take(into.k++, into.plane);
      into.filled = 0;
    }
    position += chunk.length;
    checkExcess(position, into.expected, source.isGzip, bytesIn());
  };
  const begin = (): Filling<Sink> => {
    const begun = beginPlanes(parseNiftiHeader(head), source);
    place(head, begun);
    return begun;
  };
  return {
    take: (chunk) => {
      if (filling) {
        place(chunk, filling);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length >= LARGEST_HEADER) filling = begin();
    },
    finish: () => {
      const { header, sink, expected } = filling ?? begin();
      if (position < expected) throw new ScanRefusal('TRUNCATED', `${expected} bytes expected, got ${position}`);
      if (position > expected) {
        throw new ScanRefusal('MALFORMED', `${expected} bytes expected, ${position - expected} more follow`);
      }
      return { header, headerBytes: Uint8Array.from(head.subarray(0, header.layout.headerBytes)), sink };
    },
  };
}

/** Refuses before anything is allocated: a header may declare any size, the file on the disk cannot lie about its own. */
function beginPlanes<Sink>(header: NiftiHeader, { size, isGzip, open }: Source<Sink>): Filling<Sink> {
  const planeBytes = planeSize(header.shape) * niftiDatatypes[header.datatype].bytes;
  const expected = header.voxOffset + header.shape[2] * planeBytes;
  const possible = isGzip ? size * DEFLATE_LIMIT : size;
  if (possible < expected) {
    throw new ScanRefusal('TRUNCATED', `${expected} bytes expected, the file holds at most ${possible}`);
  }
  const sink = open(header);
  return { header, sink, plane: Buffer.allocUnsafeSlow(planeBytes), filled: 0, k: 0, expected };
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
