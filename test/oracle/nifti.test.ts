import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { findScans, readScan, writeScan } from '../../src/formats/scan.ts';
import type { Scan } from '../../src/formats/scan.ts';
import { niftiBytes, niftiKinds } from '../support/niftiBytes.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { scratchFolder } from '../support/scratch.ts';
import { describeWithData } from '../support/sharedData.ts';

type OracleVolume = {
  shape: number[];
  affine: number[][];
  sum: number;
  voxels: number[];
  dtype: string;
  descrip: string;
  qform: number[][];
  slope: [number, number];
};
type Voxel = [number, number, number];

/** Eight voxels on a diagonal that visits no axis in the same order as another. */
function probes(shape: readonly number[]): Voxel[] {
  return Array.from({ length: 8 }, (_, n) => [
    Math.floor((shape[0]! * (n + 0.5)) / 8),
    Math.floor((shape[1]! * ((n * 3) % 8)) / 8),
    Math.floor((shape[2]! * ((n * 5) % 8)) / 8),
  ]);
}

async function nibabel(requests: readonly (readonly [string, readonly Voxel[]])[]): Promise<OracleVolume[]> {
  return (await runOracle('nifti_volume.py', [JSON.stringify(requests)])) as unknown as OracleVolume[];
}

function expectEqualVolumes({ volume }: Scan, oracle: OracleVolume, at: readonly Voxel[]): void {
  expect(volume.shape).toEqual(oracle.shape);
  volume.affine.rows.forEach((row, axis) => {
    // float32 sums in another order: 1e-4 mm at a head's distance from the origin
    row.forEach((value, column) => {
      expect(Math.abs(value - oracle.affine[axis]![column]!)).toBeLessThan(1e-4);
    });
  });
  const [width, height] = volume.shape;
  at.forEach(([i, j, k], n) => {
    expect(volume.samples[i + width * (j + height * k)]).toBe(Math.fround(oracle.voxels[n]!));
  });
}

describeWithOracle('nibabel agrees', ['nibabel', 'numpy'], () => {
  describeWithData('on real files', ['nifti-orientations', 'mr/heads', 'ct/volumes'], ([orientations, heads, ct]) => {
    it('in affine and voxels of all 48 orientations', async () => {
      expect(readdirSync(orientations).filter((name) => name.endsWith('.nii.gz'))).toHaveLength(48);
      const { inputs } = await findScans(orientations);
      const scans: Scan[] = [];
      for (const input of inputs) scans.push(await readScan(input));
      const requests = scans.map((scan) => [scan.input.paths[0]!, probes(scan.volume.shape)] as const);
      const oracles = await nibabel(requests);
      scans.forEach((scan, n) => {
        expectEqualVolumes(scan, oracles[n]!, requests[n]![1]);
      });
    });

    it.each(['heads', 'ct'])('in affine and voxels of %s, and of what is written back', async (which) => {
      const { inputs } = await findScans(which === 'heads' ? heads : ct);
      const folder = await scratchFolder();
      for (const input of inputs.slice(1, 4)) {
        const scan = await readScan(input);
        const at = probes(scan.volume.shape);
        const path = join(folder, `${input.name}.nii.gz`);
        await writeScan(scan, scan.volume, path, { datatype: 'source', description: 'concord' });
        const [source, written] = await nibabel([[input.paths[0]!, at], [path, at]]);
        expectEqualVolumes(scan, source!, at);
        expectEqualVolumes(scan, written!, at);
        expect(written!.qform).toEqual(source!.qform);
        expect(written!.affine).toEqual(source!.affine);
        expect(written!.descrip).toBe('concord');
      }
    }, 240_000);
  });

  it('on every stored type, byte order and version, with scaling', async () => {
    const folder = await scratchFolder();
    const at: Voxel[] = [[0, 0, 0], [1, 2, 3], [2, 3, 4]];
    const files: [string, Voxel[]][] = [];
    for (const kind of niftiKinds) {
      for (const littleEndian of [true, false]) {
        for (const version of [1, 2] as const) {
          const path = join(folder, `${kind}-${littleEndian ? 'le' : 'be'}-${version}.nii`);
          await writeFile(path, niftiBytes({ kind, littleEndian, version, slope: 0.25, inter: -3 }));
          files.push([path, at]);
        }
      }
    }
    const oracles = await nibabel(files);
    for (const [n, [path]] of files.entries()) {
      expectEqualVolumes(await readScan({ format: 'nifti', name: 'x', paths: [path] }), oracles[n]!, at);
    }
  });

  it('on oblique qforms of both handednesses', async () => {
    const folder = await scratchFolder();
    const files: [string, Voxel[]][] = [];
    for (const [n, quatern] of [[0.1, -0.2, 0.3], [0.7, 0.1, -0.69], [0, 0.99999, 0], [0.5, 0.5, 0.5]].entries()) {
      for (const qfac of [1, -1]) {
        const path = join(folder, `${n}${qfac}.nii`);
        const spec = { sformCode: 0, qformCode: 1, quatern, qoffset: [12.5, -80, 33], pixdim: [qfac, 0.9, 1.1, 4] };
        await writeFile(path, niftiBytes(spec));
        files.push([path, [[2, 3, 4]]]);
      }
    }
    const oracles = await nibabel(files);
    for (const [n, [path, at]] of files.entries()) {
      expectEqualVolumes(await readScan({ format: 'nifti', name: 'x', paths: [path] }), oracles[n]!, at);
    }
  });
});
