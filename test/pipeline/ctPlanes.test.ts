import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import type { CtProtocol } from '../../src/config/protocol.ts';
import type { CtStyle } from '../../src/config/styleFile.ts';
import { permuteVoxels, permutedAffine, permutedShape } from '../../src/core/axes.ts';
import type { AxisMap } from '../../src/core/axes.ts';
import { eachPlane, sliced } from '../../src/core/planes.ts';
import type { SlicedVolume } from '../../src/core/planes.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';
import { openShelf } from '../../src/formats/planeShelf.ts';
import { writeNifti } from '../../src/formats/nifti/writeNifti.ts';
import { newNiftiOrigin } from '../../src/formats/nifti/newHeader.ts';
import { readPlanes, writeScan } from '../../src/formats/scan.ts';
import type { Scan } from '../../src/formats/scan.ts';
import { bundleOf, loadBundle } from '../../src/inference/bundle.ts';
import type { CtBundle } from '../../src/inference/bundle.ts';
import { createStyle } from '../../src/pipeline/createStyle.ts';
import { harmonizeCt } from '../../src/pipeline/harmonizeCt.ts';
import { ctPhantom } from '../support/ctPhantom.ts';

const tiny = fileURLToPath(new URL('../support/tinyCtBundle', import.meta.url));
const form = { datatype: 'int16', littleEndian: true, sclSlope: 1, sclInter: 0 } as const;
const phantom = (slices: number, blur = 0): Volume<'scanner'> => ctPhantom({ shape: [120, 112, slices], spacing: [2.4, 2.4, 5], noise: 40, blur });

let bundle: CtBundle;
let protocol: CtProtocol;
let folder: string;
let reference: CtStyle;
beforeAll(async () => {
  bundle = bundleOf(await loadBundle(tiny, 'cpu', { threads: 1 }), 'CT');
  const shipped = ofModality(await loadProtocol('ct-kernel'), 'CT');
  // the network is random: what it makes of a scan is written whatever it is
  protocol = { ...shipped, gates: { ...shipped.gates, softAnchorHu: 1e3, hardAnchorHu: 1e3, regionShiftHu: 1e3, uncertainty: 1e3 } };
  folder = await mkdtemp(join(tmpdir(), 'concord-test-'));
  const inputs = [{ format: 'nifti' as const, name: 'smooth', paths: [await saved('smooth', phantom(5, 1))] }];
  const created = await createStyle({ id: 'smooth', inputs, biasCorrection: true, scratchDir: folder }, protocol, bundle);
  reference = ofModality(created.style, 'CT');
}, 120_000);
afterAll(async () => {
  await bundle.close();
  await rm(folder, { recursive: true });
});

async function saved(name: string, volume: Volume<'scanner'>): Promise<string> {
  const path = join(folder, `${name}.nii`);
  await writeNifti(newNiftiOrigin(volume, form), volume, path, { datatype: 'source', description: '' });
  return path;
}

/** Harmonizes a scan whose planes go through `hold`, and writes it; its samples and the hash of the file. */
async function harmonized(path: string, hold: (shape: Shape3) => Pick<SlicedVolume, 'read' | 'write'>) {
  // noise is drawn by the hash of the file: one for all files here
  const scan: Scan<SlicedVolume> = { ...(await readPlanes({ format: 'nifti', name: 'scan', paths: [path] }, hold)), sha256: 'scan' };
  const job = { input: scan.input, outputDir: folder, reference, referencePreview: null, seed: 0, draws: 1, datatype: 'source', biasCorrection: true, concordVersion: '0.0.0' } as const;
  const outcome = await harmonizeCt(scan, job, protocol, bundle);
  const image = sliced(outcome.image!);
  const { sha256 } = await writeScan(scan, image, join(folder, 'out.nii.gz'), { datatype: 'source', description: '' });
  return { outcome, sha256, samples: samplesOf(image) };
}

function samplesOf(volume: SlicedVolume): Float32Array {
  return Float32Array.from(Array.from(eachPlane(volume), (plane) => [...plane]).flat());
}

/** Hashes are compared: the difference of two long lists takes minutes to print. */
function hashOf(samples: Float32Array): string {
  return createHash('sha256').update(Buffer.from(samples.buffer)).digest('hex');
}

const inMemory = (shape: Shape3) => openShelf(folder).hold(shape);

describe('a CT by its planes', { timeout: 240_000 }, () => {
  it('in a scratch file becomes what it becomes in memory: voxels, file, gates and metrics', async () => {
    const path = await saved('scan', phantom(7));
    const shelf = openShelf(folder, 0);
    const [here, there] = [await harmonized(path, inMemory), await harmonized(path, shelf.hold)];
    shelf.close();
    expect(hashOf(there.samples)).toBe(hashOf(here.samples));
    expect(hashOf(here.samples)).not.toBe(hashOf(phantom(7).samples));
    expect(there.sha256).toBe(here.sha256);
    expect(there.outcome.gates).toEqual(here.outcome.gates);
    expect(there.outcome.metrics).toEqual(here.outcome.metrics);
  });

  it('becomes the same in a file whose slices do not follow one another', async () => {
    const upright = phantom(7);
    const map: AxisMap = { axes: [2, 0, 1], flips: [true, false, true] };
    const shape = permutedShape(upright.shape, map);
    const turned = { ...upright, shape, samples: permuteVoxels(upright.samples, upright.shape, map), affine: permutedAffine(upright.affine, upright.shape, map) };
    const shelf = openShelf(folder, 0);
    const [straight, other] = [await harmonized(await saved('upright', upright), inMemory), await harmonized(await saved('turned', turned), shelf.hold)];
    expect(hashOf(other.samples)).toBe(hashOf(permuteVoxels(straight.samples, upright.shape, map)));
    shelf.close();
  });

  it('is never held: as many planes are in use for 14 slices as for 7, none a part of something larger', async () => {
    const counts: number[] = [];
    for (const slices of [7, 14]) {
      const used = new Set<ArrayBufferLike>();
      const path = await saved(`scan-${slices}`, phantom(slices));
      await harmonized(path, (shape) => {
        const held = inMemory(shape);
        const meet = (plane: Float32Array): void => {
          expect(plane.buffer.byteLength).toBe(4 * shape[0] * shape[1]);
          used.add(plane.buffer);
        };
        return { read: (k, out) => { meet(out); held.read(k, out); }, write: (k, plane) => { meet(plane); held.write(k, plane); } };
      });
      counts.push(used.size);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThan(12);
  });
});
