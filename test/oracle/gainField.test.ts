import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { sliceStackOf } from '../../src/core/sliceStack.ts';
import { createSmoother } from '../../src/core/sliceSmoothing.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';
import { chooseDose } from '../../src/detail/chooseDose.ts';
import { gainSlices } from '../../src/field/applyGainField.ts';
import { fillBody, findBody } from '../../src/field/bodyMask.ts';
import { doseChange } from '../../src/field/doseChange.ts';
import type { DoseChange } from '../../src/field/doseChange.ts';
import { startGains } from '../../src/field/gainStart.ts';
import { factorField } from '../../src/field/gainField.ts';
import type { GainField } from '../../src/field/gainField.ts';
import { bandEnergies, gainStatistics } from '../../src/field/gainStatistics.ts';
import type { BandEnergies, GainScan } from '../../src/field/gainStatistics.ts';
import { cleanSlice, describeSlice, emptyParts } from '../../src/field/huClasses.ts';
import { encodeLook } from '../../src/field/kernelLook.ts';
import { createNoiseMeter } from '../../src/field/noisePower.ts';
import type { NoisePower } from '../../src/field/noisePower.ts';
import { createPatchMeter } from '../../src/field/patchSpectra.ts';
import type { PatchSpectra } from '../../src/field/patchSpectra.ts';
import { bandResponse, createSliceFilter } from '../../src/field/radialBands.ts';
import { createSkinMeter } from '../../src/field/skinEdge.ts';
import type { SkinEdge } from '../../src/field/skinEdge.ts';
import { describeWithOracle, oraclePython } from '../support/oraclePython.ts';

type Packed = Readonly<{ shape: readonly number[]; base64: string }>;
type PackedSkin = Readonly<{ amplitude: Packed; patches: number }>;
type PackedDose = Readonly<{ gains: Packed; variance: number; grain: number }>;
type Vectors = Readonly<{
  spacing: readonly [number, number, number]; grid: readonly [number, number, number]; patches: readonly [number, number]; skins: readonly [PackedSkin, PackedSkin]; parabola: readonly number[]; slice: number;
  nps: readonly [Packed, Packed]; spectra: readonly [Packed, Packed]; looks: readonly [Packed, Packed];
  flat: Readonly<{ nps: Packed; patches: number; look: Packed }>;
  doses: readonly [PackedDose, PackedDose];
}> & Readonly<Record<'source' | 'reference' | 'smoothed' | 'weight' | 'body' | 'bands' | 'volume' | 'energy' | 'statistics' | 'nodes' | 'operated' | 'dosed' | 'field_gains', Packed>>;

const recipe = fileURLToPath(new URL('../../models/recipe', import.meta.url));
const CELL_MM = 48;

function values({ base64 }: Packed): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function worst(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  let most = 0;
  for (let n = 0; n < theirs.length; n++) most = Math.max(most, Math.abs(ours[n]! - theirs[n]!));
  return most;
}

