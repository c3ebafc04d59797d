import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineOf } from '../../src/core/affine.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';
import { applyToneField, sampleCurves } from '../../src/field/applyToneField.ts';
import { IDENTITY_MAP } from '../../src/field/cellGrid.ts';
import type { GridMap, GridTensor } from '../../src/field/cellGrid.ts';
import { fitField } from '../../src/field/fitField.ts';
import { evaluateCurve, IDENTITY_CURVE, startCurve } from '../../src/field/startCurve.ts';
import { scaledField } from '../../src/field/regionMatch.ts';
import { atSourceKnots, boundSlopes, composeToneField, slopeRange } from '../../src/field/toneField.ts';

const open = { knotSpacing: 0.1, minSlope: 0.25, maxSlope: 4 };
const cells: Shape3 = [3, 2, 4];
const mapOf = (scale: number[], offset: number[]): GridMap => scale.map((s, d) => ({ scale: s, offset: offset[d]! }));

function residual(value: (knot: number, z: number, y: number, x: number) => number): GridTensor {
  const samples = new Float32Array(20 * 24);
  for (let n = 0; n < samples.length; n++) {
    samples[n] = value(Math.floor(n / 24), Math.floor(n / 6) % 4, Math.floor(n / 3) % 2, n % 3);
  }
  return { shape: [20, 4, 2, 3], samples };
}

function volumeOf(shape: Shape3, value: (i: number, j: number, k: number) => number): Volume<'model'> {
  const samples = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let n = 0; n < samples.length; n++) {
    samples[n] = value(n % shape[0], Math.floor(n / shape[0]) % shape[1], Math.floor(n / (shape[0] * shape[1])));
  }
  return { scale: 'model', shape, samples, affine: affineOf([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]) };
}

const isSameBits = (a: Volume, b: Volume): boolean => Buffer.from(a.samples.buffer).equals(Buffer.from(b.samples.buffer));

const noisy = (shape: Shape3, key: string): Volume<'model'> => {
  const stream = randomStream(key);
  return volumeOf(shape, () => 2.4 * stream.nextFloat() - 0.2);
};

