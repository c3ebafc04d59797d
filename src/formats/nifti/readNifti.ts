import { issue, ScanRefusal } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { Volume } from '../../core/volume.ts';
import type { NiftiDatatype } from './datatypes.ts';
import type { NiftiHeader } from './header.ts';
import { affineOfHeader } from './headerAffine.ts';
import { samplesOfVoxels } from './samples.ts';
import { readNiftiBytes } from './voxelBytes.ts';

/** What writing back needs of a NIfTI source. */
export type NiftiOrigin = Readonly<{ kind: 'nifti'; header: NiftiHeader; headerBytes: Uint8Array }>;

export type NiftiScan = Readonly<{
  volume: Volume<'scanner'>;
  datatype: NiftiDatatype;
  sha256: string;
  issues: readonly Issue[];
  origin: NiftiOrigin;
}>;

/**
 * One NIfTI file as a volume in its own voxel order, RAS+ mm, scanner intensities.
 *
 * @throws ScanRefusal for every fault of the file (header, length, gzip, constant voxels)
 */
export async function readNifti(path: string, maxBytes: number): Promise<NiftiScan> {
  const { header, headerBytes, voxels, sha256 } = await readNiftiBytes(path, maxBytes);
  const { affine, issues } = affineOfHeader(header);
  const { samples, nonFinite } = samplesOfVoxels(voxels, header);
  if (isConstant(samples)) throw new ScanRefusal('CONSTANT', `all ${samples.length} voxels are equal`);
  if (nonFinite > 0) issues.push(issue('NON_FINITE', `${nonFinite} of ${samples.length} voxels were read as 0`));
  return {
    volume: { scale: 'scanner', shape: header.shape, samples, affine },
    datatype: header.datatype,
    sha256,
    issues,
    origin: { kind: 'nifti', header, headerBytes },
  };
}

export function isConstant(samples: Float32Array): boolean {
  const first = samples[0];
  for (let index = 1; index < samples.length; index++) {
    if (samples[index] !== first) return false;
  }
  return true;
}
