import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { alphaBar } from '../../src/diffusion/noiseSchedule.ts';
import { ddimStep, sample, sampleMeanField } from '../../src/diffusion/styleFieldSampler.ts';
import type { Denoise, SamplerSettings } from '../../src/diffusion/styleFieldSampler.ts';

const settings: SamplerSettings = { prediction_type: 'v_prediction', num_train_timesteps: 1000, timesteps: [999, 749, 499, 249] };
const gaussian = (length: number, key: string): Float32Array => {
  const stream = randomStream(key);
  return new Float32Array(length).map(() => stream.nextNormal());
};

/** Knows the truth: v = signal·eps − noise·x0, with eps read out of x_t. At pure noise x_t is eps. */
function perfectPredictor(truth: Float32Array): Denoise {
  return async (xt, timestep) => {
    const signal = Math.sqrt(alphaBar(timestep, 1000));
    const noise = Math.sqrt(1 - alphaBar(timestep, 1000));
    return xt.map((value, n) => {
      const x0 = truth[n % truth.length]!;
      return signal * ((value - signal * x0) / noise) - noise * x0;
    });
  };
}

describe('every sampler', () => {
  it('gives x0 back from a perfect predictor, within float32, whatever the timesteps', async () => {
    const truth = gaussian(50, 'truth');
    for (const timesteps of [[999], [999, 499], [999, 749, 499, 249], [999, 800, 600, 400, 200, 0]]) {
      const found = await sample(perfectPredictor(truth), gaussian(50, 'noise'), 1, { ...settings, timesteps });
      found.forEach((value, n) => expect(value).toBeCloseTo(truth[n]!, 4));
    }
  });

  it('with the toy predictor v = 0.4·x_t + 0.1·t/1000 sums to the pinned numbers', async () => {
    const toy: Denoise = async (xt, timestep) => xt.map((value) => 0.4 * value + (0.1 * timestep) / 1000);
    const x0 = await sample(toy, gaussian(1000, 'toy'), 1, settings);
    const sum = x0.reduce((a, b) => a + b, 0);
    const meanSize = x0.reduce((a, b) => a + Math.abs(b), 0) / 1000;
    expect({ sum: Number(sum.toFixed(3)), meanSize: Number(meanSize.toFixed(5)) }).toEqual({ sum: -60.382, meanSize: 0.28369 });
  });

  it('asks for the timesteps in order, and does not modify the noise', async () => {
    const asked: number[] = [];
    const noise = gaussian(8, 'order');
    const before = [...noise];
    await sample(async (xt, timestep) => { asked.push(timestep); return new Float32Array(xt.length); }, noise, 1, settings);
    expect(asked).toEqual([999, 749, 499, 249]);
    expect([...noise]).toEqual(before);
  });

  it('refuses a denoiser that answers with another length', async () => {
    await expect(sample(async () => new Float32Array(3), gaussian(8, 'n'), 1, settings)).rejects.toMatchObject({ code: 'CONCORD_MODEL_SHAPE' });
  });
});

describe('ddimStep', () => {
  it('keeps the variance of independent unit signal and noise, at any two times', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 998 }), (t, s) => {
      fc.pre(s < t);
      const [x0, eps] = [1.5, -0.7];
      const at = (time: number): number => Math.sqrt(alphaBar(time, 1000)) * x0 + Math.sqrt(1 - alphaBar(time, 1000)) * eps;
      const v = Math.sqrt(alphaBar(t, 1000)) * eps - Math.sqrt(1 - alphaBar(t, 1000)) * x0;
      const xs = ddimStep(Float32Array.of(at(t)), Float32Array.of(v), alphaBar(t, 1000), alphaBar(s, 1000));
      expect(xs[0]).toBeCloseTo(at(s), 5);
    }));
  });

  it('refuses to step towards more noise', () => {
    expect(() => ddimStep(Float32Array.of(1), Float32Array.of(1), 0.5, 0.4)).toThrow(expect.objectContaining({ code: 'CONCORD_SCHEDULE_ORDER' }));
  });
});

describe('sampleMeanField', () => {
  /** Leaves of each draw its own noise at the last step: x0 = noise·(−v) with v = −noise. */
  const copyNoise: Denoise = async (xt) => xt.map((value) => -value);
  const oneStep = { ...settings, timesteps: [999] };

  it('of three draws 1, 2, 6 is 3, with SD sqrt(14/3)', async () => {
    const { mean, sd } = await sampleMeanField(copyNoise, [1, 2, 6].map((v) => Float32Array.of(v, -v)), oneStep);
    expect([...mean]).toEqual([3, -3]);
    expect(sd[0]).toBeCloseTo(Math.sqrt(14 / 3), 6);
  });

  it('of one draw has SD 0', async () => {
    expect([...(await sampleMeanField(copyNoise, [Float32Array.of(4)], oneStep)).sd]).toEqual([0]);
  });

  it('is the same in one batch and in chunks of 3', async () => {
    const noises = Array.from({ length: 8 }, (_, draw) => gaussian(30, `chunk|${draw}`));
    const truth = gaussian(30, 'x0');
    const sizes: number[] = [];
    const denoise: Denoise = async (xt, t, draws) => { sizes.push(draws); return (await perfectPredictor(truth)(xt, t, draws)).map((v) => 0.9 * v); };
    const whole = await sampleMeanField(denoise, noises, settings);
    const chunked = await sampleMeanField(denoise, noises, settings, 3);
    expect(chunked).toEqual(whole);
    expect(sizes).toEqual([8, 8, 8, 8, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2]);
  });
});
