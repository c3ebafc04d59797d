import { describe, expect, it } from 'vitest';

import type { PixelForm } from '../../../src/formats/dicom/instanceHeader.ts';
import { paddingRunsOf } from '../../../src/formats/dicom/paddingRuns.ts';
import { pixelBytes, storeSlice } from '../../../src/formats/dicom/write/storeSlice.ts';

const form = (changes: Partial<PixelForm> = {}): PixelForm => ({
  rows: 1, columns: 4, bitsAllocated: 16, bitsStored: 12, highBit: 11, isSigned: false, padding: undefined, ...changes,
});
const plain = { slope: 1, intercept: 0, factor: 1 };
const wordsOf = (stored: readonly number[], { highBit, bitsStored }: PixelForm): Uint16Array => Uint16Array.from(stored, (value) => value << (highBit + 1 - bitsStored));
const store = (samples: number[], source: number[], changes: Partial<PixelForm> = {}, quantization = plain, isInverted = false) =>
  storeSlice(Float32Array.from(samples), paddingRunsOf(wordsOf(source, form(changes)), form(changes)), form(changes), quantization, isInverted);
const NONE = [1, 1, 1, 1];

describe('storeSlice', () => {
  it('rounds to the nearest stored value through factor, intercept and slope', () => {
    const { values } = store([10.4, 10.6, 1000, 0], NONE, {}, { slope: 2, intercept: -1024, factor: 1 });
    expect([...values]).toEqual([517, 517, 1012, 512]);
    expect([...store([1.24, 1.26, 2, 0], NONE, {}, { ...plain, factor: 10 }).values]).toEqual([12, 13, 20, 0]);
  });

  it('turns rows back: the last row of samples is the first row stored', () => {
    const { values } = store([1, 2, 3, 4], NONE, { rows: 2, columns: 2 });
    expect([...values]).toEqual([3, 4, 1, 2]);
  });

  it('clips to 12 unsigned bits and counts what it clipped', () => {
    const { values, clipped, native } = store([-3, 4095, 4096, 9000], NONE);
    expect([...values]).toEqual([0, 4095, 4095, 4095]);
    expect([clipped, native]).toEqual([3, 4]);
  });

  it('clips to 16 signed bits', () => {
    const { values, clipped } = store([-40_000, -32_768, 32_767, 32_768], NONE, { bitsStored: 16, highBit: 15, isSigned: true });
    expect([[...values], clipped]).toEqual([[-32_768, -32_768, 32_767, 32_767], 2]);
  });

  it('copies padding and lets nothing else become padding', () => {
    const signed = { isSigned: true, bitsStored: 16, highBit: 15, padding: [-1500, -1500] } as const;
    const { values, native, smallest, largest } = store([500, -1500, -1500.4, -1499], [-1500, 20, 20, 20], signed);
    expect([...values]).toEqual([-1500, -1499, -1499, -1499]);
    expect([native, smallest, largest]).toEqual([3, -1499, -1499]);
  });

  it('moves a value out of a padding range to its nearer side, and never out of the form', () => {
    expect([...store([10, 13, 17, 21], NONE, { padding: [11, 20] }).values]).toEqual([10, 10, 21, 21]);
    expect([...store([0, 3, 5, 6], [9, 9, 9, 9], { padding: [0, 4] }).values]).toEqual([5, 5, 5, 6]);
    expect([...store([4095, 4090, 4089, 6], NONE, { padding: [4090, 4095] }).values]).toEqual([4089, 4089, 4089, 6]);
  });

  it('turns an inverted scale back: signal 0 is stored as 4095', () => {
    expect([...store([0, 95, 4095, 5000], NONE, {}, plain, true).values]).toEqual([4095, 4000, 0, 0]);
  });
});

describe('pixelBytes', () => {
  it('puts values at HighBit, with zeros below', () => {
    expect([...pixelBytes(Int32Array.of(1, 0xfff), form({ highBit: 15 }))]).toEqual([0x10, 0x00, 0xf0, 0xff]);
  });

  it('leaves nothing above HighBit of unsigned values, and the sign of signed ones', () => {
    expect(pixelBytes(Int32Array.of(0xfff), form()).readUInt16LE(0)).toBe(0x0fff);
    expect(pixelBytes(Int32Array.of(-2), form({ isSigned: true })).readInt16LE(0)).toBe(-2);
  });

  it('takes one byte a value of 8 bits', () => {
    expect([...pixelBytes(Int32Array.of(7, 255), form({ bitsAllocated: 8, bitsStored: 8, highBit: 7 }))]).toEqual([7, 255]);
  });
});

describe('paddingRunsOf', () => {
  it('joins neighbours of one value, row end or not, keeps apart what differs, and reads signed values in 12 of 16 bits', () => {
    const signed = form({ rows: 2, columns: 4, isSigned: true, padding: [-2000, -1990] });
    // overlay bits above the stored ones say nothing
    const words = wordsOf([-2000, -2000, 5, -1995, -1995, -2000, 7, -1990], signed).map((word, n) => (n % 2 === 0 ? word & 0xfff : word));
    expect([...paddingRunsOf(words, signed)]).toEqual([0, 2, -2000, 3, 5, -1995, 5, 6, -2000, 7, 8, -1990]);
    expect(paddingRunsOf(words, form({ rows: 2, columns: 4, isSigned: true }))).toHaveLength(0);
    expect(paddingRunsOf(Uint16Array.of(1, 2, 3, 4), form({ padding: [9, 9] }))).toHaveLength(0);
  });
});
