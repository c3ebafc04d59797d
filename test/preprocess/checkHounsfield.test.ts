import { describe, expect, it } from 'vitest';

import { checkHounsfield } from '../../src/preprocess/checkHounsfield.ts';
import { ctPhantom } from '../support/ctPhantom.ts';

const changed = (change: (hu: number) => number): Float32Array => ctPhantom().samples.map(change);
const refusal = (text: string): unknown => expect.objectContaining({ issueCode: 'NOT_HU', message: expect.stringContaining(text) as string });

describe('checkHounsfield', () => {
  it('takes a trunk with padding and names its metal', () => {
    expect(checkHounsfield([ctPhantom().samples]).map(({ code, severity }) => [code, severity])).toEqual([['METAL', 'flag']]);
    expect(checkHounsfield([changed((hu) => Math.min(hu, 1000))])).toEqual([]);
  });

  it.each([
    ['stored values without rescale', (hu: number) => Math.max(hu, -1024) + 1024, 'Expected air near'],
    ['a soft-tissue window', (hu: number) => Math.min(Math.max(hu, -160), 240), 'Expected air near'],
    ['values scaled to 0 … 1', (hu: number) => (hu + 1024) / 4096, 'Expected air near'],
    ['an iodine map: no negative values', (hu: number) => Math.max(hu, 0), 'Expected air near'],
    ['a scale that starts at −1200', (hu: number) => (hu < -1500 ? hu : hu - 200), 'darkest air'],
    ['another slope', (hu: number) => (hu < -900 ? -1000 : 20 * hu), 'as dense as bone'],
    ['a scale ten times too fine', (hu: number) => (hu < -900 ? -1000 : hu > -200 && hu < 200 ? 220 + hu / 10 : hu), 'Expected tissue'],
    ['a mass attenuation map: body far above water', (hu: number) => (hu < -500 ? -1000 : hu < 100 && hu > 0 ? 900 : hu), 'as dense as bone'],
  ])('refuses %s', (_, change, text) => {
    expect(() => checkHounsfield([changed(change)])).toThrow(refusal(text));
  });

  it('refuses a volume that is padding alone as CONSTANT', () => {
    expect(() => checkHounsfield([new Float32Array(100).fill(-2000)])).toThrow(expect.objectContaining({ issueCode: 'CONSTANT' }));
  });
});
