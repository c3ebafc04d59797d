import { describe, expect, it } from 'vitest';

import { affineOf } from '../../src/core/affine.ts';
import type { Shape3 } from '../../src/core/volume.ts';
import { applyCoilShading } from '../../src/phantom/coilShading.ts';
import { headAnatomy, type HeadAnatomy } from '../../src/phantom/headAnatomy.ts';
import { drawPerson } from '../../src/phantom/person.ts';
import { applyPointSpread } from '../../src/phantom/pointSpread.ts';
import { addRicianNoise } from '../../src/phantom/ricianNoise.ts';
import { acquisitionOf, drawScanner, scanners } from '../../src/phantom/scanner.ts';
import { signal } from '../../src/phantom/signalEquations.ts';
import { simulateScan, tissueSignals } from '../../src/phantom/simulateScan.ts';
import { planCohort, travel } from '../../src/phantom/travelingCohort.ts';
import { AIR, CORTICAL_GREY, FLUID, relaxationAt, WHITE } from '../../src/phantom/tissues.ts';

const anatomy = headAnatomy(drawPerson('0|1'), 3);
const [scannerA, scannerB] = scanners(2, 0) as [ReturnType<typeof drawScanner>, ReturnType<typeof drawScanner>];

describe('addRicianNoise', () => {
  it('background is Rayleigh: mean σ·sqrt(π/2), SD σ·sqrt(2 − π/2), within 1 %', () => {
    const image = new Float32Array(200_000);
    addRicianNoise(image, 10, 'a');
    const mean = average(image);
    expect(mean / (10 * Math.sqrt(Math.PI / 2))).toBeCloseTo(1, 2);
    const sd = Math.sqrt(average(image.map((value) => (value - mean) ** 2)));
    expect(sd / (10 * Math.sqrt(2 - Math.PI / 2))).toBeCloseTo(1, 2);
  });

  it('far above the noise the mean is sqrt(s² + σ²) within 0.1 %', () => {
    const image = new Float32Array(200_000).fill(100);
    addRicianNoise(image, 5, 'a');
    expect(average(image) / Math.sqrt(100 ** 2 + 5 ** 2)).toBeCloseTo(1, 3);
  });
});

