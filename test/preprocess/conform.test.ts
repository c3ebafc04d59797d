import { describe, expect, it } from 'vitest';

import { affineOf, applyAffine } from '../../src/core/affine.ts';
import { quantile } from '../../src/core/statistics.ts';
import type { Volume } from '../../src/core/volume.ts';
import type { ConformSettings } from '../../src/preprocess/conform.ts';
import { conform, nativeToWorking, restore } from '../../src/preprocess/conform.ts';
import { allOrders, inOrder, syntheticHead } from '../support/syntheticHead.ts';

function settings(enabled: boolean): ConformSettings {
  return {
    orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90',
    biasField: { enabled, degree: 3, iterations: 40 },
  };
}

/** Largest |a − b| / |b|. */
function worstRelative(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!) / Math.max(1e-3, Math.abs(b[i]!))), 0);
}

/** Bit for bit; toEqual takes seconds on a million samples. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0;
}

function roundTrip(volume: Volume<'scanner'>, bias: boolean): Volume<'scanner'> {
  const { native, trace } = conform(volume, settings(bias));
  const json = JSON.parse(JSON.stringify(trace)) as typeof trace;
  return restore(native, json, { brainScale: trace.brainScale, biasField: 'put-back' });
}

const head = syntheticHead({ shape: [48, 58, 52], spacingMm: [4, 4, 4] });

describe('conform', () => {
  it('puts every one of the 48 voxel orders at one place, on one scale', () => {
    const expected = conform(head, settings(false));
    for (const order of allOrders) {
      const found = conform(inOrder(head, order), settings(false));
      expect(isSame(found.working.samples, expected.working.samples)).toBe(true);
      expect(isSame(found.native.samples, expected.native.samples)).toBe(true);
      expect(found.native.affine).toEqual(head.affine);
      expect(found.trace.brainScale).toBe(expected.trace.brainScale);
    }
  });

  it('centres the head: crown in slice 90, box in the middle, brain p90 at 0.7', () => {
    const { working, brain, inView, trace } = conform(syntheticHead({ centreMm: [9, -14, 5] }), settings(false));
    const { box, top } = trace.headFrame;
    expect(box.halfWidth[0]).toBeGreaterThanOrEqual(37);
    expect(box.halfWidth[0]).toBeLessThanOrEqual(40); // scalp: 78 mm
    expect(box.halfWidth[1]).toBeGreaterThanOrEqual(46);
    expect(box.halfWidth[1]).toBeLessThanOrEqual(49); // scalp: 96 mm
    expect(applyAffine(working.affine, [47.5, 59.5, 90])[2]).toBeCloseTo(99, -1); // crown: z = 100 mm
    applyAffine(working.affine, [47.5, 59.5, 0]).slice(0, 2).forEach((mm) => { expect(Math.abs(mm)).toBeLessThan(2.5); });
    expect(top + trace.headFrame.offset[2]).toBe(90);
    const values = working.samples.filter((_, o) => brain[o] === 1);
    expect(quantile(values, 0.9)).toBeCloseTo(0.7, 2);
    // nothing of the frame lies outside the scan and is not 0
    expect(working.samples.some((v, o) => inView[o] === 0 && v !== 0)).toBe(false);
  });

  it('extrapolates a crown that the scan cuts off by 22 mm, within 6 mm', () => {
    const slices = 46;
    const topless = { ...head, shape: [48, 58, slices] as const, samples: head.samples.slice(0, 48 * 58 * slices) };
    const [cut, whole] = [conform(topless, settings(false)), conform(head, settings(false))];
    expect(cut.trace.headFrame.cutSlices).toBeGreaterThan(7);
    const crown = (c: typeof cut): number => applyAffine(c.working.affine, [47.5, 59.5, 90])[2];
    expect(Math.abs(crown(cut) - crown(whole))).toBeLessThanOrEqual(6);
  });

  it('agrees with its affines: a working voxel and its native place are one point in mm', () => {
    const volume = syntheticHead({ spacingMm: [2.5, 3, 4], shape: [72, 72, 50], obliqueDeg: 20 });
    const { native, working, trace } = conform(volume, settings(false));
    const map = nativeToWorking(trace);
    const voxel = [11, 37, 23] as const;
    const index = map.map(({ scale, offset }, d) => scale * voxel[d]! + offset) as [number, number, number];
    const [a, b] = [applyAffine(native.affine, voxel), applyAffine(working.affine, index)];
    a.forEach((mm, d) => { expect(b[d]).toBeCloseTo(mm, 9); });
    // and the working sample there is near the native one
    const at = (index.map(Math.round) as [number, number, number]);
    const sample = working.samples[(at[2] * 120 + at[1]) * 96 + at[0]]!;
    expect(Math.abs(sample - native.samples[(voxel[2] * 72 + voxel[1]) * 72 + voxel[0]]!)).toBeLessThan(0.1);
  });

  it('leaves its input alone, reads not-finite as 0, keeps negatives in the native volume', () => {
    const samples = head.samples.slice();
    samples.set([NaN, Infinity, -Infinity, -40], 0);
    const before = samples.slice();
    const { native, working } = conform({ ...head, samples }, settings(true));
    expect(isSame(samples, before)).toBe(true);
    expect([...native.samples.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(native.samples[3]).toBeLessThan(0);
    expect(working.samples.every((v) => v >= 0)).toBe(true);
  });
});

describe('restore after conform', () => {
  const scans = {
    'isotropic': head,
    'oblique': syntheticHead({ obliqueDeg: 33 }),
    'anisotropic': syntheticHead({ shape: [90, 100, 34], spacingMm: [2.2, 2.2, 6] }),
    'off centre': syntheticHead({ centreMm: [10, 8, 12], shape: [72, 84, 64] }),
  };
  it.each(Object.entries(scans))('gives the %s scan back: 1.2e-7 without shading, 2.4e-7 with (float32)', (_, scan) => {
    const plain = roundTrip(scan, false);
    expect(plain.affine).toEqual(scan.affine);
    expect(plain.shape).toEqual(scan.shape);
    expect(worstRelative(plain.samples, scan.samples)).toBeLessThanOrEqual(1.2e-7);
    expect(worstRelative(roundTrip(scan, true).samples, scan.samples)).toBeLessThanOrEqual(2.4e-7);
  });

  it('gives integers of 16 bits back exactly in all 48 orders, once rounded', () => {
    const integers = { ...head, samples: head.samples.map((v) => Math.round(v * 50)) };
    for (const order of allOrders) {
      const scan = inOrder(integers, order);
      const { samples, affine } = roundTrip(scan, true);
      expect(isSame(samples.map(Math.round), scan.samples)).toBe(true);
      expect(affine).toEqual(scan.affine);
    }
  });

  it('writes with the scale it is given, and refuses another grid', () => {
    const { native, trace } = conform(head, settings(false));
    const written = restore(native, trace, { brainScale: 2 * trace.brainScale, biasField: 'keep-removed' });
    expect(worstRelative(written.samples, head.samples.map((v) => 2 * v))).toBeLessThanOrEqual(1.2e-7);
    expect(() => restore({ ...native, shape: [52, 58, 48] }, trace, { brainScale: 1, biasField: 'put-back' }))
      .toThrow(/48×58×52, got 52×58×48/);
  });
});

describe('conform refuses', () => {
  const ball = (radiusMm: number, isTube = false): Volume<'scanner'> => ({
    ...head,
    samples: head.samples.map((_, o) => {
      const [x, y, z] = applyAffine(head.affine, [o % 48, Math.floor(o / 48) % 58, Math.floor(o / 2784)]);
      return Math.hypot(x, y, isTube ? 0 : z) < radiusMm ? 100 : 0;
    }),
  });
  const cropped = (slices: number): Volume<'scanner'> => ({
    ...head, shape: [48, 58, slices], samples: head.samples.slice(0, 48 * 58 * slices),
  });
  const flat: Volume<'scanner'> = { ...head, samples: head.samples.map(() => 7) };
  it.each([
    ['a bottle of 60 mm as NO_HEAD', ball(30), /NO_HEAD: The upper head measures/],
    ['a tube of 36 mm as NO_HEAD', ball(18, true), /NO_HEAD: No slice shows 15 cm²/],
    ['a constant volume as CONSTANT', flat, /CONSTANT/],
    ['two slices as TOO_FEW_SLICES', cropped(2), /TOO_FEW_SLICES: The scan is 48×58×2 at 4\.00/],
    ['a head cut below the ears as NO_HEAD', cropped(30), /NO_HEAD: The scan ends about/],
  ])('%s', (_, volume, message) => {
    expect(() => conform(volume, settings(true))).toThrow(message);
  });

  it('a protocol with another grid', () => {
    expect(() => conform(head, { ...settings(true), spacingMm: 1 })).toThrow(/asks for RAS, 96×120×96 at 1 mm/);
  });

  it('a singular affine as MALFORMED', () => {
    const affine = affineOf([[4, 0, 0, 0], [0, 4, 0, 0], [0, 4, 0, 0]]);
    expect(() => conform({ ...head, affine }, settings(false))).toThrow(/MALFORMED/);
  });
});
