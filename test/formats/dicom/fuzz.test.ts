import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { ConcordError } from '../../../src/core/errors.ts';
import { findScans, readScan } from '../../../src/formats/scan.ts';
import { dicomBytes, encapsulatedElement, sliceElements } from '../../support/dicomBytes.ts';
import type { Encoding, Overrides } from '../../support/dicomBytes.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { mutate, randomOf } from './hostile.ts';

/** In CI; nightly ten times as many: CONCORD_FUZZ_FILES=20000, with another seed each night. */
const FILES = Number(process.env['CONCORD_FUZZ_FILES'] ?? 2000);
const SEED = Number(process.env['CONCORD_FUZZ_SEED'] ?? 1);
/** Of one file: processor time of this process, and what its peak memory may grow (operations.md §9, item 1). */
const SECONDS = 2;
const BYTES = 256 * 2 ** 20;
const limits = { maxBytes: BYTES / 4, decodeLimits: { milliseconds: 1000 * SECONDS, bytes: BYTES } };

type Seed = Readonly<{ name: string; slice: (k: number) => Buffer }>;
const SIDE = 16;
const us = (tag: number, value: number): Overrides => ({ [tag]: { tag, vr: 'US', value: [value] } });
const larger: Overrides = { ...us(0x00280010, SIDE), ...us(0x00280011, SIDE), 0x0020000d: { tag: 0x0020000d, vr: 'UI', value: '1.2.826.0.1.76' } };
const pixelsOf = (k: number): number[] => Array.from({ length: SIDE * SIDE }, (_, at) => (at * 37 + k * 101) % 3000);

let seeds: Seed[] = [];

beforeAll(async () => {
  const { default: dcmjsCodecs } = await import('dcmjs-codecs');
  const { Context, NativeCodecs } = dcmjsCodecs;
  await NativeCodecs.initializeAsync();
  const context = (k: number, bits: 8 | 12): InstanceType<typeof Context> => new Context({
    width: SIDE, height: SIDE, bitsAllocated: bits === 8 ? 8 : 16, bitsStored: bits, samplesPerPixel: 1, pixelRepresentation: 0, photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: bits === 8 ? Uint8Array.from(pixelsOf(k), (value) => value >> 4) : new Uint8Array(Uint16Array.from(pixelsOf(k)).buffer),
  });
  const native = (['explicit', 'implicit', 'big-endian', 'deflated'] satisfies Encoding[]).map((encoding): Seed => ({
    name: encoding, slice: (k) => dicomBytes(sliceElements(k, { ...larger, 0x7fe00010: { tag: 0x7fe00010, vr: 'OW', value: pixelsOf(k) } }), encoding),
  }));
  const packed = (name: string, syntax: string, bits: 8 | 12, encode: (k: number) => Uint8Array): Seed => {
    const depth = bits === 8 ? { ...us(0x00280100, 8), ...us(0x00280101, 8), ...us(0x00280102, 7) } : {};
    return { name, slice: (k) => dicomBytes(sliceElements(k, { ...larger, ...depth, 0x7fe00010: encapsulatedElement(Buffer.from(encode(k))) }), 'explicit', syntax) };
  };
  const encoded = (encoder: (context: InstanceType<typeof Context>) => InstanceType<typeof Context>, bits: 8 | 12) => (k: number) =>
    Uint8Array.from(encoder(context(k, bits)).getEncodedBuffer()!);
  seeds = [
    ...native,
    packed('RLE', '1.2.840.10008.1.2.5', 12, encoded((given) => NativeCodecs.encodeRle(given), 12)),
    packed('JPEG lossless', '1.2.840.10008.1.2.4.70', 12, encoded((given) => NativeCodecs.encodeJpeg(given, { lossy: false }), 12)),
    packed('JPEG baseline', '1.2.840.10008.1.2.4.50', 8, encoded((given) => NativeCodecs.encodeJpeg(given, { lossy: true }), 8)),
    packed('JPEG-LS', '1.2.840.10008.1.2.4.80', 12, encoded((given) => NativeCodecs.encodeJpegLs(given, { lossy: false }), 12)),
    packed('JPEG 2000', '1.2.840.10008.1.2.4.90', 12, encoded((given) => NativeCodecs.encodeJpeg2000(given, { lossy: false }), 12)),
    packed('HTJ2K', '1.2.840.10008.1.2.4.201', 12, encoded((given) => NativeCodecs.encodeHtJpeg2000(given, { lossy: false }), 12)),
    packed('JPEG XL', '1.2.840.10008.1.2.4.110', 12, encoded((given) => NativeCodecs.encodeJpegXl(given, { lossy: false }), 12)),
  ];
});

