import { describe, expect, it } from 'vitest';

import { createRegionMeter } from '../../../src/metrics/ct/regionShift.ts';

const [ni, nj, nk] = [60, 60, 4];
const plane = (hu: number): Float32Array => new Float32Array(ni * nj).fill(hu);

/** A meter of 10 mm regions of 5 × 5 × 4 voxels shown a scan of one level whose right half was moved by `shift`. */
function shifted(hu: number, shift: number) {
  const meter = createRegionMeter([ni, nj], [2, 2, 2.5]);
  const after = plane(hu).map((value, n) => value + (n % ni < ni / 2 ? 0 : shift));
  for (let k = 0; k < nk; k++) meter.add(k, plane(hu), after, plane(hu), plane(1));
  return meter.result();
}

describe('shift of 10 mm regions', () => {
  it('is the mean over a tissue’s regions less two standard errors: half of 144 moved by 2 is 1 − 2/√143', () => {
    const { count, worstClass, p99 } = shifted(60, 2)!;
    expect(count).toBe(144);
    expect(worstClass).toBeCloseTo(1 - 2 / Math.sqrt(143), 6);
    expect(p99).toBe(2);
  });

  it.each([['lung', -850, 3], ['fat', -90, 1], ['soft tissue', 60, 1], ['bone', 500, 3]])('counts %s by its share', (_tissue, hu, share) => {
    expect(shifted(hu, 2)!.worstClass).toBeCloseTo((1 - 2 / Math.sqrt(143)) / share, 6);
  });

  it('takes whole regions alone, and says nothing of fewer than twenty', () => {
    const meter = createRegionMeter([ni, nj], [2, 2, 2.5]);
    for (let k = 0; k < nk; k++) meter.add(k, plane(60), plane(62), plane(60), plane(1).map((_, n) => (n % 5 === 0 ? 0 : 1)));
    expect(meter.result()).toBeUndefined();
  });
});
