import { beforeAll, describe, expect, it } from 'vitest';

import { mean, standardDeviation } from '../../src/core/moments.ts';
import { quantile } from '../../src/core/statistics.ts';
import { scanFeatureRow } from '../../src/metrics/features/scanFeatureRow.ts';
import { maskedValues } from '../../src/metrics/maskedValues.ts';
import { fidelityTo } from '../../src/metrics/pairFidelity.ts';
import { brainSamples } from '../../src/metrics/quantileSummary.ts';
import { armCatalogue, armIds, armNotes, type ArmId } from '../../src/pipeline/evaluation/arms/armCatalogue.ts';
import { armReference, armStatistics, type ArmReference } from '../../src/pipeline/evaluation/arms/armReference.ts';
import { armTransforms, armVolume, type ArmContext } from '../../src/pipeline/evaluation/arms/armTransforms.ts';
import { type ArmSource, imageArms } from '../../src/pipeline/evaluation/arms/imageArms.ts';
import { landmarks, piecewise, standardScale } from '../../src/pipeline/evaluation/arms/nyul.ts';
import { whiteStripe } from '../../src/pipeline/evaluation/arms/whiteStripe.ts';
import { conformAlone } from '../../src/pipeline/evaluation/conformPair.ts';
import { featureTable, measuredScan } from '../../src/pipeline/evaluation/features.ts';
import { phantomScan } from '../support/phantomScan.ts';
import { normalSamples } from '../support/toyVolumes.ts';

type Scan = ReturnType<typeof conformAlone>;
let source: Scan;
let reference: ArmReference;
let context: ArmContext;

/** The arm's volume before it is put on its own scale. */
function made(arm: ArmId, changes: Partial<ArmContext> = {}): Scan['working'] {
  const transform = armTransforms[arm]({ ...context, ...changes });
  if (typeof transform !== 'function') throw new Error(transform.unavailable);
  return transform(source.working);
}

