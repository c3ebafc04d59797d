import { describe, expect, it } from 'vitest';

import { randomStream } from '../../src/core/random.ts';
import { createSmoother, smoothSlice } from '../../src/core/sliceSmoothing.ts';
import { createAddDose, doseChange } from '../../src/field/doseChange.ts';
import { emptyParts } from '../../src/field/huClasses.ts';
import { createSliceFilter } from '../../src/field/radialBands.ts';
import { createLeaveNoise, structureEstimate } from '../../src/field/structureEstimate.ts';

const [size, spacing] = [[128, 96], [0.8, 0.8]] as const;
const pixels = size[0] * size[1];
const EDGE = 64;
const BAND = [...Array(13).keys()];

function smoothed(plane: Float32Array, sigma: number): Float32Array {
  const out = new Float32Array(pixels);
  smoothSlice(createSmoother(size, [sigma, sigma], 3), plane, out);
  return out;
}

/** Noise with little power at low frequencies and at high ones, as filtered back-projection makes it. */
function noise(sd: number): Float32Array {
  const random = randomStream('dose|0');
  const white = smoothed(Float32Array.from({ length: pixels }, () => sd * random.nextNormal()), 0.6);
  const slow = smoothed(white, 3);
  return white.map((v, n) => v - slow[n]!);
}

function sdOf(values: ArrayLike<number>, isUsed: (i: number, j: number) => boolean): number {
  const used = Array.from(values).filter((_, n) => isUsed(n % size[0], Math.floor(n / size[0])));
  const mean = used.reduce((sum, v) => sum + v, 0) / used.length;
  return Math.sqrt(used.reduce((sum, v) => sum + (v - mean) ** 2, 0) / used.length);
}

const isFlat = (i: number, j: number): boolean => Math.abs(i - EDGE) > 12 && i > 8 && i < size[0] - 8 && j > 8 && j < size[1] - 8;

/** A slice with an edge of `contrast` HU and noise, and what half its noise asks for. */
function dosed(contrast: number, gain = 0.5): { before: Float32Array; plain: Float32Array; after: Float32Array; grainSd: number } {
  const grains = noise(60);
  const before = grains.map((v, n) => v + (n % size[0] < EDGE ? 0 : contrast));
  const [response, filter] = [Float64Array.from(BAND, (b) => (b === 0 ? 0 : gain - 1)), createSliceFilter(size, spacing)];
  const plane = (): Float32Array => new Float32Array(pixels);
  const filtered = (hu: Float32Array): Float32Array => {
    const out = [plane(), plane()] as const;
    filter.filter([hu, hu], [response], [out]);
    return out[0];
  };
  const flat = filtered(grains);
  const change = doseChange({ response, variance: sdOf(flat, isFlat) ** 2, grain: sdOf(smoothed(grains, 2), isFlat), highestEnergy: 2 }, size, spacing);
  const parts = emptyParts(pixels);
  parts.hu.set(before);
  parts.weight.fill(1);
  const [plain, out] = [filtered(before), [plane(), plane()] as const];
  createAddDose(change, filter)([parts, parts], [plain.slice(), plain.slice()], out);
  expect(out[1]).toEqual(out[0]);
  return { before, plain: before.map((v, n) => v + plain[n]!), after: before.map((v, n) => v + out[0][n]!), grainSd: sdOf(grains, isFlat) };
}

/** Mean of columns at a distance from the edge, the two sides' far means taken as 0 and 1. */
function profile(values: Float32Array, at: number): number {
  const mean = (from: number, to: number): number => {
    let sum = 0;
    for (let j = 8; j < size[1] - 8; j++) for (let i = from; i < to; i++) sum += values[j * size[0] + i]!;
    return sum / ((to - from) * (size[1] - 16));
  };
  const [low, high] = [mean(EDGE - 40, EDGE - 15), mean(EDGE + 15, EDGE + 40)];
  return (mean(EDGE + at, EDGE + at + 1) - low) / (high - low);
}

describe('createAddDose', () => {
  it('halves noise in flat tissue and keeps an edge of nine times its SD, which plain gains blur', () => {
    const { before, plain, after, grainSd } = dosed(200);
    expect(sdOf(before.map((v, n) => v - (n % size[0] < EDGE ? 0 : 200)), isFlat)).toBeCloseTo(grainSd, 6);
    expect(sdOf(after.map((v, n) => v - (n % size[0] < EDGE ? 0 : 200)), isFlat) / grainSd).toBeLessThan(0.62);
    for (const at of [-1, 0]) {
      expect(Math.abs(profile(after, at) - profile(before, at))).toBeLessThan(0.03);
      expect(Math.abs(profile(plain, at) - profile(before, at))).toBeGreaterThan(0.1);
    }
  });

  it('damps noise beside an edge too, a voxel from it and four', () => {
    const { before, after } = dosed(400);
    const beside = (at: number): number => sdOf(after, (i, j) => i === EDGE + at && j > 8 && j < size[1] - 8) / sdOf(before, (i, j) => i === EDGE + at && j > 8 && j < size[1] - 8);
    for (const at of [-5, -2, 1, 4]) expect(beside(at)).toBeLessThan(0.85);
  });

  it('raises noise by what it shows, and no edge', () => {
    const { before, after, grainSd } = dosed(300, 1.6);
    expect(sdOf(after.map((v, n) => v - (n % size[0] < EDGE ? 0 : 300)), isFlat) / grainSd).toBeGreaterThan(1.35);
    for (const at of [-2, -1, 0, 1]) expect(Math.abs(profile(after, at) - profile(before, at))).toBeLessThan(0.05);
  });
});

describe('createLeaveNoise', () => {
  const leave = createLeaveNoise(structureEstimate(10, size, spacing));

  it('leaves nothing of a slice without noise but at its edges, and nothing where the weight is 0', () => {
    const hu = Float32Array.from({ length: pixels }, (_, n) => (n % size[0] < EDGE ? -100 : 60));
    const weight = hu.map((_, n) => (n % size[0] < 8 ? 0 : 1));
    const left = new Float32Array(pixels).fill(7);
    leave(hu, weight, left);
    for (let n = 0; n < pixels; n++) {
      const i = n % size[0];
      if (i < 8) expect(left[n]).toBe(0);
      else expect(Math.abs(left[n]!)).toBeLessThan(Math.abs(i + 0.5 - EDGE) > 10 ? 1e-4 : 20);
    }
  });

  it('leaves nothing of a plain slice that has no noise at all', () => {
    const left = new Float32Array(pixels).fill(7);
    createLeaveNoise(structureEstimate(0, size, spacing))(new Float32Array(pixels).fill(40), new Float32Array(pixels).fill(1), left);
    expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-4);
  });

  it('takes every second voxel of a window of many', () => {
    const { window } = structureEstimate(10, size, [0.5, 0.5]);
    expect(window.weight.length).toBeLessThanOrEqual(100);
    expect([...window.di].every((di, tap) => (di + window.dj[tap]!) % 2 === 0)).toBe(true);
    expect(structureEstimate(10, size, [0.8, 0.8]).window.weight.length).toBeGreaterThan(55);
  });
});
