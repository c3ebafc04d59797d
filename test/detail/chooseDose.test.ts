import { describe, expect, it } from 'vitest';

import { chooseDose } from '../../src/detail/chooseDose.ts';

const bands = Array.from({ length: 12 }, (_, b) => b);
const noise = (sd: number, tilt = 0, patches = 200) => ({ nps: Float64Array.from(bands, (b) => sd * sd * Math.exp(tilt * b)), patches });
const ones = bands.map(() => 1);
const choose = (source = noise(30), reference = noise(15), fieldGains: ArrayLike<number> = ones, mode: 'auto' | 'off' = 'auto') => chooseDose(
  { mode, leastChange: 0.3, largestShape: 0.12, leastPatches: 100, highestEnergy: 2 },
  { source, reference, fieldGains, bounds: { minGain: 0.1, maxGain: 10 }, spacing: [0.8, 0.8] },
);

describe('chooseDose', () => {
  it('damps noise to the level of the reference; white noise of 30 HU loses a quarter of its variance and little more', () => {
    const { reason, direction, gains, change } = choose();
    expect(reason).toContain('less noise');
    expect(direction!.level).toBeCloseTo(0.5, 6);
    expect([...gains!.subarray(2)]).toEqual(bands.slice(2).map(() => expect.closeTo(0.5, 9) as number));
    expect([gains![0], gains![1]]).toEqual([1, expect.closeTo(0.75, 9)]);
    expect(change!.variance).toBeGreaterThan(0.9 * 15 ** 2);
    expect(change!.variance).toBeLessThan(15 ** 2);
    expect(change!.highestEnergy).toBe(2);
    // a Gaussian of s mm leaves white noise of a pixel p an SD of p/(2·√π·s)
    expect(change!.grain).toBeCloseTo((30 * 0.8) / (2 * Math.sqrt(Math.PI) * 1.6), 1);
  });

  it('amplifies noise where the reference has more', () => {
    const { gains, change } = choose(noise(15), noise(30));
    expect(gains!.at(-1)).toBeCloseTo(2, 9);
    expect([...change!.response]).toEqual([0, 0, expect.closeTo(0.5, 9), ...bands.slice(2).map(() => expect.closeTo(1, 9) as number)]);
  });

  it('sees the noise under the gain field: what a kernel explains asks for nothing, what is left of a dose is added to the field', () => {
    const gains = bands.map((b) => Math.exp(-0.1 * b));
    expect(choose(noise(30), noise(30, -0.2), gains).reason).toContain('like the reference’s');
    const { change } = choose(noise(30), noise(15, -0.2), gains);
    expect(change!.response[12]! / gains[11]!).toBeCloseTo(-0.5, 9);
  });

  it.each([
    ['off by protocol', choose(noise(30), noise(15), ones, 'off'), 'switched off'],
    ['another kernel', choose(noise(30), noise(15, 0.2)), 'more than a dose'],
    ['as much noise', choose(noise(30), noise(24)), 'like the reference’s'],
    ['too few patches', choose(noise(30), noise(15, 0, 99)), '99 in the reference'],
  ])('does nothing and says why: %s', (_, choice, reason) => {
    expect(choice).toMatchObject({ gains: null, change: null });
    expect(choice.reason).toContain(reason);
  });
});
