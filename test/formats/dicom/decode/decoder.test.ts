import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../../src/core/issues.ts';
import { decodeApart } from '../../../../src/formats/dicom/decode/decoder.ts';
import { transferSyntaxOf } from '../../../../src/formats/dicom/transferSyntax.ts';

const program = new URL('../../../support/faultyDecoder.mjs', import.meta.url);
const limits = { milliseconds: 3000, bytes: 400 * 2 ** 20 };

const decode = (order: number, own = limits): Promise<Uint8Array> =>
  decodeApart({
    frame: Uint8Array.of(order), form: { rows: 1, columns: 1, bitsAllocated: 8, bitsStored: 8, highBit: 7, isSigned: false, padding: undefined },
    syntax: transferSyntaxOf('1.2.840.10008.1.2.5')!, rescale: { slope: 1, intercept: 0 }, path: '',
  }, own, program);

const codeOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(() => 'decoded', (error: unknown) => (error instanceof ScanRefusal ? error.issue.code : String(error)));

describe('a frame is decoded in another process', () => {
  it('by the same one as long as it lives, and one frame after another', async () => {
    const [a, b] = await Promise.all([decode(0), decode(0)]);
    expect(a).toEqual(b);
    expect(a[0]! + 256 * a[1]! + 65_536 * a[2]!).not.toBe(process.pid);
    await expect(decode(4)).rejects.toMatchObject({ issue: { code: 'MALFORMED' } });
    expect(await decode(0)).toEqual(a);
  });

  it('and one that hangs is ended: TIMEOUT; the next frame has a new one', async () => {
    const before = await decode(0);
    expect(await codeOf(decode(1, { ...limits, milliseconds: 300 }))).toBe('TIMEOUT');
    expect(await decode(0)).not.toEqual(before);
  });

  it('and one that ends by itself costs its frame alone', async () => {
    expect(await Promise.all([codeOf(decode(3)), codeOf(decode(0))])).toEqual(['MALFORMED', 'decoded']);
  });

  it.skipIf(!existsSync('/proc/self/status'))('and one that takes too much memory is ended: TOO_LARGE', async () => {
    expect(await codeOf(decode(2, { ...limits, milliseconds: 30_000 }))).toBe('TOO_LARGE');
  });
});
