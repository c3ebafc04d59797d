import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ConcordError } from '../../src/core/errors.ts';
import { findScans, readScan, writeScan } from '../../src/formats/scan.ts';
import type { Scan } from '../../src/formats/scan.ts';
import { dicomBytes, encapsulatedElement, sliceElements } from '../support/dicomBytes.ts';
import { niftiBytes, niftiKinds } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

/** One change of a file: bytes overwritten, a piece removed, or a piece said twice. */
type Mutation = { kind: 'overwrite' | 'remove' | 'repeat'; at: number; bytes: Uint8Array };

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('overwrite', 'overwrite', 'overwrite', 'remove', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  // extreme bytes break lengths and counts more often than random ones
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constantFrom(Uint8Array.of(0), Uint8Array.of(255, 255), Uint8Array.of(255, 255, 255, 127), Uint8Array.of(0, 0, 128)),
  ),
});

function mutate(file: Buffer, mutations: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(file);
  for (const { kind, at, bytes: piece } of mutations) {
    const offset = Math.floor(at * bytes.length);
    if (kind === 'overwrite') bytes.set(piece.subarray(0, bytes.length - offset), offset);
    else {
      const end = kind === 'remove' ? offset + piece.length : offset - piece.length;
      bytes = Buffer.concat([bytes.subarray(0, offset), bytes.subarray(Math.max(0, end))]);
    }
  }
  return bytes;
}

/** A scan that holds what its type promises, or a refusal with a code; nothing else may come out. */
async function outcomeOf(path: string): Promise<string> {
  try {
    const { inputs, issues } = await findScans(path);
    for (const input of inputs) checkScan(await readScan(input, { maxBytes: 2 ** 24 }));
    return issues[0]?.issue.code ?? 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(ConcordError);
    expect((error as ConcordError).issueCode).toBeTypeOf('string');
    return (error as ConcordError).issueCode!;
  }
}

function checkScan({ volume }: Scan): void {
  expect(volume.samples.length).toBe(volume.shape[0] * volume.shape[1] * volume.shape[2]);
  expect(volume.samples.every((value) => Number.isFinite(value))).toBe(true);
  expect(volume.affine.rows.flat().every((value) => Number.isFinite(value))).toBe(true);
}

const rle = Buffer.concat([
  Buffer.from([2, 0, 0, 0, 64, 0, 0, 0, 66]),
  Buffer.alloc(55),
  Buffer.from([245, 1, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
]);

const seeds: Readonly<Record<string, { name: string; bytes: Buffer }>> = {
  'NIfTI-1': { name: 'x.nii', bytes: niftiBytes() },
  'NIfTI-2, big endian': { name: 'x.nii', bytes: niftiBytes({ version: 2, littleEndian: false, kind: 'float32' }) },
  'gzipped NIfTI': { name: 'x.nii.gz', bytes: gzipSync(niftiBytes()) },
  'DICOM explicit': { name: 'x.dcm', bytes: dicomBytes(sliceElements(3)) },
  'DICOM implicit': { name: 'x.dcm', bytes: dicomBytes(sliceElements(3), 'implicit') },
  'DICOM RLE': {
    name: 'x.dcm',
    bytes: dicomBytes(sliceElements(3, { 0x7fe00010: encapsulatedElement(rle) }), 'explicit', '1.2.840.10008.1.2.5'),
  },
};

describe.each(Object.entries(seeds))('a mutated %s', (name, seed) => {
  it('is read, or refused with a code', async () => {
    const folder = join(await scratchFolder(), 'scan');
    const isDicom = seed.name === 'x.dcm';
    const syntax = name === 'DICOM RLE' ? '1.2.840.10008.1.2.5' : undefined;
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, seed.name), mutate(seed.bytes, mutations));
        // a mutated slice among sound ones, so that series checks and pixels are reached
        const others = isDicom ? [0, 1, 2] : [];
        for (const k of others) {
          const pixels = syntax ? { 0x7fe00010: encapsulatedElement(rle) } : {};
          await writeFile(join(folder, `${k}`), dicomBytes(sliceElements(k, pixels), 'explicit', syntax));
        }
        const outcome = await outcomeOf(folder);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await rm(folder, { recursive: true });
      }),
      { numRuns: 90, seed: 20_240_601 },
    );
    // the mutations must bite, or the property says nothing
    expect(outcomes.size).toBeGreaterThanOrEqual(2);
  });
});

describe('write, then read', () => {
  it('is the identity for every stored type, slope and volume that the type can hold', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'x.nii');
    const output = join(folder, 'out.nii');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...niftiKinds),
        fc.boolean(),
        fc.constantFrom(1, 2, 0.5, -0.25, 0),
        fc.integer({ min: -50, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 127 }), { minLength: 27, maxLength: 27 }),
        async (kind, littleEndian, slope, inter, stored) => {
          fc.pre(new Set(stored).size > 1);
          await writeFile(path, niftiBytes({ dims: [3, 3, 3], kind, littleEndian, slope, inter, stored }));
          const scan = await readScan({ format: 'nifti', name: 'x', paths: [path] });
          // coarse types are widened, which must keep the values as well
          await writeScan(scan, scan.volume, output, { datatype: 'source', description: '' });
          const back = await readScan({ format: 'nifti', name: 'out', paths: [output] });
          expect(back.volume).toEqual(scan.volume);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});
