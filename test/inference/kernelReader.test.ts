import { afterAll, beforeAll, expect, it } from 'vitest';

import { newestBundle } from '../../src/config/installedBundles.ts';
import { LOOK_COUNT } from '../../src/field/kernelLook.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { CtBundle } from '../../src/inference/bundle.ts';

let bundle: CtBundle;
beforeAll(async () => { bundle = bundleOf(await loadBundle((await newestBundle('ct-kernel')).directory, 'cpu'), 'CT'); });
afterAll(() => bundle.close());

/** A look whose amplitudes fall by `slope` from band to band in every reading, with flat patches enough. */
const look = (slope: number): Float32Array => Float32Array.from({ length: LOOK_COUNT }, (_, n) => (n < 60 ? 2 - slope * (n % 12) : [1, 0.8, 11 / 12][n - 60]!));

it('reads no gain between equal looks, and the opposite one when they are exchanged', async () => {
  const [a, b] = [look(0.05), look(0.2)];
  expect(Math.max(...(await bundle.readKernels(a, a)).map(Math.abs))).toBeLessThan(1e-6);
  const [there, back] = [await bundle.readKernels(a, b), await bundle.readKernels(b, a)];
  there.forEach((log, band) => { expect(log).toBeCloseTo(-back[band]!, 5); });
});

it('reads a look that falls faster as a smoother kernel: damped, and more from band to band', async () => {
  const logs = await bundle.readKernels(look(0.05), look(0.2));
  expect(logs[3]!).toBeLessThan(-0.1);
  expect(logs[8]!).toBeLessThan(logs[3]!);
});
