import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { Acquisition } from '../../core/scanRecord.ts';
import type { Grid, PlaneSink } from '../../core/planes.ts';
import { voxelCount } from '../../core/volume.ts';
import type { Shape3 } from '../../core/volume.ts';
import { createConstantCheck } from '../constantCheck.ts';
import { newNiftiOrigin } from '../nifti/newHeader.ts';
import type { NiftiOrigin } from '../nifti/readNifti.ts';
import type { StoredForm } from '../nifti/samples.ts';
import { eachOf } from '../eachOf.ts';
import type { DecodeLimits } from './decode/decoder.ts';
import { createHounsfieldCheck } from './hounsfieldCheck.ts';
import { readHeader } from './identify.ts';
import { instanceChecks } from './instanceChecks.ts';
import type { InstanceAllowance } from './instanceChecks.ts';
import type { InstanceHeader } from './instanceHeader.ts';
import { readSlices } from './readSlices.ts';
import type { ReadSlice } from './readSlices.ts';
import { seriesFlags, seriesRefusals } from './seriesChecks.ts';
import { affineOfSlices, placeInstances } from './sliceOrder.ts';
import type { PlacedInstance } from './sliceOrder.ts';
import { MR_IMAGE_STORAGE } from './sopClasses.ts';

/**
 * What writing back needs. As NIfTI: `nifti`, the header it gets. As DICOM: the instances in slice order, slice k of the
 * volume being `slices[k]` with its rows turned upside down: its file and frame, rescale pair, and the padding found. MR of MONOCHROME1 was turned around, MR padding became 0 (readSlices.ts).
 */
export type DicomOrigin = Readonly<{ kind: 'dicom'; nifti: NiftiOrigin; slices: readonly ReadSlice[] }>;

export type SeriesScan<Held> = Readonly<{
  volume: Grid & Held;
  modality: 'MR' | 'CT';
  datatype: string;
  sha256: string;
  acquisition: Acquisition;
  issues: readonly Issue[];
  origin: DicomOrigin;
}>;

export type SeriesOptions = Readonly<{ allow?: readonly InstanceAllowance[]; decodeLimits?: DecodeLimits }>;

/** Headers read at a time: on a network share most of a small read is waiting. */
const HEADERS_AT_ONCE = 8;

/**
 * One classic MR or CT series plane by plane: HU for CT, signal for MR, rescaled slice by slice. Headers are read and
 * checked before pixels, so that what is refused is refused cheaply.
 *
 * @param hold makes the place that the planes go to, once the headers are checked
 * @throws ScanRefusal with the codes of dicom.md §2; CONCORD_INPUT_UNREADABLE if a file cannot be opened
 */
export async function readSeries<Held extends PlaneSink>(
  paths: readonly string[], hold: (shape: Shape3) => Held, options: SeriesOptions = {},
): Promise<SeriesScan<Held>> {
  // 1. headers, each checked alone
  const headers = await eachOf(paths, HEADERS_AT_ONCE, readHeaderOrFail);
  for (const header of headers) for (const check of instanceChecks) refuse(check(header, options.allow ?? []));
  // 2. slices in order, checked together
  const placed = placeInstances(await withoutDuplicates(headers));
  for (const check of seriesRefusals) refuse(check(placed));
  // 3. pixels
  const shape = shapeOf(placed);
  const held = hold(shape);
  const [constant, hounsfield] = [createConstantCheck(), createHounsfieldCheck(voxelCount(shape))];
  const slices = await readSlices(placed, shape, (k, plane) => {
    constant.add(plane);
    hounsfield.add(plane);
    held.write(k, plane);
  }, options.decodeLimits);
  constant.finish();
  const modality = placed[0]!.sopClassUid === MR_IMAGE_STORAGE ? 'MR' : 'CT';
  if (modality === 'CT') refuse(hounsfield.finish());
  // 4. geometry, and the header to write with
  const affine = affineOfSlices(slices);
  const volume = { ...held, shape, affine };
  const form = storedFormOf(slices);
  return {
    volume,
    modality,
    datatype: form.datatype,
    sha256: hashOf(slices),
    acquisition: slices[0]!.acquisition,
    issues: seriesFlags.flatMap((flag) => flag(slices) ?? []),
    origin: { kind: 'dicom', nifti: newNiftiOrigin(volume, form), slices },
  };
}

async function readHeaderOrFail(path: string): Promise<InstanceHeader> {
  try {
    return await readHeader(path);
  } catch (cause) {
    if (cause instanceof ConcordError) throw cause;
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'A readable series was expected; one of its files is not.', {
      cause,
      issueCode: 'UNREADABLE',
    });
  }
}

/** The same instance sent twice is dropped once; two contents under one UID are not for us to choose from. */
async function withoutDuplicates(headers: readonly InstanceHeader[]): Promise<InstanceHeader[]> {
  const known = new Map<string, InstanceHeader>();
  for (const header of headers) {
    const other = known.get(header.sopInstanceUid);
    if (other && !(await readFile(other.path)).equals(await readFile(header.path))) {
      throw new ScanRefusal('DUP_SOP', 'two instances with different content share one UID');
    }
    if (!other) known.set(header.sopInstanceUid, header);
  }
  return [...known.values()];
}

function shapeOf(slices: readonly PlacedInstance[]): Shape3 {
  const { columns, rows } = slices[0]!.pixels;
  return [columns, rows, slices.length];
}

/** The integer form all slices share, or float32 when each has its own rescale pair. */
function storedFormOf(slices: readonly PlacedInstance[]): StoredForm {
  const { pixels, rescaleSlope = 1, rescaleIntercept = 0 } = slices[0]!;
  const isShared = slices.every(
    (slice) => (slice.rescaleSlope ?? 1) === rescaleSlope && (slice.rescaleIntercept ?? 0) === rescaleIntercept,
  );
  if (!isShared) return { datatype: 'float32', littleEndian: true, sclSlope: 1, sclInter: 0 };
  // int16 is what every NIfTI tool reads; unsigned 16-bit data need uint16 only when the top bit is in use
  const isUnsigned16 = slices.some((slice) => !slice.pixels.isSigned && slice.pixels.bitsStored === 16);
  const datatype = pixels.bitsAllocated === 8 && !pixels.isSigned ? 'uint8' : isUnsigned16 ? 'uint16' : 'int16';
  return { datatype, littleEndian: true, sclSlope: rescaleSlope, sclInter: rescaleIntercept };
}

/** Independent of file names and of the order in which files were found. */
function hashOf(slices: readonly ReadSlice[]): string {
  const hashes = slices.map(({ sha256 }) => sha256).sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function refuse(found: Issue | undefined): void {
  if (found) throw new ScanRefusal(found.code, found.detail);
}
