import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import { planeSize } from '../../core/planes.ts';
import type { Grid, PlaneSink } from '../../core/planes.ts';
import { voxelCount } from '../../core/volume.ts';
import type { Shape3 } from '../../core/volume.ts';
import { createConstantCheck } from '../constantCheck.ts';
import type { NiftiDatatype } from './datatypes.ts';
import type { NiftiHeader } from './header.ts';
import { affineOfHeader } from './headerAffine.ts';
import { samplesOfVoxels } from './samples.ts';
import { readVoxelPlanes } from './voxelBytes.ts';

/** What writing back needs of a NIfTI source. */
export type NiftiOrigin = Readonly<{ kind: 'nifti'; header: NiftiHeader; headerBytes: Uint8Array }>;

export type NiftiScan<Held> = Readonly<{
  volume: Grid & Held;
  datatype: NiftiDatatype;
  sha256: string;
  issues: readonly Issue[];
  origin: NiftiOrigin;
}>;

/**
 * One NIfTI file plane by plane, in its own voxel order, RAS+ mm, scanner intensities.
 *
 * @param hold makes the place that the planes go to, once the header is known and the file can be as long as it says
 * @throws ScanRefusal for every fault of the file (header, length, gzip, constant voxels)
 */
export async function readNifti<Held extends PlaneSink>(path: string, hold: (shape: Shape3) => Held): Promise<NiftiScan<Held>> {
  const constant = createConstantCheck();
  let nonFinite = 0;
  const { header, headerBytes, sha256, sink: { held } } = await readVoxelPlanes(path, (parsed) => {
    const held = hold(parsed.shape);
    const plane = new Float32Array(planeSize(parsed.shape));
    return {
      held,
      take: (k, voxels) => {
        nonFinite += samplesOfVoxels(voxels, parsed, plane);
        constant.add(plane);
        held.write(k, plane);
      },
    };
  });
  const { affine, issues } = affineOfHeader(header);
  constant.finish();
  if (nonFinite > 0) issues.push(issue('NON_FINITE', `${nonFinite} of ${voxelCount(header.shape)} voxels were read as 0`));
  return {
    volume: { ...held, shape: header.shape, affine },
    datatype: header.datatype,
    sha256,
    issues,
    origin: { kind: 'nifti', header, headerBytes },
  };
}