describe('the tone field', () => {
  it('that is the identity changes not one bit', () => {
    const field = composeToneField(IDENTITY_CURVE, residual(() => 0), open);
    const volume = noisy([41, 37, 29], 'identity');
    expect(isSameBits(applyToneField(field, volume, mapOf([0.6, 0.4, 1.1], [-3, 2, 0]), 8), volume)).toBe(true);
  });

  it('with no share of its change is the identity, whatever start and residual say', () => {
    const field = scaledField(composeToneField(startCurve([0.2, 0.6], [0.4, 0.5]), residual((knot) => knot / 30), open), new Float32Array(24));
    const volume = noisy([24, 16, 32], 'shrunk');
    expect(isSameBits(applyToneField(field, volume, IDENTITY_MAP, 8), volume)).toBe(true);
  });

  it('of the start alone is the start, within a fine segment', () => {
    const start = startCurve([0.2, 0.6, 0.9], [0.25, 0.5, 0.95]);
    const field = composeToneField(start, residual(() => 0), open);
    for (let j = 0; j < field.knots; j++) expect(field.values[j]! + j * 0.05).toBeCloseTo(evaluateCurve(start, j * 0.05), 6);
  });

  it('adds the residual at the STARTED intensity: start doubles, R(0.8) = 0.05, so 0.4 becomes 0.85', () => {
    const doubled = { x: Float64Array.of(0, 2), y: Float64Array.of(0, 4) };
    const field = composeToneField(doubled, residual((knot) => (knot === 8 ? 0.05 : 0)), open);
    expect(0.4 + field.values[8]!).toBeCloseTo(0.85, 6);
    expect(0.45 + field.values[9]!).toBeCloseTo(0.9, 6);
  });

  it('takes in a residual of 0.08 by half at 0.05, between 0 and the first knot', () => {
    const { values } = composeToneField(IDENTITY_CURVE, residual(() => 0.08), open);
    expect([values[0], values[1], values[2]].map((v) => Number(v!.toFixed(6)))).toEqual([0, 0.04, 0.08]);
  });

  it('keeps 0 at exactly 0 and holds the last knot’s shift beyond it', () => {
    const field = composeToneField(IDENTITY_CURVE, residual(() => 0.08), open);
    const out = applyToneField(field, volumeOf([4, 1, 1], (i) => [-1, 0, 2, 9][i]!), IDENTITY_MAP, 8).samples;
    expect([out[0], out[1]]).toEqual([-1, 0]);
    expect(out[2]).toBeCloseTo(2.08, 6);
    expect(out[3]).toBeCloseTo(9.08, 6);
  });

  it('is exact at cell centres and linear between them, along each axis', () => {
    const field = composeToneField(IDENTITY_CURVE, residual((_, z, y, x) => 0.01 * x + 0.03 * y + 0.05 * z), { ...open, maxSlope: 99 });
    // working index 3.5 is the centre of cell 0, 11.5 of cell 1: a native grid that hits them
    const probe = volumeOf([3, 2, 4], () => 0.5);
    const centres = applyToneField(field, probe, mapOf([8, 8, 8], [3.5, 3.5, 3.5]), 8);
    const halfway = applyToneField(field, probe, mapOf([8, 8, 8], [7.5, 3.5, 5.5]), 8);
    expect(centres.samples[0]).toBeCloseTo(0.5, 6);
    expect(centres.samples[1]).toBeCloseTo(0.51, 6);
    expect(centres.samples[3]).toBeCloseTo(0.53, 6);
    expect(centres.samples[6]).toBeCloseTo(0.55, 6);
    expect(halfway.samples[0]).toBeCloseTo(0.5 + 0.005 + 0.0125, 6);
    expect(halfway.samples[2]).toBeCloseTo(0.5 + 0.02 + 0.0125, 6); // beyond the outermost centre its value holds
  });

  it('moves no voxel because of another: one changed voxel changes one output', () => {
    const field = composeToneField(IDENTITY_CURVE, residual((knot, z, y, x) => 0.02 * Math.sin(knot + x + 2 * y + 3 * z)), open);
    const volume = noisy([24, 16, 32], 'pointwise');
    const edited = { ...volume, samples: volume.samples.with(5000, 0.77) };
    const before = applyToneField(field, volume, IDENTITY_MAP, 8).samples;
    const after = applyToneField(field, edited, IDENTITY_MAP, 8).samples;
    expect(after.reduce((changed, value, n) => changed + (value === before[n] ? 0 : 1), 0)).toBe(1);
  });

  it('agrees with sixteen-corner interpolation written out', () => {
    const tensor = residual((knot, z, y, x) => 0.03 * Math.sin(2 * knot + 5 * x + 7 * y + 11 * z));
    const curves = atSourceKnots(IDENTITY_CURVE, tensor, 0.1);
    const volume = noisy([10, 9, 8], 'corners');
    const map = mapOf([2.1, 1.3, 3.7], [1.5, -2, 0.4]);
    const found = sampleCurves(curves, volume, map, 8).samples;
    const expected = volume.samples.map((value, n) => {
      const index = [n % 10, Math.floor(n / 10) % 9, Math.floor(n / 90)];
      return value > 0 ? writtenOut(curves, index.map((v, d) => (map[d]!.scale * v + map[d]!.offset + 0.5) / 8 - 0.5), value) : 0;
    });
    found.forEach((value, n) => expect(value).toBeCloseTo(expected[n]!, 6));
  });
});

