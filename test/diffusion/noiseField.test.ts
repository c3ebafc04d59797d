import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { noiseField } from '../../src/diffusion/noiseField.ts';

const shape = [20, 12, 15, 12] as const;
const settings = { cellSigma: 1, knotSigma: 2 };
const draws = Array.from({ length: 60 }, (_, draw) => noiseField(shape, randomStream(`0|test|${draw}`), settings));
const nodes = 20 * 12 * 15 * 12;

/** Mean over all draws and nodes n, n + step that both lie in one row along the axis of that step. */
function covariance(step: number, length: number): number {
  let sum = 0;
  let count = 0;
  for (const field of draws) {
    for (let n = 0; n < nodes; n++) {
      if (Math.floor(n / step) % length === length - 1) continue;
      sum += field[n]! * field[n + step]!;
      count++;
    }
  }
  return sum / count;
}

describe('noiseField', () => {
  it('has mean 0 and variance 1 within 2 %', () => {
    const mean = draws.reduce((sum, field) => sum + field.reduce((a, b) => a + b, 0), 0) / (60 * nodes);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    const power = draws.reduce((sum, field) => sum + field.reduce((a, b) => a + b * b, 0), 0) / (60 * nodes);
    expect(power).toBeGreaterThan(0.98);
    expect(power).toBeLessThan(1.02);
  });

  it('has variance 1 at a corner as well as in the middle', () => {
    const many = Array.from({ length: 600 }, (_, draw) => noiseField([2, 1, 1, 2], randomStream(`c|${draw}`), settings));
    const power = (node: number): number => many.reduce((sum, field) => sum + field[node]! ** 2, 0) / many.length;
    for (const node of [0, 1, 2, 3]) expect(Math.abs(power(node) - 1)).toBeLessThan(0.2);
  });

  it('correlates neighbours as its Gaussians do: exp(−1/(4·sigma²)), 0.78 between cells and 0.94 between knots', () => {
    expect(covariance(1, 12)).toBeCloseTo(Math.exp(-1 / 4), 1);
    expect(covariance(12, 15)).toBeCloseTo(Math.exp(-1 / 4), 1);
    expect(covariance(180, 12)).toBeCloseTo(Math.exp(-1 / 4), 1);
    expect(covariance(2160, 20)).toBeCloseTo(Math.exp(-1 / 16), 1);
    expect(covariance(2160, 20)).toBeGreaterThan(covariance(1, 12) + 0.1);
  });

  it('is the same for the same key, and another for another draw', () => {
    const again = noiseField(shape, randomStream('0|test|3'), settings);
    expect(Buffer.from(again.buffer).equals(Buffer.from(draws[3]!.buffer))).toBe(true);
    expect(again[0]).not.toBe(draws[4]![0]);
  });

  it('keeps its first numbers for ever: seed 0, scan "test", draw 0', () => {
    expect([...draws[0]!.subarray(0, 3)].map((v) => Number(v.toFixed(5)))).toEqual([1.11634, 0.49601, 0.16785]);
  });
});