function armSource(): ArmSource {
  return { ...source, row: scanFeatureRow(source), fidelity: fidelityTo(source.working, source) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
const brainOf = (volume: Scan['working']): Float32Array => maskedValues(volume.samples, source.brain);

beforeAll(() => {
  source = conformAlone(phantomScan('sub-01', 'b'));
  reference = armReference(['sub-11', 'sub-12', 'sub-13'].map((person) => armStatistics(conformAlone(phantomScan(person, 'a')))));
  context = { name: 'sub-01_T1w', brain: source.brain, headBox: source.trace.headFrame.box, own: armStatistics(source), reference, seed: 0 };
}, 120_000);

describe('every arm', () => {
  it('has an entry and a transform under the same name', () => {
    expect(Object.keys(armTransforms)).toEqual(armIds);
    expect(armIds.filter((id) => armCatalogue[id].role === 'wrong')).toEqual(['blur', 'shuffled']);
  });

  it('keeps grid and input, gives finite samples, and the same again', () => {
    const untouched = source.working.samples.slice();
    for (const arm of armIds) {
      const volume = armVolume(arm, context, source.working) as Scan['working'];
      expect(volume.shape, arm).toEqual(source.working.shape);
      expect(volume.samples.every((value) => Number.isFinite(value) && value >= 0), arm).toBe(true);
      expect(bytesOf((armVolume(arm, context, source.working) as Scan['working']).samples).equals(bytesOf(volume.samples)), arm).toBe(true);
      if (arm !== 'identity') expect(quantile(brainOf(volume), 0.9), arm).toBeCloseTo(0.7, 5);
    }
    expect(bytesOf(source.working.samples).equals(bytesOf(untouched))).toBe(true);
  }, 120_000);
});

describe('rivals', () => {
  it('identity is the volume itself', () => {
    expect(armVolume('identity', context, source.working)).toBe(source.working);
  });

  it('z-score gives the brain the reference’s mean and SD', () => {
    const values = made('zscore').samples.filter((_, voxel) => source.brain[voxel] === 1 && source.working.samples[voxel]! > 0.08);
    expect(mean(values)).toBeCloseTo(reference.mean, 3);
    expect(standardDeviation(values)).toBeCloseTo(reference.sd, 3);
  });

  it('histogram matching gives brain and head the reference’s median and quartiles', () => {
    for (const [arm, mask, wanted] of [['histogram-brain', source.brain, reference.brainQuantiles], ['histogram', source.head, reference.headQuantiles]] as const) {
      const values = made(arm).samples.filter((_, voxel) => mask[voxel] === 1 && source.working.samples[voxel]! > 0.08);
      for (const q of [32, 64, 96]) expect(Math.abs(quantile(values, 0.005 + (0.99 * q) / 127) - wanted[q]!), `${arm} ${q}`).toBeLessThan(0.01);
    }
  });

  it('Nyúl gives the landmarks of the standard scale', () => {
    const after = landmarks(brainSamples(made('nyul'), source.brain));
    after.forEach((value, n) => expect(Math.abs(value - reference.landmarks[n]!)).toBeLessThan(0.02));
  });

  it('WhiteStripe gives the bright tissue the reference’s level', () => {
    expect(whiteStripe(brainSamples(made('whitestripe'), source.brain))!.mean / reference.stripe!.mean).toBeCloseTo(1, 1);
    expect(armTransforms.whitestripe({ ...context, own: { ...context.own, stripe: null } })).toEqual({ unavailable: 'NO_TISSUE_CLASSES' });
  });

  it('preprocessing halves a planted shading and more', () => {
    const [nx, ny] = source.working.shape;
    const shading = (voxel: number): number => 0.2 * ((voxel % nx) / 48 - 1) + 0.2 * (((Math.floor(voxel / nx) % ny) / 60) - 1);
    const shaded = { ...source.working, samples: source.working.samples.map((value, voxel) => value * Math.exp(shading(voxel))) };
    const transform = armTransforms.preprocessing(context) as (volume: Scan['working']) => Scan['working'];
    const [clean, cleared] = [transform(source.working), transform(shaded)];
    const left = (a: Float32Array, b: Float32Array): number => standardDeviation(maskedValues(a.map((value, voxel) => Math.log(value / b[voxel]!)), source.brain));
    expect(left(cleared.samples, clean.samples)).toBeLessThan(0.5 * left(shaded.samples, source.working.samples));
  }, 120_000);
});

describe('controls that are wrong on purpose', () => {
  it('blur leaves less than half of the brain’s local variation', () => {
    const roughness = (volume: Scan['working']): number => {
      let total = 0;
      for (let voxel = 0; voxel < volume.samples.length - 1; voxel++) if (source.brain[voxel] === 1) total += Math.abs(volume.samples[voxel + 1]! - volume.samples[voxel]!);
      return total;
    };
    expect(roughness(made('blur'))).toBeLessThan(0.5 * roughness(source.working));
    expect(mean(brainOf(made('blur')))).toBeCloseTo(mean(brainOf(source.working)), 1);
  });

  it('shuffled style gives the histogram of one reference person, drawn by the scan’s name', () => {
    const medians = reference.people.map(({ brainQuantiles }) => brainQuantiles[64]!);
    const chosen = Array.from({ length: 20 }, (_, n) => {
      const transform = armTransforms.shuffled({ ...context, name: `sub-${n}` }) as (volume: Scan['working']) => Scan['working'];
      const median = transform({ ...source.working, samples: Float32Array.of(context.own.brainQuantiles[64]!) }).samples[0]!;
      return medians.findIndex((wanted) => Math.abs(wanted - median) < 1e-5);
    });
    expect(chosen).not.toContain(-1);
    expect(new Set(chosen).size).toBe(3);
  });
});

describe('imageArms', () => {
  it('measures each arm in the source’s masks: rows for the table, values for the pair', () => {
    const outcomes = imageArms(armSource(), { name: 'sub-01_T1w', subject: 'sub-01', site: 'b' }, { arms: ['identity', 'blur'], reference, seed: 0 });
    const [identity, blur] = outcomes.map((outcome) => ('pair' in outcome ? outcome : undefined));
    const before = measuredScan({ name: 'sub-01_T1w', subject: 'sub-01', site: 'b', role: 'before', arm: 'before' }, source);
    expect(identity!.measured.row).toEqual(before.row);
    expect(identity!.pair.values).toMatchObject({ mae: 0, edgeF1: 1, displacementP99: expect.closeTo(0, 6) });
    expect(blur!.pair.values['edgeF1']!).toBeLessThan(0.9);
    expect(blur!.pair.values['tissueSpearman']!).toBeLessThan(0.9);
    const table = featureTable([blur!.measured, before, identity!.measured], 'MR');
    expect(table.scans.map(({ arm }) => arm)).toEqual(['before', 'blur', 'identity']);
    const shape = table.features.flatMap(({ family }, n) => (family === 'silhouette' ? [n] : []));
    const texture = table.features.findIndex(({ id }) => id === 'texture.brain.localContrast.p50');
    for (const column of shape) expect(table.values[table.features.length + column]).toBe(table.values[column]);
    expect(table.values[table.features.length + texture]!).toBeLessThan(0.6 * table.values[texture]!);
    expect(armNotes(armCatalogue)['blur']!.kind).toBe('control');
  }, 120_000);

  it('says why an arm is absent', () => {
    expect(imageArms(armSource(), { name: 'x', subject: 'x', site: 'b' }, { arms: ['whitestripe'], reference: { ...reference, stripe: null }, seed: 0 })).toEqual([{ arm: 'whitestripe', unavailable: 'NO_TISSUE_CLASSES' }]);
  });
});

describe('armReference', () => {
  it('knows the training scans only, whatever their order', () => {
    const back = armReference([...reference.people].reverse());
    back.landmarks.forEach((value, n) => expect(value).toBeCloseTo(reference.landmarks[n]!, 12));
    expect(back.mean).toBeCloseTo(reference.mean, 12);
  });

  it('refuses an empty reference', () => {
    expect(() => armReference([])).toThrow('at least one reference scan');
  });
});

describe('nyul', () => {
  it('the standard scale of one scan is its own landmarks, of two the mean after their ends are one', () => {
    const [a, b] = [Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Float64Array.of(0, 4, 5, 6, 8, 10, 11, 12, 14, 16, 20)];
    expect(Array.from(standardScale([a]))).toEqual(Array.from(a));
    // ends 0 and 15: the second landmark is (1.5 + 3) / 2
    const both = standardScale([a, b]);
    expect([both[0], both[1], both[10]]).toEqual([0, 2.25, 15]);
  });

  it('is linear between landmarks and goes on beyond them', () => {
    const tone = piecewise(Float64Array.of(0, 1, 2), Float64Array.of(0, 2, 3));
    expect([-1, 0.5, 1, 1.5, 3].map(tone)).toEqual([-2, 1, 2, 2.5, 4]);
  });
});

describe('whiteStripe', () => {
  it('finds the brighter of two tissues at 0.4 and 0.7', () => {
    const values = Float32Array.from([...normalSamples(6000, 0.4, 0.05, 'grey'), ...normalSamples(4000, 0.7, 0.04, 'white')]);
    const stripe = whiteStripe(values)!;
    expect(Math.abs(stripe.mean - 0.7)).toBeLessThan(0.02);
    expect(stripe.sd).toBeLessThan(0.03);
    expect(whiteStripe(new Float32Array(100).fill(1))).toBeUndefined();
  });
});
