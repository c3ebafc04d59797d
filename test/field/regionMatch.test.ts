import { describe, expect, it } from 'vitest';
import type { Shape3 } from '../../src/core/volume.ts';
import { meetHistogram, scaledField } from '../../src/field/regionMatch.ts';
import type { HistogramMatch } from '../../src/field/regionMatch.ts';
import { IDENTITY_CURVE, startCurve } from '../../src/field/startCurve.ts';
import type { ToneCurve } from '../../src/field/startCurve.ts';
import { slopeRange } from '../../src/field/toneField.ts';
import type { ToneField } from '../../src/field/toneField.ts';

const cells: Shape3 = [3, 1, 1];
const bounds = { minSlope: 0.25, maxSlope: 4 };
const share = Float32Array.of(1, 0.5, 0);

/** T(x) = gain·x in every cell. */
function gain(factor: number): ToneField {
  return { cells, knots: 41, knotSpacing: 0.05, values: Float32Array.from({ length: 3 * 41 }, (_, n) => (factor - 1) * 0.05 * (n % 41)) };
}

const toneAt = (field: ToneField, cell: number, x: number): number => x + field.values[cell * 41 + Math.round(x / 0.05)]!;

const half = (curve: ToneCurve): HistogramMatch => ({ curve, weight: 0.5 });

describe('meetHistogram', () => {
  const doubled = startCurve([0.5, 1], [1, 2]);

  it('goes half of the way in the brain, none where the other region’s curve is the identity, and the blend between', () => {
    const met = meetHistogram(gain(1), { brain: half(doubled), outside: half(IDENTITY_CURVE) }, share, bounds);
    expect([0, 1, 2].map((cell) => toneAt(met, cell, 0.5))).toEqual([0.75, 0.625, 0.5].map((value) => expect.closeTo(value, 6) as number));
  });

  it('goes all of the way with a weight of 1', () => {
    expect(toneAt(meetHistogram(gain(1), { brain: { curve: doubled, weight: 1 }, outside: null }, share, bounds), 0, 0.5)).toBeCloseTo(1, 6);
  });

  it('reads its curves at what the field gives, not at the source', () => {
    const met = meetHistogram(gain(1.2), { brain: half(startCurve([0.6, 1.2], [0.6, 1.0])), outside: null }, share, bounds);
    expect(toneAt(met, 0, 0.5)).toBeCloseTo(0.6, 5);
    expect(toneAt(met, 0, 1)).toBeCloseTo(1.1, 5);
  });

  it('leaves the field alone where a region has no curve, and the field given is not modified', () => {
    const field = gain(1.1);
    const met = meetHistogram(field, { brain: null, outside: null }, share, bounds);
    expect(met.values.every((value, n) => Math.abs(value - field.values[n]!) < 1e-6)).toBe(true);
    expect(field).toEqual(gain(1.1));
  });

  it('bounds every slope, also under a curve that jumps', () => {
    const steep = meetHistogram(gain(1), { brain: half(startCurve([0.5, 0.51, 1], [0.1, 1.5, 1.6])), outside: null }, share, bounds);
    const { min, max } = slopeRange(steep);
    expect(min).toBeGreaterThan(0.25 - 1e-5);
    expect(max).toBeLessThan(4 + 1e-5);
  });
});

describe('scaledField', () => {
  it('takes each cell’s share of the change', () => {
    const field = scaledField(gain(1.2), Float32Array.of(0, 0.5, 1));
    expect([0, 1, 2].map((cell) => toneAt(field, cell, 1))).toEqual([1, 1.1, 1.2].map((value) => expect.closeTo(value, 6) as number));
  });
});
