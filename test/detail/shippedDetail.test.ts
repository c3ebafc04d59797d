import { expect, it } from 'vitest';

import { newestBundle } from '../../src/config/installedBundles.ts';
import { randomStream } from '../../src/core/random.ts';
import { createSmoother, smoothSlice } from '../../src/core/sliceSmoothing.ts';
import { detailCondition } from '../../src/detail/noiseScale.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';

const SIZE = 96;
const PIXEL_MM = 0.8;

it.each([[400, 0.5], [100, 0.6]])('the shipped detail network gives an edge of %s HU more than %s of its lost detail back and leaves the halved grain where it is', { timeout: 60_000 }, async (height, share) => {
  const bundle = bundleOf(await loadBundle((await newestBundle('ct-kernel')).directory, 'cpu', { threads: 1 }), 'CT');
  const { nextNormal } = randomStream('edge');
  const edge = Float32Array.from({ length: SIZE * SIZE }, (_, n) => height / (1 + Math.exp(-((n % SIZE) - SIZE / 2) / 0.7)));
  const source = edge.map((hu) => hu + 30 * nextNormal());
  const smoother = createSmoother([SIZE, SIZE], [2 / PIXEL_MM, 2 / PIXEL_MM], 3);
  const detailOf = (plane: Float32Array): Float32Array => {
    const low = new Float32Array(plane.length);
    smoothSlice(smoother, plane, low);
    return plane.map((hu, n) => hu - low[n]!);
  };
  const [detail, wanted] = [detailOf(source), detailOf(edge).map((hu) => hu / 2)];
  const { numbers: condition, scaleHu } = detailCondition(new Float64Array(12).fill(900), new Float64Array(12).fill(225), [PIXEL_MM, PIXEL_MM]);
  // gains of one half in every band: half the grain, and half the edge's detail
  const image = Float32Array.from({ length: 3 * detail.length }, (_, n) => {
    const at = n % detail.length;
    return n < detail.length ? detail[at]! / scaleHu : n < 2 * detail.length ? detail[at]! / (2 * scaleHu) : (source[at]! - detail[at]!) / 500;
  });
  const v = await bundle.predictDetail!({ image, noisyDetail: Float32Array.from({ length: detail.length }, nextNormal), condition, timestep: 999, height: SIZE, width: SIZE });
  await bundle.close();
  const given = v.map((value) => (-value * scaleHu) / bundle.manifest.detail!.scale);
  let [along, whole, flat, count] = [0, 0, 0, 0];
  given.forEach((hu, n) => {
    const column = n % SIZE;
    along += hu * wanted[n]!;
    whole += wanted[n]! ** 2;
    if (column > 12 && column < 34) {
      flat += hu * hu;
      count++;
    }
  });
  expect(along / whole).toBeGreaterThan(share);
  // the grain that stays has an SD of 15 HU; what is added to it is small beside that
  expect(Math.sqrt(flat / count)).toBeLessThan(6);
});
