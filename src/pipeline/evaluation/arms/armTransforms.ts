import { randomStream } from '../../../core/random.ts';
import { quantile } from '../../../core/statistics.ts';
import type { Volume } from '../../../core/volume.ts';
import { filtered, gaussianKernel } from '../../../metrics/gaussianFilter.ts';
import { maskedValues } from '../../../metrics/maskedValues.ts';
import type { ConformTrace } from '../../../preprocess/conform.ts';
import * as biasField from '../../../preprocess/steps/biasField.ts';
import { MODEL_P90 } from '../../../preprocess/steps/brainScale.ts';
import { brainEllipsoid } from '../../../preprocess/workingFrame.ts';
import type { ArmId } from './armCatalogue.ts';
import type { ArmReference, ArmStatistics } from './armReference.ts';
import { histogramMatching } from './histogramMatching.ts';
import { piecewise } from './nyul.ts';

type Working = Volume<'model'>;

/** One scan to change, what was measured of it, and what the reference's training scans are like. */
export type ArmContext = Readonly<{
  /** The scan's own name: what the shuffled style is drawn by, whatever the order of scans. */
  name: string;
  brain: Uint8Array;
  headBox: ConformTrace['headFrame']['box'];
  own: ArmStatistics;
  reference: ArmReference;
  seed: number;
}>;

/** An arm without a result says why. */
export type ArmTransform = (context: ArmContext) => ((volume: Working) => Working) | Readonly<{ unavailable: string }>;

/** In voxels of 2 mm; cut at four sigma. */
const BLUR = gaussianKernel(2, 8);
/** As in the protocol of harmonize. */
const SHADING = { degree: 3, iterations: 20 } as const;

/** Every arm as a function of the working volume; fitted to the reference's training scans, none sees what it is tested on. */
export const armTransforms: Readonly<Record<ArmId, ArmTransform>> = {
  identity: () => (volume) => volume,
  preprocessing: ({ brain, headBox }) => (volume) => withoutShading(volume, brain, headBox),
  zscore: ({ own, reference }) => linear(own, reference),
  whitestripe: ({ own, reference }) =>
    own.stripe === null || reference.stripe === null ? { unavailable: 'NO_TISSUE_CLASSES' } : linear(own.stripe, reference.stripe),
  histogram: ({ own, reference }) => histogramMatching(own.headQuantiles, reference.headQuantiles),
  'histogram-brain': ({ own, reference }) => histogramMatching(own.brainQuantiles, reference.brainQuantiles),
  nyul: ({ own, reference }) => toned(piecewise(own.landmarks, reference.landmarks)),
  blur: () => (volume) => ({ ...volume, samples: Float32Array.from(filtered(Float64Array.from(volume.samples), volume.shape, BLUR)) }),
  shuffled: ({ own, reference, name, seed }) => {
    const person = Math.floor(randomStream(`${seed}|shuffled|${name}`).nextFloat() * reference.people.length);
    return histogramMatching(own.brainQuantiles, reference.people[person]!.brainQuantiles);
  },
};

/** The working volume as an arm makes it, on its own brain scale as every evaluated scan is; `identity` gives the volume itself. */
export function armVolume(arm: ArmId, context: ArmContext, volume: Working): Working | Readonly<{ unavailable: string }> {
  const transform = armTransforms[arm](context);
  if (typeof transform !== 'function') return transform;
  const changed = transform(volume);
  return changed === volume ? volume : onOwnScale(changed, context.brain);
}

/** Mean and SD to mean and SD. */
function linear(from: Readonly<{ mean: number; sd: number }>, to: Readonly<{ mean: number; sd: number }>): (volume: Working) => Working {
  const gain = to.sd / from.sd;
  return toned((value) => to.mean + gain * (value - from.mean));
}

/** 0 and below pass unchanged, and nothing becomes negative: a masked background stays masked. */
function toned(tone: (value: number) => number): (volume: Working) => Working {
  return (volume) => ({ ...volume, samples: volume.samples.map((value) => (value > 0 ? Math.max(0, tone(value)) : value)) });
}

function withoutShading(volume: Working, brain: Uint8Array, headBox: ArmContext['headBox']): Working {
  const samples = volume.samples.slice();
  const plan = biasField.plan(samples, brain, brainEllipsoid(headBox), SHADING);
  biasField.apply(samples, volume.shape, [0, 1, 2].map(() => ({ scale: 1, offset: 0 })), plan);
  return { ...volume, samples };
}

function onOwnScale(volume: Working, brain: Uint8Array): Working {
  const scale = quantile(maskedValues(volume.samples, brain), 0.9) / MODEL_P90;
  return scale > 0 ? { ...volume, samples: volume.samples.map((value) => value / scale) } : volume;
}
