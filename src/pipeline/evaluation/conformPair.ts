import { quantile } from '../../core/statistics.ts';
import type { Volume } from '../../core/volume.ts';
import { conform, type Conformed, type ConformSettings, type ConformTrace } from '../../preprocess/conform.ts';
import * as headFrame from '../../preprocess/steps/headFrame.ts';
import * as reorient from '../../preprocess/steps/reorient.ts';
import * as workingGrid from '../../preprocess/steps/workingGrid.ts';
import { onGridOf } from './onGrid.ts';
import type { WorkingScan } from './scanFeatures.ts';

/** Images are judged as they are: nothing but position and scale is taken out, shading stays. */
const asTheyAre: ConformSettings = {
  orientation: 'RAS',
  spacingMm: 2,
  frame: [96, 120, 96],
  intensity: 'brain-p90',
  biasField: { enabled: false, degree: 3, iterations: 20 },
};

/** The head is what is brighter than this, brain scale; the air's noise of a usable scan stays below. */
const HEAD_FLOOR = 0.1;

/** A scan on the working grid and the brain scale, by its own head frame. @throws ScanRefusal */
export function conformAlone(volume: Volume<'scanner'>): WorkingScan & { trace: ConformTrace } {
  const { working, brain, inView, trace } = conform(volume, asTheyAre) satisfies Conformed;
  return { working, brain, inView, head: brighterThan(working.samples, HEAD_FLOOR), trace };
}

/**
 * Another scan of the same person in the first one's frame, so that both are judged over the same voxels; on its own
 * brain scale. It must share the first one's world frame: it is resampled by its affine, not registered.
 */
export function conformLike(volume: Volume<'scanner'>, like: Readonly<{ volume: Volume<'scanner'>; scan: WorkingScan & { trace: ConformTrace } }>): WorkingScan {
  const { trace, brain, head, inView, working } = like.scan;
  const ras = reorient.apply(onGridOf(volume, like.volume), trace.reorient);
  const copy = workingGrid.apply(ras.samples.map((value) => (Number.isFinite(value) ? value : 0)), trace.workingGrid);
  const { samples } = headFrame.apply(copy, workingGrid.shapeOf(trace.workingGrid), trace.headFrame);
  const ofBrain = samples.filter((_, voxel) => brain[voxel] === 1);
  const scale = quantile(ofBrain, 0.9) / 0.7;
  return { working: { ...working, samples: samples.map((value) => value / scale) }, brain, head, inView };
}

/** Native head mask of a scanner volume whose brain scale is known. */
export function nativeHead({ samples }: Volume<'scanner'>, { brainScale }: ConformTrace): Uint8Array {
  return brighterThan(samples, HEAD_FLOOR * brainScale);
}

function brighterThan(samples: Float32Array, floor: number): Uint8Array {
  const mask = new Uint8Array(samples.length);
  for (let voxel = 0; voxel < mask.length; voxel++) if (samples[voxel]! > floor) mask[voxel] = 1;
  return mask;
}
