import { deflateRawSync } from 'node:zlib';

import { walkElements } from '../../../src/formats/dicom/elementWalk.ts';
import type { ElementHead } from '../../../src/formats/dicom/elementWalk.ts';
import { readMetaGroup } from '../../../src/formats/dicom/preScan.ts';

/** A generator of numbers in [0, 1): mulberry32, so that a run can be repeated by its seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Mutation = (file: Buffer, random: () => number) => Buffer;

const below = (random: () => number, limit: number): number => Math.floor(random() * limit);
const pick = <Item>(random: () => number, items: readonly Item[]): Item => items[below(random, items.length)]!;
const LENGTHS = [0, 1, 2, 3, 7, 0xff, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff];
const WORDS = [0, 1, 2, 7, 8, 9, 15, 16, 17, 32, 255, 256, 4096, 32_767, 32_768, 65_535];
const TEXTS = [
  '../../etc/x', '..\\..\\boot.ini', 'C:\\x', '/dev/null', 'NaN', '1e999', '-1', '', '\\\\\\', '1.2.3\0../x', '%s%n', '<script>', '\x1b[2J', '9'.repeat(400), '0\\0\\0',
];
const PREAMBLES = ['MZ\x90\0', '\x7fELF\x02\x01\x01', '%PDF-1.7\n', '<html><script>', 'PK\x03\x04', '\x89PNG\r\n\x1a\n', '#!/bin/sh\n', 'II*\0'];

/** Structure first: what a fuzzer of bytes alone would hit once in a thousand files. */
const mutations: readonly Mutation[] = [
  overwriteBytes, overwriteBytes, overwriteBytes, removeBytes, repeatBytes, truncate, lieAboutLength, lieAboutLength, overwriteNumber, overwriteNumber,
  overwriteText, overwriteText, polyglot, nestDeeply, insertElement, swapElements, duplicateElement, damagePixels, damagePixels, endlessItems,
];

/** One to three changes; now and then one of the files that are hostile by themselves. */
export function mutate(file: Buffer, random: () => number): Buffer {
  if (random() < 0.002) return bomb();
  let bytes: Buffer = Buffer.from(file);
  for (let count = 1 + below(random, 3); count > 0; count--) bytes = pick(random, mutations)(bytes, random);
  return bytes;
}

function elementsOf(file: Buffer): ElementHead[] {
  const found: ElementHead[] = [];
  try {
    walkElements(file, readMetaGroup(file).end, { implicit: false, bigEndian: false }, (head) => { found.push(head); });
  } catch {
    // whatever was walked before the fault is mutated further
  }
  return found;
}

function overwriteBytes(file: Buffer, random: () => number): Buffer {
  for (let count = 1 + below(random, 8), at = below(random, file.length); count > 0; count--) {
    file[Math.min(file.length - 1, at + below(random, 16))] = pick(random, [0, 255, 127, 128, below(random, 256)]);
  }
  return file;
}

function removeBytes(file: Buffer, random: () => number): Buffer {
  const at = below(random, file.length);
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + below(random, 64))]);
}

function repeatBytes(file: Buffer, random: () => number): Buffer {
  const at = below(random, file.length);
  return Buffer.concat([file.subarray(0, at), file.subarray(Math.max(0, at - 1 - below(random, 4096)))]);
}

function truncate(file: Buffer, random: () => number): Buffer {
  return file.subarray(0, below(random, file.length));
}

function lieAboutLength(file: Buffer, random: () => number): Buffer {
  const head = pick(random, elementsOf(file)) as ElementHead | undefined;
  if (head === undefined) return file;
  if (['OB', 'OW', 'SQ', 'UN', 'UT'].includes(head.vr)) file.writeUInt32LE(pick(random, LENGTHS), head.value - 4);
  else file.writeUInt16LE(pick(random, LENGTHS) & 0xffff, head.value - 2);
  return file;
}

/** Rows, Columns, bits, samples: whatever is a number of two bytes. */
function overwriteNumber(file: Buffer, random: () => number): Buffer {
  const head = pick(random, elementsOf(file).filter(({ vr, length }) => vr === 'US' && length === 2)) as ElementHead | undefined;
  if (head !== undefined) file.writeUInt16LE(pick(random, WORDS), head.value);
  return file;
}

