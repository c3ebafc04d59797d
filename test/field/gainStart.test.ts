import { describe, expect, it } from 'vitest';

import { READ_COUNT, startGains, startSize } from '../../src/field/gainStart.ts';
import type { KernelLook } from '../../src/field/gainStart.ts';

const bounds = { minGain: 0.1, maxGain: 4 };
/** A look of one transfer in every band, groups of one power in HU², and flat patches. */
const look = (transfer: number, { power = 100, nps = 100, patches = 0 } = {}): KernelLook => ({
  kernel: new Float64Array(12).fill(Math.log(transfer)), spectra: new Float64Array(48).fill(Math.log(power)), sampled: 11, nps: new Float64Array(12).fill(nps), patches,
});
/** Reads band b's gain from a quarter of curve b, half of group 1 and a quarter of group 4. */
const weights = Array.from({ length: 12 }, (_, b) => Array.from({ length: READ_COUNT }, (_weight, n) => ({ [b]: 0.25, [12 + b]: 0.5, [48 + b]: 0.25 })[n] ?? 0));
const start = (source: KernelLook, reference: KernelLook) => startGains(source, reference, weights, bounds);

describe('the start', () => {
  it('weighs curves and amplitudes of groups where flat patches are too few: 0.5^¼ · 0.6^¾ of transfer .5 and power .36', () => {
    const { gains, rule } = start(look(0.8, { nps: 400, patches: 99 }), look(0.4, { power: 36, nps: 100, patches: 29 }));
    expect(rule).toBe('regression');
    for (const gain of gains) expect(gain).toBeCloseTo(0.5 ** 0.25 * 0.6 ** 0.75, 12);
    expect(startSize(gains)).toBeCloseTo(-Math.log(0.5 ** 0.25 * 0.6 ** 0.75), 12);
  });

  it('turns its sign when source and reference are exchanged', () => {
    const [a, b] = [look(0.8), look(0.5, { power: 49 })];
    const [there, back] = [start(a, b).gains, start(b, a).gains];
    there.forEach((gain, n) => { expect(gain * back[n]!).toBeCloseTo(1, 12); });
  });

  it('is the ratio of transfers drawn to √(NPS ratio) where 30 flat patches agree, the lowest two bands nearer to 1', () => {
    const { gains, rule } = start(look(1, { nps: 400, patches: 30 }), look(0.5, { nps: 144, patches: 30 }));
    expect(rule).toBe('flat-patches');
    const [curve, flat] = [0.5, 0.6];
    expect([...gains.slice(0, 3)]).toEqual([curve ** 0.5, (curve ** 0.7 * flat ** 0.3) ** 0.95, curve ** 0.4 * flat ** 0.6].map((gain) => expect.closeTo(gain, 12) as number));
  });

  it('does not believe flat patches of another dose: their log ratio lies further than 0.6 from the curves’', () => {
    const [source, farther, nearer] = [look(1, { nps: 400, patches: 99 }), 0.5 * Math.exp(0.61), 0.5 * Math.exp(0.59)];
    expect(start(source, look(0.5, { nps: 400 * farther ** 2, patches: 99 })).rule).toBe('regression');
    expect(start(source, look(0.5, { nps: 400 * nearer ** 2, patches: 99 })).rule).toBe('flat-patches');
  });

  it('asks only bands that both scans can show whether they agree', () => {
    const odd = (of: KernelLook, sampled: number): KernelLook => ({ ...of, sampled, nps: Float64Array.from({ length: 12 }, (_, b) => (b < sampled ? 100 : 0)) });
    const fine = look(1, { patches: 99 });
    expect(start(fine, odd(look(1, { patches: 99 }), 7)).rule).toBe('flat-patches');
    expect(start(fine, { ...odd(look(1, { patches: 99 }), 7), sampled: 8 }).rule).toBe('regression');
  });

  it('stays within bounds, and is 1 with FEW_PATCHES where a scan has too little tissue', () => {
    expect(start(look(0.001), look(1, { power: 1e6 })).gains[5]).toBe(4);
    expect(start(look(1, { power: 1e6 }), look(0.001)).gains[5]).toBe(0.1);
    const { gains, rule, issues } = start(look(0.5), { ...look(0.1), kernel: undefined, spectra: undefined });
    expect(gains.every((gain) => gain === 1)).toBe(true);
    expect(rule).toBeNull();
    expect(issues.map(({ code }) => code)).toEqual(['FEW_PATCHES']);
  });
});
