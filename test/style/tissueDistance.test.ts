import { expect, it } from 'vitest';
import type { TissueLook } from '../../src/field/tissueLook.ts';
import { tissueDistance } from '../../src/style/tissueDistance.ts';

const look = (amounts: number[], values: number[]): TissueLook => ({ amounts, quantiles: values.map((value) => new Array<number>(64).fill(value)) });

it('tissueDistance weighs each tissue’s W1 by how much of it the first brain has', () => {
  expect(tissueDistance(look([0.2, 0.3, 0, 0.5, 0], [0.1, 0.5, 0.6, 0.7, 0]), look([0.9, 0.1, 0, 0, 0], [0.2, 0.5, 0.9, 0.6, 0.3]))).toBeCloseTo(0.2 * 0.1 + 0.5 * 0.1, 12);
});

it('tissueDistance of two amounts under one look is 0', () => {
  expect(tissueDistance(look([0.2, 0.3, 0, 0.5, 0], [0.1, 0.5, 0.6, 0.7, 0]), look([0.6, 0.2, 0, 0.2, 0], [0.1, 0.5, 0.6, 0.7, 0]))).toBe(0);
});