function overwriteText(file: Buffer, random: () => number): Buffer {
  const texts = elementsOf(file).filter(({ vr }) => ['CS', 'DS', 'IS', 'LO', 'PN', 'SH', 'UI'].includes(vr));
  const head = pick(random, texts) as ElementHead | undefined;
  if (head === undefined) return file;
  const text = Buffer.from(pick(random, TEXTS), 'latin1');
  const value = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(' ')]);
  file.writeUInt16LE(value.length, head.value - 2);
  return Buffer.concat([file.subarray(0, head.value), value, file.subarray(head.value + head.length)]);
}

function polyglot(file: Buffer, random: () => number): Buffer {
  file.write(pick(random, PREAMBLES), 0, 'latin1');
  return file;
}

function insertAt(file: Buffer, random: () => number, piece: Buffer): Buffer {
  const head = pick(random, elementsOf(file)) as ElementHead | undefined;
  const at = head === undefined ? file.length : head.value + head.length;
  return Buffer.concat([file.subarray(0, at), piece, file.subarray(at)]);
}

const OPEN_SEQUENCE = Buffer.from('\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff', 'latin1');

function nestDeeply(file: Buffer, random: () => number): Buffer {
  const levels = pick(random, [10, 63, 64, 65, 1000, 50_000]);
  return insertAt(file, random, Buffer.concat(Array.from({ length: levels }, () => OPEN_SEQUENCE)));
}

/** An item without length in an item without length …, of which none contains anything. */
function endlessItems(file: Buffer, random: () => number): Buffer {
  const item = Buffer.from('\xfe\xff\x00\xe0\x00\x00\x00\x00', 'latin1');
  return insertAt(file, random, Buffer.concat([OPEN_SEQUENCE.subarray(0, 12), ...Array.from({ length: pick(random, [1, 100, 20_000]) }, () => item)]));
}

function insertElement(file: Buffer, random: () => number): Buffer {
  const [group, element] = [pick(random, [0x0008, 0x0010, 0x0019, 0x0028, 0x7fe0, 0xfffe]), below(random, 65_536)];
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.write(pick(random, ['PN', 'LO', 'CS', 'DS', 'UN', 'SQ', 'US', 'ZZ', 'OB']), 4, 'latin1');
  const content = Buffer.alloc(pick(random, [0, 1, 2, 64, 65_534]), pick(random, ['\x1b$B', '\xff', '\xe4', '\\', '0']), 'latin1');
  head.writeUInt16LE(content.length, 6);
  return insertAt(file, random, Buffer.concat([head, content]));
}

function swapElements(file: Buffer, random: () => number): Buffer {
  const elements = elementsOf(file);
  if (elements.length < 3) return file;
  const at = below(random, elements.length - 2);
  const [a, b, c] = [elements[at]!, elements[at + 1]!, elements[at + 2]!];
  const [start, middle, end] = [a.value + a.length, b.value + b.length, c.value + c.length];
  return Buffer.concat([file.subarray(0, start), file.subarray(middle, end), file.subarray(start, middle), file.subarray(end)]);
}

function duplicateElement(file: Buffer, random: () => number): Buffer {
  const elements = elementsOf(file);
  if (elements.length < 2) return file;
  const at = below(random, elements.length - 1);
  const [start, end] = [elements[at]!.value + elements[at]!.length, elements[at + 1]!.value + elements[at + 1]!.length];
  return insertAt(file, random, file.subarray(start, end));
}

/** The last part of the file: pixels, and of compressed ones the codestream that a codec trusts. */
function damagePixels(file: Buffer, random: () => number): Buffer {
  const start = Math.max(0, file.length - 700);
  for (let count = 1 + below(random, 12); count > 0; count--) file[start + below(random, file.length - start)] = pick(random, [0, 255, below(random, 256)]);
  return file;
}

let bombBytes: Buffer | undefined;

/** A deflated file of 100 kB that holds 96 MB of zeros. */
function bomb(): Buffer {
  if (bombBytes === undefined) {
    const body = deflateRawSync(Buffer.alloc(96 * 2 ** 20));
    const syntax = '\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99';
    bombBytes = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.from(syntax, 'latin1'), body]);
  }
  return bombBytes;
}
