import { describe, expect, it } from 'vitest';

import { chooseDetail } from '../../src/detail/chooseDetail.ts';
import type { DetailMode } from '../../src/detail/chooseDetail.ts';

const noise = (sd: number, tilt = 0, patches = 200) => ({ nps: Float64Array.from({ length: 12 }, (_, b) => sd * sd * Math.exp(tilt * b)), patches });
const choose = (mode: DetailMode, source = noise(30), reference = noise(15), hasNetwork = true) =>
  chooseDetail({ mode, highestLevel: 0.9, largestShape: 0.12, leastPatches: 100 }, { hasNetwork, source, reference, spacing: [0.8, 0.8] });

describe('chooseDetail', () => {
  it('runs by itself for less noise of the same shape', () => {
    expect(choose('auto')).toMatchObject({ runs: true, direction: { level: expect.closeTo(0.5, 6) as number, shape: expect.closeTo(0, 6) as number } });
  });

  it.each([
    ['off by protocol', choose('off'), 'switched off'],
    ['no network', choose('on', noise(30), noise(15), false), 'no detail network'],
    ['another kernel', choose('auto', noise(30), noise(15, 0.2)), 'differ in kernel'],
    ['as much noise', choose('auto', noise(30), noise(29)), 'hardly less noisy'],
    ['more noise', choose('auto', noise(15), noise(30)), 'hardly less noisy'],
    ['too few patches, even when switched on', choose('on', noise(30), noise(15, 0, 99)), '99 in the reference'],
  ])('stays off and says why: %s', (_, choice, reason) => {
    expect(choice.runs).toBe(false);
    expect(choice.reason).toContain(reason);
  });

  it('runs when switched on, whatever the direction', () => {
    expect(choose('on', noise(15), noise(30, 0.2)).runs).toBe(true);
  });
});
