import { describe, expect, it } from 'vitest';

import { randomStream } from '../../src/core/random.ts';
import { bandFrequency } from '../../src/field/radialBands.ts';
import { createSkinMeter, pooledSkin } from '../../src/field/skinEdge.ts';
import type { SkinEdge } from '../../src/field/skinEdge.ts';

const [size, spacing] = [[128, 128], [0.7, 0.7]] as const;
const pixels = size[0] * size[1];

/** Distance from a border that is oblique to rows and columns, mm, outwards above 0. */
const distanceAt = (n: number, shift = 0): number => {
  const [i, j] = [n % size[0], Math.floor(n / size[0])];
  return ((i - 64) * Math.cos(0.5) + (j - 64) * Math.sin(0.5)) * spacing[0] - shift;
};

/** Normal distribution function (Abramowitz & Stegun 26.2.17): a step under a Gaussian. */
function cumulative(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

/** Skin read from a slice whose edge, of `step` HU above air, is blurred by `sigma` mm; the body moves by `drift` mm to the next slices. */
function read({ sigma = 0.6, step = 950, air = -1000, noise = 0, drift = 0 } = {}): SkinEdge {
  const meter = createSkinMeter(size, spacing);
  const random = randomStream('skin|0');
  const body = (shift: number): Uint8Array => Uint8Array.from({ length: pixels }, (_, n) => (distanceAt(n, shift) < 0 ? 1 : 0));
  const around = { body: body(0), below: body(-drift), above: body(drift) };
  for (let slice = 0; slice < 6; slice++) {
    meter.add(Float32Array.from({ length: pixels }, (_, n) => air + step * cumulative(-distanceAt(n) / sigma) + noise * random.nextNormal()), around);
  }
  return meter.result();
}

describe('createSkinMeter', () => {
  it('shows what blurs an edge: between two Gaussians the log amplitude falls as f², by what a patch’s window leaves of it', () => {
    const [sharp, smooth] = [read({ sigma: 0.5 }), read({ sigma: 0.8 })];
    expect(sharp.patches).toBeGreaterThan(60);
    for (const band of [3, 4, 5, 6]) {
      const truth = -2 * (Math.PI * bandFrequency(band)) ** 2 * (0.8 ** 2 - 0.5 ** 2);
      const found = smooth.amplitude[band - 1]! - sharp.amplitude[band - 1]!;
      expect(found / truth).toBeGreaterThan(0.6);
      expect(found / truth).toBeLessThan(1.05);
    }
    expect(Math.abs(smooth.amplitude[0]! - sharp.amplitude[0]!)).toBeLessThan(0.08);
  });

  it('does not depend on how dense the tissue is, and hardly on noise, which is as strong across an edge as along it', () => {
    const [plain, fat, noisy] = [read(), read({ step: 890 }), read({ noise: 30 })];
    for (let band = 1; band <= 5; band++) {
      expect(fat.amplitude[band - 1]).toBeCloseTo(plain.amplitude[band - 1]!, 3);
      expect(Math.abs(noisy.amplitude[band - 1]! - plain.amplitude[band - 1]!)).toBeLessThan(0.1);
    }
  });

  it.each([
    ['a border that moves by more than 0.7 mm from slice to slice', { drift: 1.5 }],
    ['a blanket, no air, outside', { air: -850, step: 800 }],
    ['lung inside', { step: 300 }],
    ['an edge so blurred that it is no skin', { sigma: 6 }],
  ])('reads nothing of %s', (_, scan) => {
    expect(read(scan)).toEqual({ amplitude: new Float64Array(12), patches: 0 });
  });
});

describe('pooledSkin', () => {
  const scan = (log: number, patches: number): SkinEdge => ({ amplitude: new Float64Array(12).fill(log), patches });

  it('is the mean of scans that show 12 patches, and the first where none does', () => {
    expect(pooledSkin([scan(-1, 20), scan(0, 0), scan(-3, 12)])).toEqual(scan(-2, 32));
    expect(pooledSkin([scan(0, 0), scan(-1, 11)])).toEqual(scan(0, 0));
  });
});