/** Every scan that a folder holds read or refused with a code; anything else is thrown. */
async function outcomeOf(folder: string): Promise<string> {
  const { inputs, issues } = await findScans(folder, { allowDerived: true });
  const codes = issues.map(({ issue }) => issue.code as string);
  for (const input of inputs) {
    if (!/^series-[0-9a-f]{12}(-[a-z]+-\d+)*(-\d+)?$/.test(input.name)) throw new Error(`an unsafe name: ${input.name}`);
    try {
      const { volume } = await readScan(input, limits);
      if (volume.samples.length !== volume.shape[0] * volume.shape[1] * volume.shape[2]) throw new Error('a volume of another size than it says');
      if (!volume.samples.every(Number.isFinite) || !volume.affine.rows.flat().every(Number.isFinite)) throw new Error('a volume that is not finite');
      codes.push('read');
    } catch (error) {
      if (!(error instanceof ConcordError) || error.issueCode === undefined) throw error;
      codes.push(error.issueCode);
    }
  }
  return codes[0] ?? 'passed over';
}

/** Peak memory of this process since the last call, in bytes; 0 where the system does not tell. */
function peakSinceLast(): number {
  if (!existsSync('/proc/self/clear_refs')) return 0;
  const peak = 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
  writeFileSync('/proc/self/clear_refs', '5');
  return peak;
}

describe('hostile DICOM', () => {
  it('every seed is read as it is', async () => {
    for (const { name, slice } of seeds) {
      const folder = join(await scratchFolder(), 'series');
      await mkdir(folder);
      for (const k of [0, 1, 2]) await writeFile(join(folder, `${k}`), slice(k));
      expect([name, await outcomeOf(folder)]).toEqual([name, 'read']);
    }
  });

  it(`${FILES} mutated files end as scans or typed refusals, within ${SECONDS} s and ${BYTES / 2 ** 20} MB each`, async () => {
    const random = randomOf(SEED);
    const outcomes = new Map<string, number>();
    const root = await scratchFolder();
    for (const { name, slice } of seeds) {
      await mkdir(join(root, name));
      for (const k of [0, 1]) await writeFile(join(root, name, `${k}`), slice(k));
    }
    const worst = { seconds: 0, bytes: 0 };
    for (let n = 0; n < FILES; n++) {
      const { name, slice } = seeds[n % seeds.length]!;
      const path = join(root, name, 'mutated');
      await writeFile(path, mutate(slice(2), random));
      peakSinceLast();
      const [held, used] = [process.memoryUsage.rss(), process.cpuUsage()];
      const outcome = await outcomeOf(join(root, name)).catch((error: unknown) => {
        throw new Error(`file ${n} of seed ${SEED} (${name}) broke the reader`, { cause: error });
      });
      const { user, system } = process.cpuUsage(used);
      worst.seconds = Math.max(worst.seconds, (user + system) / 1e6);
      worst.bytes = Math.max(worst.bytes, peakSinceLast() - held);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await rm(path);
      // a long run says how far it is
      if ((n + 1) % 1000 === 0 && FILES > 2000) console.log(n + 1, JSON.stringify(Object.fromEntries(outcomes)), worst);
    }
    expect(worst.seconds).toBeLessThan(SECONDS);
    expect(worst.bytes).toBeLessThan(BYTES);
    // the mutations must bite, and must reach what lies behind the structure, or this says nothing
    for (const reached of ['read', 'MALFORMED', 'TRUNCATED', 'PIXEL_LENGTH', 'MIXED_SERIES', 'UNSUPPORTED_TS']) expect(outcomes.has(reached), reached).toBe(true);
  }, 600_000 + 200 * FILES);
});
