import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { packageRoot } from '../../src/config/packageRoot.ts';
import { affineOf } from '../../src/core/affine.ts';
import { createSmoother } from '../../src/core/sliceSmoothing.ts';
import { sliceStackOf } from '../../src/core/sliceStack.ts';
import type { Volume } from '../../src/core/volume.ts';
import { findBody } from '../../src/field/bodyMask.ts';
import { factorField } from '../../src/field/gainField.ts';
import type { GainScan } from '../../src/field/gainStatistics.ts';
import { createSliceFilter } from '../../src/field/radialBands.ts';
import { gainSlicesInThreads } from '../../src/pipeline/gainThreads.ts';
import { ctPhantom } from '../support/ctPhantom.ts';

// threads run what was built: `npm test` builds it
const built = pathToFileURL(join(packageRoot, 'dist', 'pipeline', 'gainThread.js'));
const settings = { cellMm: 40, softCapHu: 60 };
/** Gains that differ from cell to cell, so that a slice in the wrong place shows. */
const field = factorField({ cells: [3, 3, 2], gains: Float32Array.from({ length: 4 * 18 * 12 }, (_, n) => 0.4 + 0.9 * ((n * 7919) % 97) / 97) });
const phantom = (): Volume<'scanner'> => ctPhantom({ shape: [64, 60, 25], spacing: [1.8, 1.8, 3], noise: 60 });

function open(volume: Volume<'scanner'>): GainScan {
  const stack = sliceStackOf(volume);
  const [ni, nj] = stack.shape;
  const smoother = createSmoother([ni, nj], [2 / stack.spacing[0], 2 / stack.spacing[1]], 3);
  return { stack, smoother, body: findBody(stack, smoother), filter: createSliceFilter([ni, nj], [stack.spacing[0], stack.spacing[1]], [16, 0]) };
}

/** Everything that is handed out, and the voxels that are left. */
async function applied(volume: Volume<'scanner'>, cores: number, program = built) {
  const slices = [];
  for await (const { k, before, after, body, parts, clipped } of gainSlicesInThreads(field, open(volume), settings, cores, program)) {
    slices.push({ k, clipped, arrays: [before, after, body, parts.hu, parts.smoothed, parts.classes, parts.shares, parts.weight].map((array) => Buffer.from(Uint8Array.from(Buffer.from(array.buffer))).toString('base64')) });
    after[5] = k;
  }
  return { slices, samples: Buffer.from(volume.samples.buffer).toString('base64') };
}

describe('a gain field in threads', { timeout: 60_000 }, () => {
  it('hands out the slices of one thread, in their order and to the last bit, and keeps what was changed in them', async () => {
    const alone = await applied(phantom(), 1);
    expect(alone.slices.map(({ k }) => k)).toEqual(Array.from({ length: 25 }, (_, k) => k));
    for (const cores of [2, 3]) {
      const shared = await applied(phantom(), cores);
      expect(shared.slices.map(({ k, clipped }) => [k, clipped])).toEqual(alone.slices.map(({ k, clipped }) => [k, clipped]));
      expect(shared.slices.every(({ arrays }, k) => arrays.every((array, n) => array === alone.slices[k]!.arrays[n]))).toBe(true);
      expect(shared.samples === alone.samples).toBe(true);
    }
    expect(phantom().samples.some((hu, n) => hu !== new Float32Array(Uint8Array.from(Buffer.from(alone.samples, 'base64')).buffer)[n])).toBe(true);
  });

  it('throws what a thread threw, and leaves no thread behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'concord-test-'));
    const program = join(folder, 'broken.mjs');
    await writeFile(program, "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new RangeError('out of slices'); });");
    await expect(applied(phantom(), 2, pathToFileURL(program))).rejects.toThrow('out of slices');
    await rm(folder, { recursive: true });
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')).toHaveLength(0);
  });

  it('works alone where planes cannot be read ahead of those written: slices that lie across the file', async () => {
    const across: Volume<'scanner'> = { ...ctPhantom({ shape: [30, 64, 60], spacing: [3, 1.8, 1.8] }), affine: affineOf([[0, 1.8, 0, 0], [0, 0, 1.8, 0], [3, 0, 0, 0]]) };
    expect(open(across).stack.readsAhead).toBe(false);
    const missing = pathToFileURL('/nowhere.js');
    expect((await applied(across, 4, missing)).slices).toHaveLength(30);
  });
});
