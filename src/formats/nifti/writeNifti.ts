import { ConcordError } from '../../core/errors.ts';
import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import { eachPlane, sliced } from '../../core/planes.ts';
import type { SlicedVolume } from '../../core/planes.ts';
import { isSameShape } from '../../core/volume.ts';
import type { Volume } from '../../core/volume.ts';
import { writeFileAtomic } from '../atomicFile.ts';
import { gzipped } from '../gzipped.ts';
import { niftiDatatypes } from './datatypes.ts';
import type { NiftiDatatype } from './datatypes.ts';
import type { NiftiHeader } from './header.ts';
import { writeField } from './headerLayout.ts';
import type { Field } from './headerLayout.ts';
import type { NiftiOrigin } from './readNifti.ts';
import { storeSamples } from './samples.ts';
import type { StoredForm } from './samples.ts';
import { misfitOf } from './storedForm.ts';

export type NiftiWriteOptions = Readonly<{ datatype: 'source' | 'float32'; description: string }>;
export type WrittenNifti = Readonly<{ sha256: string; bytes: number; datatype: NiftiDatatype; issues: Issue[] }>;

const DESCRIP_CHARACTERS = 79;

/**
 * Writes new samples into a copy of the source's header: dim, pixdim, qform, sform, their codes and xyzt_units stay
 * bit-identical (bids-and-reports.md R-14). Equal calls give equal bytes. The path decides on gzip (.gz). Planes are stored one by one.
 *
 * @returns the datatype written, and DATATYPE_WIDENED when the source's could not hold the samples
 * @throws CONCORD_GRID_MISMATCH if the volume has another shape than the source; CONCORD_INTERNAL if a sample is
 * not finite; those of writeFileAtomic
 */
export async function writeNifti(
  origin: NiftiOrigin,
  harmonized: Volume<'scanner'> | SlicedVolume,
  path: string,
  options: NiftiWriteOptions,
): Promise<WrittenNifti> {
  const { header } = origin;
  const volume = sliced(harmonized);
  if (!isSameShape(header.shape, volume.shape)) {
    throw new ConcordError(
      'CONCORD_GRID_MISMATCH',
      `The source's grid ${header.shape.join('×')} was expected, got ${volume.shape.join('×')}.`,
    );
  }
  const { form, issues } = chooseForm(origin, volume, options);
  const content = fileContent(origin, form, volume, options.description);
  const written = await writeFileAtomic(path, path.endsWith('.gz') ? gzipped(content) : content);
  return { ...written, datatype: form.datatype, issues };
}

function chooseForm(
  { header }: NiftiOrigin,
  volume: SlicedVolume,
  options: NiftiWriteOptions,
): { form: StoredForm; issues: Issue[] } {
  const { littleEndian } = header;
  const float32: StoredForm = { datatype: 'float32', littleEndian, sclSlope: 1, sclInter: 0 };
  if (options.datatype === 'float32') return { form: float32, issues: [] };
  if (niftiDatatypes[header.datatype].integer === null) {
    return { form: { ...float32, datatype: header.datatype }, issues: [] };
  }
  const misfit = misfitOf(volume, header);
  if (misfit !== undefined) return { form: float32, issues: [issue('DATATYPE_WIDENED', misfit)] };
  return { form: header, issues: [] };
}

/** Header, four bytes that say "no extensions", voxels plane by plane. */
async function* fileContent(origin: NiftiOrigin, form: StoredForm, volume: SlicedVolume, description: string): AsyncGenerator<Buffer> {
  const head = Buffer.alloc(origin.header.layout.firstVoxelByte);
  head.set(origin.headerBytes);
  patchHeader(head, origin.header, form, description);
  yield head;
  for (const plane of eachPlane(volume)) {
    // a buffer of its own: a stream may still hold the one before
    const voxels = Buffer.allocUnsafeSlow(plane.length * niftiDatatypes[form.datatype].bytes);
    const nonFinite = storeSamples(plane, voxels, form);
    if (nonFinite > 0) {
      throw new ConcordError('CONCORD_INTERNAL', `Finite voxels were expected for writing, ${nonFinite} in one plane were not.`);
    }
    yield voxels;
  }
}

/**
 * Modifies `head`, a copy of the source's header: datatype, scaling, window, text and offset. Extensions are
 * dropped and the other free-text fields cleared: converters put patient and comment attributes there, and
 * concord cannot tell which.
 */
function patchHeader(head: Buffer, header: NiftiHeader, form: StoredForm, description: string): void {
  const { layout, littleEndian } = header;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const { code, bytes } = niftiDatatypes[form.datatype];
  const put = (field: Field, value: number): void => {
    writeField(view, field, littleEndian, value);
  };
  put(layout.datatype, code);
  put(layout.bitpix, bytes * 8);
  put(layout.voxOffset, layout.firstVoxelByte);
  // an integer form of the source keeps its own bytes: a slope of 0 or NaN stays what it was
  if (form !== header) {
    put(layout.sclSlope, form.sclSlope);
    put(layout.sclInter, form.sclInter);
  }
  put(layout.calMin, 0);
  put(layout.calMax, 0);
  for (const { offset, bytes: length } of [layout.descrip, ...layout.freeText]) head.fill(0, offset, offset + length);
  const text = description.replace(/[^\x20-\x7e]/g, '?').slice(0, DESCRIP_CHARACTERS);
  head.write(text, layout.descrip.offset, 'latin1');
}
