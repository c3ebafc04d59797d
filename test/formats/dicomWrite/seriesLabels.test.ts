import { describe, expect, it } from 'vitest';

import { harmonizedDescription } from '../../../src/formats/dicom/write/seriesDescription.ts';
import { assignSeriesNumbers, harmonizedSeriesNumber } from '../../../src/formats/dicom/write/seriesNumber.ts';

const MARKER = 'HARM RESEARCH: ';

describe('harmonizedDescription', () => {
  it('puts the marker before the original, in the original\'s own bytes', () => {
    const original = Buffer.from('T1 très', 'latin1');
    expect(harmonizedDescription(original, 'ISO_IR 100')).toEqual(Buffer.concat([Buffer.from(MARKER), original]));
  });

  it('cuts the end of a long original to 64 characters', () => {
    const cut = harmonizedDescription(Buffer.from('x'.repeat(64)), '');
    expect(cut.toString()).toBe(MARKER + 'x'.repeat(49));
  });

  it('cuts UTF-8 between characters', () => {
    const cut = harmonizedDescription(Buffer.from('é'.repeat(60), 'utf8'), 'ISO_IR 192').toString('utf8');
    expect(cut).toBe(MARKER + 'é'.repeat(49));
  });

  it('cuts other multi-byte sets before their first foreign byte, escapes included', () => {
    const korean = Buffer.concat([Buffer.from('brain '), Buffer.from('1b242943', 'hex'), Buffer.alloc(60, 0xb1)]);
    expect(harmonizedDescription(korean, 'ISO 2022 IR 6\\ISO 2022 IR 149').toString('latin1')).toBe(`${MARKER}brain `);
    const chinese = Buffer.concat([Buffer.from('T1 '), Buffer.alloc(60, 0xcd)]);
    expect(harmonizedDescription(chinese, 'GB18030').toString('latin1')).toBe(`${MARKER}T1 `);
  });
});

describe('harmonizedSeriesNumber', () => {
  it.each([
    ['5', [], 501], ['5', [501, 502], 503], ['', [], 1], ['0', [], 1], ['-3', [], 1], ['2147483647', [], 1], ['21474835', [], 2147483501],
  ] as const)('of %j with %j taken is %i', (source, taken, expected) => {
    expect(harmonizedSeriesNumber(source, taken)).toBe(expected);
  });

  it('is unique in a study, for parts of one series and beside sources, and starts anew in another study', () => {
    const inputs = [
      { name: 'a', study: 's', seriesNumber: '5' }, { name: 'b', study: 's', seriesNumber: '5' }, { name: 'c', study: 's', seriesNumber: '501' },
      { name: 'd', study: 't', seriesNumber: '5' },
    ];
    expect(assignSeriesNumbers(inputs)).toEqual({ a: 502, b: 503, c: 50101, d: 501 });
  });
});
