import { describe, expect, it } from 'vitest';

import type { ExcessRow, ProbeRow } from '../../src/core/validationRecord.ts';
import { exposuresOf } from '../../src/validation/exposures.ts';

const excess: ExcessRow = { excess: 'image', arm: 'harmonized', model: 'forest', finding: { value: 0.18, low: 0.05, high: 0.3 } };
const probe = (accuracy: number): ProbeRow => ({
  probe: 'output-trained', arm: 'harmonized', trainedOn: 'output', scope: 'body', model: 'forest', n: 17, chance: 0.5, balancedAccuracy: { value: accuracy }, seeds: null, auc: { unavailable: 'NOT_COMPUTED' }, asReference: { unavailable: 'NOT_COMPUTED' },
});

describe('SITE_LEFT', () => {
  it('needs a probe of outputs above the floor of outlines and above chance, of one model', () => {
    expect(exposuresOf([], [probe(0.7)], [excess], 'harmonized')).toEqual(['SITE_LEFT']);
    expect(exposuresOf([], [probe(0.46)], [excess], 'harmonized')).toEqual([]);
    expect(exposuresOf([], [{ ...probe(0.7), model: 'logistic' }], [excess], 'harmonized')).toEqual([]);
    expect(exposuresOf([], [probe(0.7)], [{ ...excess, finding: { value: 0.18, low: -0.01, high: 0.3 } }], 'harmonized')).toEqual([]);
  });
});
