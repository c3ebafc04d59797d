import { describe, expect, it } from 'vitest';

import { randomStream } from '../../src/core/random.ts';
import { icc21Value, icc31Value, linCcc } from '../../src/metrics/cohort/agreement.ts';
import { sampleVariance } from '../../src/metrics/cohort/effectSizes.ts';
import { countsOf, drawnAgreement, drawnDistances, drawnSpearman, drawnVariance, ordered } from '../../src/metrics/drawn.ts';
import { ks } from '../../src/metrics/ks.ts';
import { spearman } from '../../src/metrics/spearman.ts';
import { wasserstein1 } from '../../src/metrics/wasserstein1.ts';

const PEOPLE = 14;
const random = randomStream('drawn');
/** One in four values is a tie. */
const values = (): Float64Array => Float64Array.from({ length: PEOPLE }, (_, n) => (n % 4 === 0 ? 0.5 : random.nextNormal()));

describe.each([0, 1, 2, 3, 4])('a draw of people with replacement, number %i: as if the drawn rows were laid out', () => {
  const [a, b, reference] = [values(), values(), values().subarray(0, 5)];
  const drawn = Int32Array.from({ length: PEOPLE }, () => Math.floor(random.nextFloat() * PEOPLE));
  const counts = countsOf(drawn, PEOPLE);
  const laidOut = (of: Float64Array): Float64Array => Float64Array.from(drawn, (row) => of[row]!);

  it('variance and rank correlation', () => {
    expect(drawnVariance(a, counts)).toBeCloseTo(sampleVariance(laidOut(a)), 12);
    expect(drawnSpearman(ordered(a), ordered(b), counts)).toBeCloseTo(spearman(laidOut(a), laidOut(b)), 12);
  });

  it('distances to rows that stay', () => {
    const found = drawnDistances(ordered(Float64Array.of(...a, ...reference)), counts);
    const [own, fixed] = [laidOut(a).sort(), reference.slice().sort()];
    expect(found.wasserstein1).toBeCloseTo(wasserstein1(own, fixed), 12);
    expect(found.ks).toBeCloseTo(ks(own, fixed), 12);
  });

  it('ICC and concordance', () => {
    const ratings = Array.from(drawn, (row) => [a[row]!, b[row]!]);
    const found = drawnAgreement(a, b, counts);
    expect(found.icc21).toBeCloseTo(icc21Value(ratings), 10);
    expect(found.icc31).toBeCloseTo(icc31Value(ratings), 10);
    expect(found.linCcc).toBeCloseTo(linCcc(laidOut(a), laidOut(b)), 10);
  });
});

describe('edge cases of drawn rows', () => {
  const counts = countsOf([0, 1, 2, 2], 3);
  it('measurements that agree exactly have agreement 1', () => {
    expect(drawnAgreement(Float64Array.of(1, 2, 4), Float64Array.of(1, 2, 4), counts)).toEqual({ icc21: 1, icc31: 1, linCcc: 1, betweenWithinRatio: NaN });
  });
  it('no order without variation', () => {
    expect(drawnSpearman(ordered(Float64Array.of(1, 1, 1)), ordered(Float64Array.of(1, 2, 3)), counts)).toBeNaN();
  });
  it('equal sets are at distance 0', () => {
    expect(drawnDistances(ordered(Float64Array.of(1, 2, 3, 1, 2, 3)), countsOf([0, 1, 2], 3))).toEqual({ wasserstein1: 0, ks: 0 });
  });
});
