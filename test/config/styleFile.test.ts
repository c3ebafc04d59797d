import { describe, expect, it } from 'vitest';
import { parseStyleFile } from '../../src/config/styleFile.ts';
import type { StyleFile } from '../../src/config/styleFile.ts';
import type { ReferenceStyle } from '../../src/style/referenceStyle.ts';

const style: StyleFile = {
  schemaVersion: 1, id: 'prisma', modality: 'MR', protocol: 't1w-head/1.0.0', code: [0.1, -0.2],
  quantiles: Array.from({ length: 128 }, (_, i) => i / 127), tissues: { amounts: [0.2, 0.3, 0.05, 0.4, 0.05], quantiles: Array.from({ length: 5 }, () => Array.from({ length: 128 }, (_, i) => i / 127)) },
  outsideQuantiles: null, personSpread: { brain: 0.02, outside: null }, brainScale: 512, scans: 3, encoderSha256: 'a'.repeat(64),
  acquisition: { manufacturer: 'Maker', fieldStrengthT: 3 }, dispersion: 0.4,
};

describe('parseStyleFile', () => {
  it('gives back what was saved, frozen', () => {
    const parsed: ReferenceStyle = parseStyleFile(JSON.stringify(style));
    expect(parsed).toEqual(style);
    expect(Object.isFrozen(parsed.code)).toBe(true);
  });

  it.each([
    ['a patient\'s identifier', { ...style, acquisition: { PatientID: '7' } }, '/acquisition: expected only known keys, got "PatientID"'],
    ['an unsafe id', { ...style, id: '../x' }, '/id: expected'],
    ['no scans', { ...style, scans: 0 }, '/scans: expected >= 1, got 0'],
    ['quantiles that fall', { ...style, quantiles: [0, 1, 2, 3, 4, 5, 6, 5.5] }, '/quantiles/7: expected at least 6, got 5.5'],
    ['a brain scale of 0', { ...style, brainScale: 0 }, '/brainScale: expected > 0, got 0'],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseStyleFile(JSON.stringify(value))).toThrow(
      expect.objectContaining({ code: 'CONCORD_REFERENCE', message: expect.stringContaining(message) as string }),
    );
  });
});
