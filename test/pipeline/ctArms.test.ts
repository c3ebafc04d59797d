import { describe, expect, it } from 'vitest';

import { ctArmReference, ctArmResponse, type CtArmLook } from '../../src/pipeline/evaluation/ct/ctArms.ts';

const look = (amplitude: number, power: number, patches = 50): CtArmLook => ({ amplitude: [1, ...new Array<number>(10).fill(amplitude), 0], noise: { nps: new Float64Array(12).fill(power), patches } });

describe('ctArmResponse', () => {
  it('of spectrum matching is the ratio of amplitudes, and 1 in bands that neither scan shows', () => {
    const response = ctArmResponse('spectrum', look(0.2, 1), look(0.4, 1)) as Float64Array;
    expect([...response]).toEqual([1, 1, ...new Array<number>(10).fill(expect.closeTo(2, 9) as number), 1]);
  });

  it('of noise is the root of the ratio of powers, its lowest bands held back, within bounds, and absent with few patches', () => {
    const response = ctArmResponse('noise', look(1, 4), look(1, 1)) as Float64Array;
    expect([...response]).toEqual([1, expect.closeTo(0.5 ** 0.3, 9), expect.closeTo(0.5 ** 0.9, 9), ...new Array<number>(10).fill(expect.closeTo(0.5, 9) as number)]);
    expect((ctArmResponse('noise', look(1, 1e6), look(1, 1)) as Float64Array)[5]).toBe(0.1);
    expect(ctArmResponse('noise', look(1, 4), look(1, 1, 20))).toEqual({ unavailable: 'FEW_FLAT_PATCHES' });
  });

  it('of the blur is a Gaussian of 2 mm', () => {
    const response = ctArmResponse('blur', look(1, 1), look(1, 1)) as Float64Array;
    expect(response[0]).toBeCloseTo(Math.exp(-2 * (Math.PI * 2 * 0.03) ** 2), 12);
    expect(response[3]).toBeCloseTo(Math.exp(-2 * (Math.PI * 2 * 0.21) ** 2), 12);
  });
});

describe('ctArmReference', () => {
  it('is the geometric mean of amplitudes', () => {
    expect(ctArmReference([look(0.2, 1), look(0.8, 1)]).amplitude[4]).toBeCloseTo(0.4, 12);
  });
});
