import { describe, expect, it } from 'vitest';

import { derivedUid } from '../../../src/formats/dicom/write/derivedUid.ts';
import type { UidFacts } from '../../../src/formats/dicom/write/derivedUid.ts';

const facts: UidFacts = {
  kind: 'instance', sourceUid: '1.2.3.4', modelSha256: 'ab'.repeat(32), configSha256: 'cd'.repeat(32), seed: 0, pixelsSha256: 'ef'.repeat(32),
};

describe('derivedUid', () => {
  it('is the one that Python makes of the same text', () => {
    expect(derivedUid(facts)).toBe(derivedUid({ ...facts }));
    expect(derivedUid(facts)).toBe('2.25.119770073615319871331111047941852999939');
  });

  it('is a UUID of version 8 under 2.25, without leading zeros and within 64 characters', () => {
    for (let seed = 0; seed < 500; seed++) {
      const uid = derivedUid({ ...facts, seed });
      expect(uid).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
      const hex = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0');
      expect([hex[12], '89ab'.includes(hex[16]!)]).toEqual(['8', true]);
    }
  });

  it('changes with everything it stands for', () => {
    const changes: Partial<UidFacts>[] = [
      { kind: 'series' }, { sourceUid: '1.2.3.5' }, { modelSha256: '00' }, { configSha256: '00' }, { seed: 1 }, { pixelsSha256: '00' },
    ];
    const uids = [facts, ...changes.map((change) => ({ ...facts, ...change }))].map((each) => derivedUid(each));
    expect(new Set(uids).size).toBe(changes.length + 1);
  });

  it('cannot be computed without the key it was made with', () => {
    const keyed = derivedUid(facts, 'a secret of this project');
    expect(keyed).not.toBe(derivedUid(facts));
    expect(keyed).not.toBe(derivedUid(facts, 'another secret'));
    expect(keyed).toBe(derivedUid(facts, 'a secret of this project'));
  });
});