describeWithOracle('the CT gain field against the recipe’s numpy', ['scipy', 'nibabel'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-oracle-'));
  let vectors: Vectors;
  let scan: GainScan;
  let energies: BandEnergies;
  let noise: NoisePower;

  /** The phantom as a volume; [slice, row, column] in C order is our own order. */
  function volumeOf(packed: Packed): Volume<'scanner'> {
    const [nk, nj, ni] = packed.shape as Shape3;
    const [sk, sj, si] = vectors.spacing;
    return { scale: 'scanner', shape: [ni, nj, nk], samples: values(packed), affine: { frame: 'RAS', rows: [[si, 0, 0, 0], [0, sj, 0, 0], [0, 0, sk, 0]] } };
  }

  function open(packed: Packed): GainScan {
    const stack = sliceStackOf(volumeOf(packed));
    const size = [stack.shape[0], stack.shape[1]] as const;
    const spacing = [stack.spacing[0], stack.spacing[1]] as const;
    const smoother = createSmoother(size, [2 / spacing[0], 2 / spacing[1]], 3);
    return { stack, smoother, body: findBody(stack, smoother), filter: createSliceFilter(size, spacing) };
  }

  function noiseOf({ stack }: GainScan): NoisePower {
    const [ni, nj, nk] = stack.shape;
    const meter = createNoiseMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
    const hu = new Float32Array(ni * nj);
    for (let k = 0; k < nk; k++) {
      stack.read(k, hu);
      cleanSlice(hu, hu);
      meter.add(hu);
    }
    return meter.result();
  }

  function spectraOf({ stack, body, smoother }: GainScan): PatchSpectra {
    const [ni, nj, nk] = stack.shape;
    const meter = createPatchMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
    const [parts, mask, hu] = [emptyParts(ni * nj), new Uint8Array(ni * nj), new Float32Array(ni * nj)];
    for (let k = 0; k < nk; k += 2) {
      fillBody(body, k, mask);
      stack.read(k, hu);
      describeSlice(hu, mask, smoother, parts);
      meter.add(parts.hu, parts.weight);
    }
    return meter.result();
  }

  function skinOf({ stack, body }: GainScan): SkinEdge {
    const [ni, nj, nk] = stack.shape;
    const meter = createSkinMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
    const hu = new Float32Array(ni * nj);
    const bodyAt = (k: number): Uint8Array => {
      const mask = new Uint8Array(ni * nj);
      fillBody(body, Math.min(Math.max(k, 0), nk - 1), mask);
      return mask;
    };
    for (let k = 0; k < nk; k += 2) {
      stack.read(k, hu);
      cleanSlice(hu, hu);
      meter.add(hu, { body: bodyAt(k), below: bodyAt(k - 1), above: bodyAt(k + 1) });
    }
    return meter.result();
  }

  beforeAll(() => {
    const path = join(folder, 'vectors.json');
    execFileSync(oraclePython()!, ['-m', 'ct.oracle_vectors', path], { cwd: recipe });
    vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
    scan = open(vectors.source);
    energies = bandEnergies(scan, CELL_MM, () => undefined);
    noise = noiseOf(scan);
  }, 240_000);
  afterAll(() => { rmSync(folder, { recursive: true }); });

  it('finds the same body, smooths alike within 0.001 HU and weighs alike within 1e-5', () => {
    const k = vectors.slice;
    const pixels = scan.stack.shape[0] * scan.stack.shape[1];
    const body = new Uint8Array(pixels);
    fillBody(scan.body, k, body);
    const [parts, hu] = [emptyParts(pixels), new Float32Array(pixels)];
    scan.stack.read(k, hu);
    describeSlice(hu, body, scan.smoother, parts);
    expect(worst(body, values(vectors.body))).toBe(0);
    expect(worst(parts.smoothed, values(vectors.smoothed))).toBeLessThan(1e-3);
    expect(worst(parts.weight, values(vectors.weight))).toBeLessThan(1e-5);
  });

  it('splits a slice into the same 12 bands within 0.002 HU, beside another slice in one transform', () => {
    const k = vectors.slice;
    const pixels = scan.stack.shape[0] * scan.stack.shape[1];
    const plane = (slice: number): Float32Array => {
      const hu = new Float32Array(pixels);
      scan.stack.read(slice, hu);
      cleanSlice(hu, hu);
      return hu;
    };
    const outputs = Array.from({ length: 12 }, () => [new Float32Array(pixels), new Float32Array(pixels)] as const);
    scan.filter.filter([plane(3), plane(k)], outputs.map((_, b) => bandResponse(b + 1)), outputs);
    const ours = Float32Array.from(outputs.flatMap(([, second]) => [...second]));
    expect(worst(ours, values(vectors.bands))).toBeLessThan(2e-3);
  });

  it('measures the same energies within 0.01 %, volumes and statistics within 1e-4', () => {
    expect([energies.cells[2], energies.cells[1], energies.cells[0]]).toEqual(vectors.grid);
    const theirs = values(vectors.energy);
    expect(energies.energy.every((energy, n) => Math.abs(energy - theirs[n]!) <= 1e-4 * Math.max(theirs[n]!, 1))).toBe(true);
    expect(worst(energies.volume.map((mm3, n) => mm3 / Math.max(values(vectors.volume)[n]!, 1)), values(vectors.volume).map((mm3) => (mm3 > 0 ? mm3 / Math.max(mm3, 1) : 0)))).toBeLessThan(1e-4);
    expect(worst(gainStatistics(energies).samples, values(vectors.statistics))).toBeLessThan(1e-4);
  });

  it('finds the same flat patches and noise power within 0.01 %', () => {
    const reference = noiseOf(open(vectors.reference));
    expect([noise.patches, reference.patches]).toEqual(vectors.patches);
    for (const [ours, packed] of [[noise, vectors.nps[0]], [reference, vectors.nps[1]]] as const) {
      const theirs = values(packed);
      expect(ours.nps.every((power, b) => Math.abs(power - theirs[b]!) < 1e-4 * theirs[b]!)).toBe(true);
    }
  });

  it('groups the same patches and encodes the same looks within 1e-4, without and with flat patches enough', () => {
    const scans = [scan, open(vectors.reference)];
    const looks = scans.map((of, n) => {
      const { groups, sampled } = spectraOf(of);
      expect(worst(groups!, values(vectors.spectra[n as 0 | 1]))).toBeLessThan(1e-4);
      return { spectra: groups, sampled, ...noiseOf(of) };
    });
    for (const n of [0, 1] as const) expect(worst(encodeLook(looks[n]!)!, values(vectors.looks[n]))).toBeLessThan(1e-4);
    const flat = { ...looks[0]!, nps: values(vectors.flat.nps), patches: vectors.flat.patches };
    expect(worst(encodeLook(flat)!, values(vectors.flat.look))).toBeLessThan(1e-4);
  });

  it('lays the lowest bands on the same parabola', async () => {
    const look = { spectra: new Float64Array(48), sampled: 12, nps: new Float64Array(12), patches: 0 };
    const { gains } = await startGains(look, look, () => Promise.resolve(new Float32Array(12).fill(-1)), { minGain: 0.1, maxGain: 10 });
    expect([...gains.slice(0, 4)].map((gain) => -Math.log(gain))).toEqual([...vectors.parabola, 1].map((share) => expect.closeTo(share, 9) as number));
  });

  it('finds the same patches across the skin and reads its edge within 1e-4', () => {
    for (const [n, { amplitude, patches }] of vectors.skins.entries()) {
      const skin = skinOf(n === 0 ? scan : open(vectors.reference));
      expect(skin.patches).toBe(patches);
      expect(patches).toBeGreaterThan(100);
      expect(worst(skin.amplitude, values(amplitude))).toBeLessThan(1e-4);
    }
  });

  /** The random gains of the vectors, and the source's slice under them, without rounding by rank. */
  function operate(dose?: DoseChange): { field: GainField; operated: Float32Array } {
    const [z, y, x] = vectors.grid;
    const count = x * y * z;
    const nodes = values(vectors.nodes);
    // [class][band][Z][Y][X] → band fastest
    const gains = Float32Array.from(nodes, (_, n) => nodes[(Math.floor(n / (12 * count)) * 12 + (n % 12)) * count + (Math.floor(n / 12) % count)]!);
    const field: GainField = { cells: [x, y, z], gains };
    const exact = { cells: field.cells, responses: Array.from({ length: 12 }, (_, b) => bandResponse(b + 1)), error: 0,
      weights: Array.from({ length: 12 }, (_, b) => Float32Array.from({ length: 4 * count }, (_node, node) => gains[node * 12 + b]! - 1)) };
    for (const { k, after } of gainSlices(exact, open({ ...vectors.source }), { cellMm: CELL_MM, softCapHu: 200, ...(dose && { dose }) })) {
      if (k === vectors.slice) return { field, operated: after.slice() };
    }
    throw new Error('no slice');
  }

  it('applies random gains as the recipe does within 0.01 HU, and needs one response for gains equal everywhere', () => {
    const { field, operated } = operate();
    const { gains } = field;
    expect(worst(operated, values(vectors.operated))).toBeLessThan(0.01);
    // gains that are the same everywhere need one response, and it is exact
    const uniform = factorField({ cells: field.cells, gains: gains.map((_, n) => gains[n % 12]!) });
    expect(uniform.responses).toHaveLength(1);
    expect(uniform.error).toBeLessThan(1e-6);
  });

  it('chooses the same doses, damped and amplified, within 0.01 %, and holds the change back where the recipe does, within 0.01 HU', () => {
    const limits = { mode: 'auto', leastChange: 0.3, largestShape: 0.12, leastPatches: 100, highestEnergy: 2 } as const;
    const [si, sj] = [vectors.spacing[2], vectors.spacing[1]];
    const fieldGains = values(vectors.field_gains);
    const choices = ([0.3, 2] as const).map((level, n) => {
      const nps = Float64Array.from(values(vectors.nps[n as 0 | 1]));
      const reference = { nps: nps.map((power, b) => level * power * fieldGains[b]! ** 2), patches: 100 };
      return chooseDose(limits, { source: { nps, patches: 100 }, reference, fieldGains, bounds: { minGain: 0.1, maxGain: 10 }, spacing: [si, sj] }).change!;
    });
    for (const [n, { gains, variance, grain }] of vectors.doses.entries()) {
      expect(worst(choices[n]!.response.subarray(1), values(gains))).toBeLessThan(1e-4);
      expect(choices[n]!.variance / variance).toBeCloseTo(1, 4);
      expect(choices[n]!.grain / grain).toBeCloseTo(1, 4);
    }
    const { operated } = operate(doseChange(choices[0]!, [scan.stack.shape[0], scan.stack.shape[1]], [si, sj]));
    expect(worst(operated, values(vectors.dosed))).toBeLessThan(0.01);
    expect(worst(operated, values(vectors.operated))).toBeGreaterThan(5);
  });
});
