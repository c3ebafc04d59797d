import { describe, expect, it } from 'vitest';

import { pooledNoise } from '../../src/field/noisePower.ts';

const scan = (power: number, patches: number) => ({ nps: new Float64Array(12).fill(power), patches });

describe('pooledNoise', () => {
  it('is the mean of scans with patches enough, which a scan without any does not water down, and counts theirs', () => {
    expect(pooledNoise([scan(100, 40), scan(0, 0), scan(300, 60), scan(900, 29)])).toEqual(scan(200, 100));
  });

  it('is the first scan where none has enough', () => {
    expect(pooledNoise([scan(7, 3), scan(9, 29)])).toEqual(scan(7, 3));
  });
});
