import { describe, expect, it } from 'vitest';

import { sliceStackOf } from '../../src/core/sliceStack.ts';
import { createSmoother } from '../../src/core/sliceSmoothing.ts';
import type { Volume } from '../../src/core/volume.ts';
import { gainSlices } from '../../src/field/applyGainField.ts';
import { fillBody, findBody } from '../../src/field/bodyMask.ts';
import { composeGainField, factorField, gainRange } from '../../src/field/gainField.ts';
import type { GainScan } from '../../src/field/gainStatistics.ts';
import { bandFrequency, bandResponse, createSliceFilter } from '../../src/field/radialBands.ts';
import { ctPhantom } from '../support/ctPhantom.ts';

function open(volume: Volume<'scanner'>): GainScan {
  const stack = sliceStackOf(volume);
  const [ni, nj] = stack.shape;
  const smoother = createSmoother([ni, nj], [2 / stack.spacing[0], 2 / stack.spacing[1]], 3);
  return { stack, smoother, body: findBody(stack, smoother), filter: createSliceFilter([ni, nj], [stack.spacing[0], stack.spacing[1]]) };
}

const apply = { cellMm: 48, softCapHu: 200 };
const bounds = { minGain: 0.1, maxGain: 4 };
const uniform = (gain: number) => ({ cells: [1, 1, 1] as const, gains: new Float32Array(48).fill(gain) });

describe('radial bands', () => {
  it('sum to the slice itself within 0.001 HU, for both slices of a pair', () => {
    const volume = ctPhantom({ shape: [70, 53, 3] });
    const pair = [volume.samples.slice(0, 3710), volume.samples.slice(3710, 7420)] as const;
    const outputs = [[new Float32Array(3710), new Float32Array(3710)]] as const;
    createSliceFilter([70, 53], [0.7, 0.8]).filter(pair, [new Float64Array(13).fill(1)], outputs);
    for (const side of [0, 1] as const) expect(Math.max(...pair[side].map((hu, n) => Math.abs(hu - outputs[0][side][n]!)))).toBeLessThan(1e-3);
  });

  it('pass a wave at their knot whole and one two knots away not at all', () => {
    const [ni, nj, mm] = [120, 100, 0.5];
    const wave = (band: number): Float32Array => Float32Array.from({ length: ni * nj }, (_, n) => 100 * Math.cos(2 * Math.PI * bandFrequency(band) * mm * (n % ni)));
    const sd = (of: Float32Array): number => Math.sqrt(of.reduce((sum, v) => sum + v * v, 0) / of.length);
    const out = [[new Float32Array(ni * nj), new Float32Array(ni * nj)]] as const;
    createSliceFilter([ni, nj], [mm, mm]).filter([wave(5), wave(7)], [bandResponse(5)], out);
    // a mirrored wave has a kink at the edges, which spreads a little
    expect(sd(out[0][0]) / sd(wave(5))).toBeGreaterThan(0.85);
    expect(sd(out[0][1]) / sd(wave(7))).toBeLessThan(0.12);
  });
});

describe('the body', () => {
  it('is the trunk with lungs filled in, not the air, and not a table below a quarter of it', () => {
    const volume = ctPhantom({ noise: 5 });
    for (let n = 0; n < volume.samples.length; n++) if (Math.floor(n / 112) % 104 < 3 && n % 112 > 20) volume.samples[n] = 300;
    const { body } = open(volume);
    const mask = new Uint8Array(112 * 104);
    fillBody(body, 3, mask);
    const at = (i: number, j: number): number => mask[j * 112 + i]!;
    expect([at(27, 64), at(56, 52), at(2, 100), at(56, 1)]).toEqual([1, 1, 0, 0]);
  });

  it('keeps a second part of half the size: the other leg', () => {
    const volume = ctPhantom({ shape: [120, 60, 4], noise: 0 });
    volume.samples.forEach((_, n) => { volume.samples[n] = Math.hypot((n % 120) - 35, (Math.floor(n / 120) % 60) - 30) < 22 || Math.hypot((n % 120) - 90, (Math.floor(n / 120) % 60) - 30) < 16 ? 40 : -1000; });
    const mask = new Uint8Array(120 * 60);
    fillBody(open(volume).body, 1, mask);
    expect([mask[30 * 120 + 35], mask[30 * 120 + 90], mask[5]]).toEqual([1, 1, 0]);
  });
});

