import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import type { Volume } from '../../src/core/volume.ts';
import { applyToneField } from '../../src/field/applyToneField.ts';
import { IDENTITY_MAP } from '../../src/field/cellGrid.ts';
import { localStatistics } from '../../src/field/localStatistics.ts';
import { applyCurve, brainQuantiles, startCurve } from '../../src/field/startCurve.ts';
import { meetHistogram } from '../../src/field/regionMatch.ts';
import { tissueLook, withAmounts } from '../../src/field/tissueLook.ts';
import { composeToneField } from '../../src/field/toneField.ts';
import type { ToneField } from '../../src/field/toneField.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { ballMask, volumeOf } from '../support/toyVolumes.ts';
import { scratchFolder } from '../support/scratch.ts';

const recipe = fileURLToPath(new URL('../../models/recipe', import.meta.url));
const shape = [96, 120, 96] as const;

/** Structure at every scale, from 0 to beyond the last knot. */
function texture(): Volume<'model'> {
  const { nextFloat } = randomStream('texture');
  return volumeOf(shape, (i, j, k) => Math.max(0, 0.6 + 0.5 * Math.sin(i / 9) * Math.cos(j / 13) + k / 150 + 0.3 * (nextFloat() - 0.5)));
}

describeWithOracle('the recipe’s numpy and this TypeScript', ['numpy', 'scipy'], () => {
  it('agree on statistics, quantiles, tissues, composed tone field, its meeting with the histogram, and restyled voxels', async () => {
    const folder = await scratchFolder();
    const working = texture();
    const brain = ballMask(shape, 30);
    const { nextNormal } = randomStream('residual');
    const residual = new Float32Array(20 * 2160).map((_, n) => 0.04 * nextNormal() + 0.1 * Math.sin(n / 2160));
    const reference = Float32Array.from({ length: 128 }, (_, i) => 0.15 + 0.9 * (i / 127) ** 1.4);
    const share = new Float32Array(2160).map((_, n) => (n % 7) / 6);
    for (const [name, values] of Object.entries({ working: working.samples, brain, residual, reference, share })) {
      await writeFile(join(folder, name), values);
    }
    await runOracle(await readFile(fileURLToPath(new URL('chain.py', import.meta.url)), 'utf8'), [folder, recipe]);
    const theirs = async (name: string): Promise<Float32Array> => new Float32Array((await readFile(join(folder, `${name}.out`))).buffer.slice(0));
    const quantiles = brainQuantiles(working, brain, 128);
    const start = startCurve(quantiles, reference);
    const slopes = { knotSpacing: 0.1, minSlope: 0.25, maxSlope: 4 };
    const everywhere = new Uint8Array(working.samples.length).fill(1);
    const statistics = localStatistics(applyCurve(start, working), everywhere, { cellVoxels: 8, knots: 20, knotSpacing: 0.1 });
    const field = composeToneField(start, { shape: [20, 12, 15, 12], samples: residual }, slopes);
    const met = meetHistogram(field, { brain: { curve: startCurve(quantiles, reference), weight: 0.8 }, outside: { curve: startCurve(reference, quantiles), weight: 0.5 } }, share, slopes);
    const shares = new Float32Array(4 * brain.length);
    let inside = 0;
    for (const [voxel, flag] of brain.entries()) {
      if (flag === 0) continue;
      const given = [0, 1, 2, 3].map((k) => (inside % (k + 3) === 0 ? 0.2 + 0.1 * k : 0));
      const most = Math.max(1, given.reduce((sum, share) => sum + share, 0));
      given.forEach((share, k) => { shares[k * brain.length + voxel] = share / most; });
      inside++;
    }
    const look = tissueLook(working, brain, shares, 128);
    const toneOf = ({ values }: ToneField): Float32Array => values.map((shift, n) => shift + (n % 41) * 0.05);
    const applied = applyToneField(met, working, IDENTITY_MAP, 8).samples.filter((_, n) => brain[n] === 1);
    expect(worst(Float32Array.from(quantiles), await theirs('quantiles'))).toBeLessThan(1e-6);
    expect(worst(look.amounts, await theirs('amounts'))).toBeLessThan(1e-6);
    expect(worst(look.quantiles.flatMap((each) => Array.from(each)), await theirs('looks'))).toBeLessThan(1e-5);
    expect(worst(withAmounts([0.1, 0.3, 0.05, 0.4, 0.15], look), await theirs('standard'))).toBeLessThan(1e-5);
    // float32 on their side moves a voxel's weight between knots by 1e-6
    expect(worst(statistics.samples, await theirs('statistics'))).toBeLessThan(1e-3);
    // 0 … 2 model units in float32
    expect(worst(toneOf(field), await theirs('tone'), (n) => n % 41 >= 14)).toBeLessThan(2e-6);
    expect(worst(toneOf(met), await theirs('met'), (n) => n % 41 >= 14)).toBeLessThan(2e-5);
    expect(worst(applied, await theirs('applied'), (n) => applied[n]! > 0.7)).toBeLessThan(2e-5);
  });
});

function worst(ours: ArrayLike<number>, theirs: ArrayLike<number>, counts = (_: number): boolean => true): number {
  expect(ours.length).toBe(theirs.length);
  let max = 0;
  for (let n = 0; n < ours.length; n++) if (counts(n)) max = Math.max(max, Math.abs(ours[n]! - theirs[n]!));
  return max;
}