function writtenOut(curves: ReturnType<typeof atSourceKnots>, place: number[], value: number): number {
  const coordinates = [...place.map((c, d) => Math.min(Math.max(c, 0), cells[d]! - 1)), Math.min(value / 0.05, 40)];
  const sizes = [...cells, curves.knots];
  let sum = 0;
  for (let corner = 0; corner < 16; corner++) {
    const at = coordinates.map((c, d) => Math.min(Math.floor(c) + ((corner >> d) & 1), sizes[d]! - 1));
    const weight = coordinates.reduce((w, c, d) => w * ((corner >> d) & 1 ? c - Math.floor(c) : 1 - (c - Math.floor(c))), 1);
    sum += weight * curves.values[((at[2]! * cells[1] + at[1]!) * cells[0] + at[0]!) * curves.knots + at[3]!]!;
  }
  return sum;
}

describe('boundSlopes', () => {
  it('leaves a curve within its bounds as it is', () => {
    const curve = Float64Array.from({ length: 41 }, (_, j) => 0.05 * j * 1.5);
    const before = Float64Array.from(curve);
    boundSlopes(curve, 0.05, 0.25, 4);
    curve.forEach((value, j) => expect(value).toBeCloseTo(before[j]!, 12));
  });

  it('keeps the value at 0.7 while it flattens a step below it', () => {
    const curve = Float64Array.from({ length: 41 }, (_, j) => 0.05 * j + (j >= 10 ? 0.3 : 0)); // slope 7 into 0.5
    boundSlopes(curve, 0.05, 0.25, 4);
    expect(curve[14]).toBeCloseTo(1.0, 12);
    expect(curve[10]! - curve[9]!).toBeCloseTo(0.2, 12);
    expect(curve[0]).toBe(0);
  });

  it('always ends with slopes in bounds and 0 at exactly 0, for any curve', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -3, max: 6, noNaN: true }), { minLength: 41, maxLength: 41 }), (values) => {
      const curve = Float64Array.from(values);
      boundSlopes(curve, 0.05, 0.25, 4);
      expect(curve[0]).toBe(0);
      for (let j = 1; j < 41; j++) {
        const slope = (curve[j]! - curve[j - 1]!) / 0.05;
        expect(slope).toBeGreaterThan(0.25 - 1e-9);
        expect(slope).toBeLessThan(4 + 1e-9);
      }
    }));
  });

  it('slopeRange reads the bounds back from a wild field within float32', () => {
    const field = composeToneField(IDENTITY_CURVE, residual((knot, z, y, x) => Math.sin(9 * knot + x + y + z)), open);
    const { min, max } = slopeRange(field);
    expect(min).toBeCloseTo(0.25, 4);
    expect(max).toBeCloseTo(4, 4);
  });
});

describe('fitField', () => {
  it('recovers a known local tone curve within 0.002 on noise that reaches every node', () => {
    const truth = residual((knot, z, y, x) => (knot === 0 ? 0 : 0.05 * Math.sin(0.5 * knot + x) + 0.03 * Math.cos(y + z)));
    const stream = randomStream('fit');
    const started = volumeOf([24, 16, 32], () => 1.9 * stream.nextFloat());
    const known = composeToneField(IDENTITY_CURVE, truth, { ...open, minSlope: 0, maxSlope: 9 });
    const result = applyToneField(known, started, IDENTITY_MAP, 8);
    const everywhere = new Uint8Array(started.samples.length).fill(1);
    const settings = { cellVoxels: 8, knots: 20, knotSpacing: 0.1 };
    const found = fitField(started, result, everywhere, settings, { iterations: 60, ridge: 1e-3 });
    const worst = found.samples.reduce((max, value, n) => (n < 48 ? max : Math.max(max, Math.abs(value - truth.samples[n]!))), 0);
    expect(worst).toBeLessThan(0.002);
  });

  it('leaves nodes without voxels at 0', () => {
    const started = volumeOf([24, 16, 32], () => 0.35);
    const result = volumeOf([24, 16, 32], () => 0.45);
    const mask = new Uint8Array(started.samples.length).fill(1);
    const found = fitField(started, result, mask, { cellVoxels: 8, knots: 20, knotSpacing: 0.1 });
    expect(found.samples[3 * 24]! * 0.5 + found.samples[4 * 24]! * 0.5).toBeCloseTo(0.1, 2);
    expect(found.samples[12 * 24]).toBe(0);
  });
});
