import type { CtProtocol, MrProtocol } from '../config/protocol.ts';
import { randomStream } from '../core/random.ts';
import { classNoiseField } from '../diffusion/classNoise.ts';
import { noiseField } from '../diffusion/noiseField.ts';
import { sampleMeanField } from '../diffusion/styleFieldSampler.ts';
import type { GridTensor } from '../field/cellGrid.ts';
import { CLASS_COUNT } from '../field/huClasses.ts';
import { BAND_COUNT } from '../field/radialBands.ts';
import type { CtBundle, DenoiserContext, GainContext, MrBundle } from '../inference/bundle.ts';
import { gridShape } from '../inference/bundle.ts';

/** Residual tone shifts on the model scale, at knots of the started intensity: mean and SD over the draws. */
export type SampledResidual = Readonly<{ mean: GridTensor; sd: GridTensor }>;

/** Draws that are denoised side by side; more would only cost memory. */
const DRAWS_PER_BATCH = 8;

/**
 * Style-field diffusion for one scan. `key` names the scan by its content: with the seed and the draw's number it fixes
 * the noise, whatever else runs beside it (bids-and-reports.md R-31).
 */
export async function sampleResidual(
  bundle: MrBundle, context: DenoiserContext, sampler: MrProtocol['sampler'],
  options: Readonly<{ seed: number; key: string; draws: number }>,
): Promise<SampledResidual> {
  const shape = gridShape(bundle.manifest);
  const noises = Array.from({ length: options.draws }, (_, draw) =>
    noiseField(shape, randomStream(`${options.seed}|${options.key}|${draw}`), sampler.noise),
  );
  const sampled = await sampleMeanField(
    (noisyField, timestep, draws) => bundle.predictV({ ...context, noisyField, timestep, draws }),
    noises, sampler, DRAWS_PER_BATCH,
  );
  const inModelUnits = (samples: Float32Array): GridTensor => ({
    shape, samples: samples.map((value) => value / bundle.manifest.field.scale),
  });
  return { mean: inModelUnits(sampled.mean), sd: inModelUnits(sampled.sd) };
}

/** The same for a gain field: residual log-gains [class · band, Z, Y, X] on the scan's own cells. */
export async function sampleGainResidual(
  bundle: CtBundle, context: GainContext, sampler: CtProtocol['sampler'],
  options: Readonly<{ seed: number; key: string; draws: number }>,
): Promise<SampledResidual> {
  const noises = Array.from({ length: options.draws }, (_, draw) => classNoiseField(
    [BAND_COUNT, ...context.cells], CLASS_COUNT, randomStream(`${options.seed}|${options.key}|${draw}`), sampler.noise,
  ));
  const sampled = await sampleMeanField(
    (noisyField, timestep, draws) => bundle.predictV({ ...context, noisyField, timestep, draws }),
    noises, sampler, DRAWS_PER_BATCH,
  );
  const inLogGain = (samples: Float32Array): GridTensor => ({
    shape: [CLASS_COUNT * BAND_COUNT, ...context.cells], samples: samples.map((value) => value / bundle.manifest.field.scale),
  });
  return { mean: inLogGain(sampled.mean), sd: inLogGain(sampled.sd) };
}
