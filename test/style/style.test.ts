import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { MrProtocol } from '../../src/config/protocol.ts';
import { affineOf } from '../../src/core/affine.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { MrBundle } from '../../src/inference/bundle.ts';
import { checkReferenceStyle, createReferenceStyle } from '../../src/style/referenceStyle.ts';
import type { ReferenceScan } from '../../src/style/referenceStyle.ts';
import { encodeScan, redrawError } from '../../src/style/styleCode.ts';
import { styleDistance, styleRarity } from '../../src/style/styleDistance.ts';

const tiny = fileURLToPath(new URL('../support/tinyBundle', import.meta.url));

/** A ball of one brightness in the working frame; brighter inside by a ramp. */
function ball(brightness: number, brainScale: number, manufacturer: string): ReferenceScan {
  const shape = [96, 120, 96] as const;
  const samples = new Float32Array(96 * 120 * 96);
  const brain = new Uint8Array(samples.length);
  for (let n = 0; n < samples.length; n++) {
    const [x, y, z] = [(n % 96) - 47.5, (Math.floor(n / 96) % 120) - 59.5, Math.floor(n / 11520) - 56];
    if (x * x + y * y + z * z > 900) continue;
    samples[n] = brightness + x / 100;
    brain[n] = 1;
  }
  return {
    working: { scale: 'model', shape, samples, affine: affineOf([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]]) },
    inView: new Uint8Array(samples.length).fill(1), brain, wholeBrain: brain, trace: { brainScale },
    acquisition: { manufacturer, fieldStrengthT: 3 },
  };
}

describe('styleDistance', () => {
  const spread = { mean: [1, 1], precision: [[4, 0], [0, 1]], p995: 2 };

  it('is Euclidean without a calibration, and Mahalanobis with one', () => {
    expect(styleDistance([0, 0], [3, 4])).toBe(5);
    expect(styleDistance([0, 0], [3, 4], spread)).toBeCloseTo(Math.sqrt(4 * 9 + 16), 12);
    expect(styleDistance([0, 0], [1, 1], { ...spread, precision: [[2, 1], [1, 2]] })).toBeCloseTo(Math.sqrt(6), 12);
  });

  it('of a rare style is its distance to the mean as a share of the 99.5th percentile', () => {
    expect(styleRarity([3, 1], spread)).toBe(2);
    expect(styleRarity([1, 1], spread)).toBe(0);
  });

  it('refuses codes of two lengths', () => {
    expect(() => styleDistance([1], [1, 2])).toThrow(expect.objectContaining({ code: 'CONCORD_REFERENCE' }));
  });
});

it('redrawError of two maps that differ by 0.3 everywhere is 0.3', () => {
  expect(redrawError(new Float32Array(9).fill(0.5), new Float32Array(9).fill(0.2))).toBeCloseTo(0.3, 6);
});

describe('createReferenceStyle', () => {
  let bundle: MrBundle;
  let protocol: MrProtocol;
  beforeAll(async () => {
    bundle = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'MR');
    protocol = ofModality(await loadProtocol('t1w-head'), 'MR');
  });
  afterAll(() => bundle.close());

  it('of two scans has the mean code, the mean quantiles and the geometric mean of their scales', async () => {
    const scans = [ball(0.5, 100, 'A'), ball(0.7, 400, 'B')];
    const style = await createReferenceStyle('two', scans, bundle, protocol);
    const codes = await Promise.all(scans.map(async (scan) => (await encodeScan(scan, bundle)).code));
    style.code.forEach((value, i) => expect(value).toBeCloseTo((codes[0]![i]! + codes[1]![i]!) / 2, 6));
    expect(style.brainScale).toBeCloseTo(200, 9);
    expect(style.quantiles[64]! - style.quantiles[63]!).toBeGreaterThan(0);
    expect((style.quantiles[63]! + style.quantiles[64]!) / 2).toBeCloseTo(0.6, 2);
    expect(style).toMatchObject({ id: 'two', scans: 2, protocol: 't1w-head/1.0.0', acquisition: { fieldStrengthT: 3 } });
    expect(style.dispersion).toBeCloseTo(styleDistance(codes[0]!, style.code, bundle.manifest.calibration.codeSpread), 5);
  });

  it('of one scan is that scan, with dispersion 0', async () => {
    const style = await createReferenceStyle('one', [ball(0.5, 100, 'A')], bundle, protocol);
    expect(style.dispersion).toBe(0);
    expect(style.acquisition).toEqual({ manufacturer: 'A', fieldStrengthT: 3 });
    expect(() => { checkReferenceStyle(style, bundle.manifest, protocol); }).not.toThrow();
  });

  it('refuses a cohort without a scan', async () => {
    await expect(createReferenceStyle('none', [], bundle, protocol)).rejects.toMatchObject({ code: 'CONCORD_REFERENCE' });
  });

  it('is refused on use when another encoder, protocol or code length made it', async () => {
    const style = await createReferenceStyle('one', [ball(0.5, 100, 'A')], bundle, protocol);
    const others = [
      { ...style, encoderSha256: 'f'.repeat(64) }, { ...style, protocol: 'flair-head/1.0.0' },
      { ...style, code: style.code.slice(1) }, { ...style, quantiles: style.quantiles.slice(1) },
      { ...style, tissues: { ...style.tissues, quantiles: [...style.tissues.quantiles.slice(1), []] } },
    ];
    for (const other of others) {
      expect(() => { checkReferenceStyle(other, bundle.manifest, protocol); }).toThrow(expect.objectContaining({ code: 'CONCORD_REFERENCE' }));
    }
  });
});
