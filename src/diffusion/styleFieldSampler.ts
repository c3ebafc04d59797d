import { ConcordError } from '../core/errors.ts';
import { alphaBar } from './noiseSchedule.ts';
import { denoisingSteps } from './timesteps.ts';

/**
 * The network as the sampler knows it: what it makes of `xt` at `timestep`, as v. `xt` holds `draws` fields one after another,
 * and so does the answer.
 */
export type Denoise = (xt: Float32Array, timestep: number, draws: number) => Promise<Float32Array>;

/** diffusers' own keys, as the protocol has them. */
export type SamplerSettings = Readonly<{
  prediction_type: 'v_prediction';
  num_train_timesteps: number;
  timesteps: readonly number[];
}>;

export type SampledField = Readonly<{
  /** Mean over draws: the estimator (operations.md S-04). */
  mean: Float32Array;
  /** SD over draws, n in the denominator, as the bundle's uncertainty limit was calibrated; 0 of a single draw. */
  sd: Float32Array;
}>;

/**
 * One deterministic denoising step of a v-model: from x_t to x_s, s earlier than t.
 * Shapes: `xt` and `v` flat, equal length. Units: the scaled field's, SD about 1.
 *
 * Paper → here: x_t → xt; ᾱ_t → alphaBarT; √ᾱ_t → signalT; √(1 − ᾱ_t) → noiseT; v_θ → v; the same with S for time s.
 *
 * @returns a new array; the inputs are not modified
 * @throws CONCORD_SCHEDULE_ORDER if s is not cleaner than t
 * Source: Song et al. 2021 (arXiv 2010.02502), eq. 12 with sigma = 0; v: Salimans & Ho 2022 (arXiv 2202.00512), app. D.
 */
export function ddimStep(xt: Float32Array, v: Float32Array, alphaBarT: number, alphaBarS: number): Float32Array {
  if (alphaBarS <= alphaBarT) {
    throw new ConcordError('CONCORD_SCHEDULE_ORDER', `A step must lead to less noise: alphaBar ${alphaBarT} to ${alphaBarS}.`);
  }
  const signalT = Math.sqrt(alphaBarT);
  const noiseT = Math.sqrt(1 - alphaBarT);
  const signalS = Math.sqrt(alphaBarS);
  const noiseS = Math.sqrt(1 - alphaBarS);
  const xs = new Float32Array(xt.length);
  for (let n = 0; n < xt.length; n++) {
    // 1. what the network takes for signal, and for noise (v = signalT·eps − noiseT·x0, solved with x_t)
    const x0 = signalT * xt[n]! - noiseT * v[n]!;
    const eps = noiseT * xt[n]! + signalT * v[n]!;
    // 2. both carried to the earlier, cleaner time (eq. 12)
    xs[n] = signalS * x0 + noiseS * eps;
  }
  return xs;
}

/** From noise to clean fields. `noise` holds `draws` fields one after another, denoised side by side. */
export async function sample(
  denoise: Denoise, noise: Float32Array, draws: number, settings: SamplerSettings,
): Promise<Float32Array> {
  let x = noise;
  for (const [t, s] of denoisingSteps(settings.timesteps, settings.num_train_timesteps)) {
    const v = await denoise(x, t, draws);
    if (v.length !== x.length) {
      throw new ConcordError('CONCORD_MODEL_SHAPE', `The denoiser was given ${x.length} nodes and answered with ${v.length}.`);
    }
    x = ddimStep(x, v, alphaBar(t, settings.num_train_timesteps), alphaBar(s, settings.num_train_timesteps));
  }
  return x;
}

/**
 * Mean and SD over independent draws, each from its own noise. Draws run in batches of at most `batch`; the result does not
 * depend on it beyond the network's own rounding.
 */
export async function sampleMeanField(
  denoise: Denoise, noises: readonly Float32Array[], settings: SamplerSettings, batch = noises.length,
): Promise<SampledField> {
  const nodes = noises[0]?.length ?? 0;
  if (nodes === 0) throw new ConcordError('CONCORD_INTERNAL', 'A mean field needs at least one draw.');
  const fields: Float32Array[] = [];
  for (let first = 0; first < noises.length; first += batch) {
    const chunk = noises.slice(first, first + batch);
    const x0 = await sample(denoise, concatenated(chunk, nodes), chunk.length, settings);
    for (let draw = 0; draw < chunk.length; draw++) fields.push(x0.subarray(draw * nodes, (draw + 1) * nodes));
  }
  return momentsOf(fields, nodes);
}

function concatenated(fields: readonly Float32Array[], nodes: number): Float32Array {
  const all = new Float32Array(fields.length * nodes);
  for (const [draw, field] of fields.entries()) all.set(field, draw * nodes);
  return all;
}

function momentsOf(fields: readonly Float32Array[], nodes: number): SampledField {
  const mean = new Float32Array(nodes);
  const sd = new Float32Array(nodes);
  for (let n = 0; n < nodes; n++) {
    let sum = 0;
    for (const field of fields) sum += field[n]!;
    const centre = sum / fields.length;
    let squares = 0;
    for (const field of fields) squares += (field[n]! - centre) ** 2;
    mean[n] = centre;
    sd[n] = Math.sqrt(squares / fields.length);
  }
  return { mean, sd };
}