describe('applyPointSpread', () => {
  const shape: Shape3 = [15, 17, 19];
  const centre = (9 * 17 + 8) * 15 + 7;

  it('a point keeps its sum, and its second moments are FWHM/2.355 squared less the voxel’s 1/12', () => {
    const image = new Float32Array(15 * 17 * 19);
    image[centre] = 1;
    applyPointSpread(image, shape, [1, 1, 1], [2.5, 3, 3.5]);
    expect(image.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const moments = [0, 1, 2].map((axis) => image.reduce((sum, value, n) => sum + value * offset(n, axis) ** 2, 0));
    [2.5, 3, 3.5].forEach((fwhm, axis) => {
      // Cutting the kernel at 3 SD loses up to 3 % of its variance
      expect(moments[axis]! / ((fwhm / 2.35482) ** 2 - 1 / 12)).toBeGreaterThan(0.96);
      expect(moments[axis]! / ((fwhm / 2.35482) ** 2 - 1 / 12)).toBeLessThan(1.01);
    });
  });

  it('a constant stays constant up to its edge', () => {
    const image = new Float32Array(15 * 17 * 19).fill(3);
    applyPointSpread(image, shape, [1, 1, 1], [3, 3, 3]);
    for (const value of image) expect(value).toBeCloseTo(3, 4);
  });

  function offset(n: number, axis: number): number {
    return [(n % 15) - 7, (Math.floor(n / 15) % 17) - 8, Math.floor(n / 255) - 9][axis]!;
  }
});

describe('applyCoilShading', () => {
  it('is positive, smooth (below 1.5 % a 3 mm voxel for strength 0.15) and nothing at strength 0', () => {
    const image = new Float32Array(anatomy.first.length).fill(1);
    applyCoilShading(image, anatomy, 0, 'k');
    expect(image.every((value) => value === 1)).toBe(true);
    applyCoilShading(image, anatomy, 0.15, 'k');
    let steepest = 0;
    for (let n = 1; n < image.length; n++) if (n % anatomy.shape[0] !== 0) steepest = Math.max(steepest, Math.abs(image[n]! / image[n - 1]! - 1));
    expect(Math.min(...slice(image))).toBeGreaterThan(0.4);
    expect(steepest).toBeLessThan(0.015);
    expect(image[voxelAtCentre()]).toBeCloseTo(1, 2);
    expect(Math.max(...slice(image)) - Math.min(...slice(image))).toBeGreaterThan(0.03);
  });

  function voxelAtCentre(): number {
    const [i, j, k] = anatomy.affine.rows.map((row, axis) => Math.round(-row[3]! / row[axis]!)) as [number, number, number];
    return (k * anatomy.shape[1] + j) * anatomy.shape[0] + i;
  }

  function slice(image: Float32Array): Float32Array {
    return image.subarray(0, anatomy.shape[0] * anatomy.shape[1]);
  }
});

describe('simulateScan', () => {
  const a = simulateScan(anatomy, scannerA, 'one');
  const b = simulateScan(anatomy, scannerB, 'one');

  it('without blur the truth holds each tissue’s signal: gain·(signal/white)^gamma', () => {
    const { truth } = simulateScan(uniform(CORTICAL_GREY), scannerB, 'x');
    const [grey, white] = [CORTICAL_GREY, WHITE].map((label) => signal(scannerB.sequence, relaxationAt(1.5)[label]!)) as [number, number];
    expect(truth.samples[0]).toBe(Math.round(scannerB.gain * (grey / white) ** scannerB.gamma));
  });

  it('scanner A separates grey from white by twice the contrast of B', () => {
    const contrast = (scanner: typeof scannerA): number => 1 - tissueSignals(scanner)[CORTICAL_GREY]!;
    expect(contrast(scannerA)).toBeGreaterThan(1.5 * contrast(scannerB));
  });

  it('fluid is darkest and white brightest of the brain on every drawn scanner', () => {
    for (let seed = 0; seed < 30; seed++) {
      const signals = tissueSignals(drawScanner('C', seed));
      expect(signals[FLUID]).toBeLessThan(signals[CORTICAL_GREY]!);
      expect(signals[CORTICAL_GREY]).toBeLessThan(1);
    }
  });

  it('is int16: whole numbers from 0 to 32767, and the scan is the shaded, noisy truth', () => {
    for (const { samples } of [a.scan, a.truth, b.scan, b.truth]) {
      expect(samples.every((value) => Number.isInteger(value) && value >= 0 && value <= 32767)).toBe(true);
    }
    const ratio = a.scan.samples.map((value, n) => (a.truth.samples[n]! > 300 ? value / a.truth.samples[n]! - 1 : 0));
    expect(average(ratio.map(Math.abs))).toBeGreaterThan(0.002);
    expect(average(ratio.map(Math.abs))).toBeLessThan(0.12);
  });

  it('edges coincide across scanners: where A’s truth is flat over a voxel’s neighbours, so is B’s', () => {
    const whole = anatomy.first.length;
    const jumpsA = jumps(simulateScan(anatomy, { ...scannerA, resolutionMm: [0, 0, 0] }, 'one').truth.samples);
    const jumpsB = jumps(simulateScan(anatomy, { ...scannerB, resolutionMm: [0, 0, 0] }, 'one').truth.samples);
    let same = 0;
    for (let n = 0; n < whole; n++) same += Number(jumpsA[n] === jumpsB[n]);
    expect(same / whole).toBeGreaterThan(0.99);
  });

  it('background noise is the scanner’s: mean gain·σ·sqrt(π/2) where there is air, within 5 %', () => {
    const air = a.scan.samples.filter((_, n) => anatomy.first[n] === AIR && n < anatomy.first.length && isFarFromHead(n));
    expect(average(air) / (scannerA.gain * scannerA.noise * Math.sqrt(Math.PI / 2))).toBeCloseTo(1, 1);
  });

  it('headers tell the acquisition', () => {
    expect(acquisitionOf(scannerA)).toMatchObject({ fieldStrengthT: 3, repetitionTimeMs: 2300, inversionTimeMs: 900, flipAngleDeg: 9 });
    expect(acquisitionOf(scannerB)).not.toHaveProperty('inversionTimeMs');
  });
});

describe('travel', () => {
  it('takes everyone to every scanner, the same voxels each time', () => {
    const plan = planCohort({ people: 1, scanners: 3, seed: 4, spacingMm: 4 });
    const visits = [...travel(plan)];
    expect(visits.map(({ name, scanner }) => `${name} ${scanner.id}`)).toEqual(['sub-01 A', 'sub-01 B', 'sub-01 C']);
    const [again] = travel(plan);
    expect(again!.result.scan.samples).toEqual(visits[0]!.result.scan.samples);
    expect(planCohort({ people: 1, scanners: 3, seed: 5, spacingMm: 4 }).people[0]).not.toEqual(plan.people[0]);
  });
});

function uniform(tissue: number): HeadAnatomy {
  const whole = (value: number): Uint8Array => new Uint8Array(8).fill(value);
  const affine = affineOf([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]);
  return { shape: [2, 2, 2], affine, first: whole(tissue), second: whole(tissue), share: whole(255) };
}

function jumps(samples: Float32Array): boolean[] {
  return Array.from(samples, (value, n) => n > 0 && Math.abs(value - samples[n - 1]!) > 1);
}

function isFarFromHead(n: number): boolean {
  // The first rows of every slice lie behind the head
  return Math.floor(n / anatomy.shape[0]) % anatomy.shape[1] < 2;
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n]!;
  return sum / values.length;
}