describe('the gain field', () => {
  it('without shrinkage’s trust is 1 everywhere; with it start times exp(residual), bounded', () => {
    const residual = { shape: [48, 1, 1, 1] as const, samples: new Float32Array(48).fill(Math.log(3)) };
    expect(gainRange(composeGainField(new Float64Array(12).fill(2), residual, { ...bounds, shrinkage: 0, residual: 1 }))).toEqual({ min: 1, max: 1 });
    expect(gainRange(composeGainField(new Float64Array(12).fill(0.5), residual, { ...bounds, shrinkage: 1, residual: 1 })).max).toBeCloseTo(1.5, 5);
    expect(gainRange(composeGainField(new Float64Array(12).fill(2), residual, { ...bounds, shrinkage: 1, residual: 1 })).max).toBe(4);
    expect(gainRange(composeGainField(new Float64Array(12).fill(0.5), residual, { ...bounds, shrinkage: 1, residual: 0 })).max).toBeCloseTo(0.5, 6);
  });

  it('of rank 2 is found with two responses, and each gain within 0.01', () => {
    const cells = [3, 2, 2] as const;
    const gains = Float32Array.from({ length: 4 * 12 * 12 }, (_, n) => 1 + 0.3 * Math.sin(Math.floor(n / 12)) * Math.cos((n % 12) / 3) + 0.2 * Math.cos(Math.floor(n / 12) / 5) * ((n % 12) / 12));
    const factored = factorField({ cells, gains });
    expect(factored.responses).toHaveLength(2);
    expect(factored.error).toBeLessThan(0.01);
    const rebuilt = gains.map((_, n) => 1 + factored.responses.reduce((sum, response, r) => sum + response[(n % 12) + 1]! * factored.weights[r]![Math.floor(n / 12)]!, 0));
    expect(Math.max(...rebuilt.map((gain, n) => Math.abs(gain - gains[n]!)))).toBeLessThan(0.01);
  });
});

describe('gainSlices', () => {
  it('with gains of 1 changes nothing at all', () => {
    const volume = ctPhantom();
    const before = volume.samples.slice();
    expect([...gainSlices(factorField(uniform(1)), open(volume), apply)]).toHaveLength(volume.shape[2]);
    expect(volume.samples.every((hu, n) => hu === before[n])).toBe(true);
  });

  it('with gains of 0.5 halves the grain of soft tissue and keeps its mean within 0.5 HU; padding, metal and air stay exact', () => {
    const volume = ctPhantom({ shape: [160, 150, 5], spacing: [1.6, 1.6, 5], noise: 40 });
    const before = volume.samples.slice();
    const scan = open(volume);
    const seen: number[] = [];
    for (const { k } of gainSlices(factorField(uniform(0.5)), scan, apply)) seen.push(k);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    const box = (samples: Float32Array): number[] => Array.from({ length: 30 * 20 * 5 }, (_, n) => samples[(n % 30) + 66 + 160 * (Math.floor(n / 30) % 20 + 62) + 24000 * Math.floor(n / 600)]!);
    const moments = (values: number[]): [number, number] => { const mean = values.reduce((a, b) => a + b) / values.length; return [mean, Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length)]; };
    const [[meanBefore, sdBefore], [meanAfter, sdAfter]] = [moments(box(before)), moments(box(volume.samples))];
    // the mean of this box has a standard error of 0.7 HU itself
    expect(Math.abs(meanAfter - meanBefore)).toBeLessThan(0.5);
    expect(sdAfter / sdBefore).toBeGreaterThan(0.48);
    expect(sdAfter / sdBefore).toBeLessThan(0.56);
    let moved = 0;
    before.forEach((hu, n) => { if ((hu < -1500 || hu >= 2000) && volume.samples[n] !== hu) moved++; });
    expect(moved).toBe(0);
    expect(volume.samples.slice(12, 60)).toEqual(before.slice(12, 60));
  });

  it('caps the change of soft tissue, and pushes nobody out of −1024 … 3071', () => {
    const volume = ctPhantom({ noise: 120 });
    const before = volume.samples.slice();
    let soft = 0;
    for (const { before: x, after: y, parts } of gainSlices(factorField(uniform(4)), open(volume), { ...apply, softCapHu: 20 })) {
      x.forEach((hu, n) => { if (parts.classes[n] === 2 && parts.shares[n]! < 0.01) soft = Math.max(soft, Math.abs(y[n]! - hu)); });
    }
    expect(soft).toBeGreaterThan(15);
    expect(soft).toBeLessThan(30);
    expect(volume.samples.every((hu, n) => hu >= Math.min(-1024, before[n]!))).toBe(true);
  });
});

describe('a slice stack', () => {
  it('reads planes of an LPS file in RAS order and writes them back where they were', () => {
    const samples = Float32Array.from({ length: 24 }, (_, n) => n);
    const volume: Volume = { scale: 'scanner', shape: [2, 3, 4], samples: samples.slice(), affine: { frame: 'RAS', rows: [[-1, 0, 0, 0], [0, -2, 0, 0], [0, 0, 3, 0]] } };
    const stack = sliceStackOf(volume);
    const plane = new Float32Array(6);
    stack.read(1, plane);
    expect([...plane]).toEqual([11, 10, 9, 8, 7, 6]);
    stack.write(1, plane);
    expect(volume.samples).toEqual(samples);
    expect(stack.spacing).toEqual([1, 2, 3]);
  });
});
