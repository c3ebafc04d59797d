import { describe, expect, it } from 'vitest';

import { startGains, startSize } from '../../src/field/gainStart.ts';
import type { ReadKernels } from '../../src/field/gainStart.ts';
import { encodeLook, LOOK_COUNT } from '../../src/field/kernelLook.ts';
import type { KernelLook } from '../../src/field/kernelLook.ts';

const bounds = { minGain: 0.1, maxGain: 10 };
/** A look with groups of one power in HU², and flat patches of another. */
const look = ({ power = 100, nps = 100, patches = 0, sampled = 11 } = {}): KernelLook => ({
  spectra: new Float64Array(48).fill(Math.log(power)), sampled, nps: new Float64Array(12).fill(nps), patches,
});
/** Reads the amplitude ratio of the flattest group. */
const reader: ReadKernels = (source, reference) => Promise.resolve(reference.slice(0, 12).map((log, b) => log - source[b]!));

describe('the start', () => {
  it('is what the reader says of both looks, as gains: amplitude 10 to 6 is 0.6, and the three lowest bands lie on the parabola', async () => {
    const { gains, isRead, issues } = await startGains(look(), look({ power: 36 }), reader, bounds);
    expect([...gains]).toEqual([0.6 ** 0.095, 0.6 ** 0.297, 0.6 ** 0.598, ...new Array<number>(9).fill(0.6)].map((gain) => expect.closeTo(gain, 6) as number));
    expect(startSize(new Float64Array(12).fill(0.6))).toBeCloseTo(-Math.log(0.6), 6);
    expect([isRead, issues]).toEqual([true, []]);
  });

  it('stays within bounds', async () => {
    expect((await startGains(look(), look({ power: 1e6 }), reader, bounds)).gains[5]).toBe(10);
    expect((await startGains(look({ power: 1e6 }), look(), reader, bounds)).gains[5]).toBe(0.1);
  });

  it('is 1 with FEW_PATCHES, and nothing is read, where a scan has too little tissue', async () => {
    const none: KernelLook = { ...look(), spectra: undefined };
    for (const [source, reference, who] of [[none, look(), 'scan'], [look(), none, 'reference']] as const) {
      const { gains, isRead, issues } = await startGains(source, reference, () => Promise.reject(new Error('read')), bounds);
      expect(gains.every((gain) => gain === 1)).toBe(true);
      expect(isRead).toBe(false);
      expect(issues.map(({ code, detail }) => [code, detail])).toEqual([['FEW_PATCHES', `too little tissue in the ${who} for patches of 12 mm`]]);
    }
  });
});

describe('an encoded look', () => {
  it('holds half the log powers less 1.5, zeros for flat patches that are fewer than 30, and the share of bands seen', () => {
    const encoded = encodeLook(look({ power: Math.exp(5), nps: 400, patches: 29, sampled: 6 }))!;
    expect(encoded).toHaveLength(LOOK_COUNT);
    expect([...encoded.slice(0, 48)].every((value) => value === 1)).toBe(true);
    expect([...encoded.slice(48)]).toEqual([...new Array<number>(14).fill(0), 0.5]);
  });

  it('says what flat patches show, that they are enough and how many, from 30 on', () => {
    const encoded = encodeLook(look({ nps: Math.exp(3), patches: 30 }))!;
    expect(encoded[48]).toBeCloseTo(0, 6);
    expect(encoded[60]).toBe(1);
    expect(encoded[61]).toBeCloseTo(Math.log(31) / 6, 6);
    expect(encodeLook({ ...look({ patches: 30 }), nps: new Float64Array(12) })![50]).toBeCloseTo(Math.log(1e-2) / 2 - 1.5, 6);
  });
});
