import { describe, expect, it } from 'vitest';
import { alphaBar, CLEAN } from '../../src/diffusion/noiseSchedule.ts';
import { denoisingSteps } from '../../src/diffusion/timesteps.ts';

describe('alphaBar', () => {
  it('is exactly 0 at timestep 999 and exactly 1 when clean', () => {
    expect(alphaBar(999, 1000)).toBe(0);
    expect(alphaBar(CLEAN, 1000)).toBe(1);
  });

  it('at 499 is cos²(π/4) = 0.5, at 749 0.146447, at 249 0.853553', () => {
    expect(alphaBar(499, 1000)).toBeCloseTo(0.5, 12);
    expect(alphaBar(749, 1000)).toBeCloseTo(0.1464466, 7);
    expect(alphaBar(249, 1000)).toBeCloseTo(0.8535534, 7);
  });

  it('falls with every timestep', () => {
    for (let t = 1; t < 1000; t++) expect(alphaBar(t, 1000)).toBeLessThan(alphaBar(t - 1, 1000));
  });
});

describe('denoisingSteps', () => {
  it('pair each timestep with the next, and the last with clean', () => {
    expect(denoisingSteps([999, 749, 499, 249], 1000)).toEqual([[999, 749], [749, 499], [499, 249], [249, CLEAN]]);
  });

  it.each([[[]], [[249, 499]], [[499, 499]], [[1000, 5]], [[5.5]], [[-1]]])('refuse the timesteps %j', (timesteps) => {
    expect(() => denoisingSteps(timesteps, 1000)).toThrow(expect.objectContaining({ code: 'CONCORD_SCHEDULE_ORDER' }));
  });
});
