import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { Acquisition } from '../../core/scanRecord.ts';
import { voxelCount } from '../../core/volume.ts';
import type { Shape3, Volume } from '../../core/volume.ts';
import { newNiftiOrigin } from '../nifti/newHeader.ts';
import { isConstant } from '../nifti/readNifti.ts';
import type { NiftiOrigin } from '../nifti/readNifti.ts';
import type { StoredForm } from '../nifti/samples.ts';
import { parseDataSet } from './dataSet.ts';
import type { DataSet } from './dataSet.ts';
import { storedValuesOf } from './framePixels.ts';
import { instanceChecks } from './instanceChecks.ts';
import { parseInstanceHeader } from './instanceHeader.ts';
import type { InstanceHeader } from './instanceHeader.ts';
import { preScan } from './preScan.ts';
import { seriesFlags, seriesRefusals } from './seriesChecks.ts';
import { affineOfSlices, placeInstances } from './sliceOrder.ts';
import type { PlacedInstance } from './sliceOrder.ts';
import { MR_IMAGE_STORAGE } from './sopClasses.ts';

/**
 * What writing back needs. As NIfTI: `nifti`, the header it gets. As DICOM: the instances in slice order, slice k of the
 * volume being `slices[k]` with its rows turned upside down.
 */
export type DicomOrigin = Readonly<{ kind: 'dicom'; nifti: NiftiOrigin; slices: readonly PlacedInstance[] }>;

export type SeriesScan = Readonly<{
  volume: Volume<'scanner'>;
  modality: 'MR' | 'CT';
  datatype: string;
  sha256: string;
  acquisition: Acquisition;
  issues: readonly Issue[];
  origin: DicomOrigin;
}>;

export type SeriesOptions = Readonly<{ maxBytes: number; allowDerived: boolean }>;

const LARGEST_FILE = 2 ** 31 - 1;

/**
 * One classic MR or CT series as a volume: HU for CT, signal for MR, rescaled slice by slice. Files are read twice,
 * first for their headers, then for their pixels in slice order, so that one frame is in memory at a time.
 *
 * @throws ScanRefusal with the codes of dicom.md §2; CONCORD_INPUT_UNREADABLE if a file cannot be opened
 */
export async function readSeries(paths: readonly string[], options: SeriesOptions): Promise<SeriesScan> {
  // 1. headers, each checked alone
  const headers: InstanceHeader[] = [];
  for (const path of paths) headers.push(await readHeader(path, options));
  // 2. slices in order, checked together
  const slices = placeInstances(withoutDuplicates(headers));
  for (const check of seriesRefusals) refuse(check(slices));
  // 3. pixels
  const shape = shapeOf(slices, options.maxBytes);
  const samples = await readSamples(slices, shape);
  if (isConstant(samples)) throw new ScanRefusal('CONSTANT', `all ${samples.length} voxels are equal`);
  // 4. geometry, and the header to write with
  const affine = affineOfSlices(slices);
  const volume: Volume<'scanner'> = { scale: 'scanner', shape, samples, affine };
  const form = storedFormOf(slices);
  return {
    volume,
    modality: slices[0]!.sopClassUid === MR_IMAGE_STORAGE ? 'MR' : 'CT',
    datatype: form.datatype,
    sha256: hashOf(slices),
    acquisition: slices[0]!.acquisition,
    issues: seriesFlags.flatMap((flag) => flag(slices) ?? []),
    origin: { kind: 'dicom', nifti: newNiftiOrigin(volume, form), slices },
  };
}

async function readHeader(path: string, { allowDerived }: SeriesOptions): Promise<InstanceHeader> {
  const { dataSet, sha256, transferSyntax } = await openInstance(path);
  const header = parseInstanceHeader({ path, sha256, transferSyntax }, dataSet);
  for (const check of instanceChecks) refuse(check(header));
  if (header.imageType[0] === 'DERIVED' && !allowDerived) {
    throw new ScanRefusal('DERIVED_INPUT', 'ImageType begins with DERIVED');
  }
  return header;
}

type OpenInstance = Pick<InstanceHeader, 'sha256' | 'transferSyntax'> & Readonly<{ dataSet: DataSet }>;

async function openInstance(path: string): Promise<OpenInstance> {
  const file = await readInstanceFile(path);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const checked = preScan(file);
  return { dataSet: parseDataSet(checked), sha256, transferSyntax: checked.transferSyntax };
}

async function readInstanceFile(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) throw new ScanRefusal('TOO_LARGE', `one instance of ${size} bytes`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof ConcordError) throw cause;
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'A readable series was expected; one of its files is not.', {
      cause,
      issueCode: 'UNREADABLE',
    });
  }
}

/** The same instance sent twice is dropped once; two contents under one UID are not for us to choose from. */
function withoutDuplicates(headers: readonly InstanceHeader[]): InstanceHeader[] {
  const known = new Map<string, InstanceHeader>();
  for (const header of headers) {
    const other = known.get(header.sopInstanceUid);
    if (other && other.sha256 !== header.sha256) {
      throw new ScanRefusal('DUP_SOP', 'two instances with different content share one UID');
    }
    known.set(header.sopInstanceUid, header);
  }
  return [...known.values()];
}

function shapeOf(slices: readonly PlacedInstance[], maxBytes: number): Shape3 {
  const { columns, rows } = slices[0]!.pixels;
  const shape: Shape3 = [columns, rows, slices.length];
  const needed = voxelCount(shape) * Float32Array.BYTES_PER_ELEMENT;
  if (needed > maxBytes) throw new ScanRefusal('TOO_LARGE', `${needed} bytes of memory needed, ${maxBytes} allowed`);
  return shape;
}

async function readSamples(slices: readonly PlacedInstance[], shape: Shape3): Promise<Float32Array> {
  const [columns, rows] = shape;
  const samples = new Float32Array(voxelCount(shape));
  for (const [k, slice] of slices.entries()) {
    const { dataSet, sha256 } = await openInstance(slice.path);
    if (sha256 !== slice.sha256) throw new ScanRefusal('MALFORMED', 'a file changed while the series was read');
    const stored = await storedValuesOf(slice, dataSet.pixelData());
    const into = samples.subarray(k * columns * rows, (k + 1) * columns * rows);
    placeFrame(stored, slice, into);
  }
  return samples;
}

/**
 * Stored values → voxel values of one slice, last row first.
 * MONOCHROME1 shows low values bright: MR signal is stored inverted then, while CT stays HU (PS3.3 C.7.6.3.1.2).
 * Padding is a mark and no measurement: in MR it becomes 0, in CT it keeps its value far below air.
 */
function placeFrame(stored: Int32Array, slice: PlacedInstance, into: Float32Array): void {
  const { columns, rows, padding, bitsStored, isSigned } = slice.pixels;
  const isMr = slice.sopClassUid === MR_IMAGE_STORAGE;
  const slope = slice.rescaleSlope ?? 1;
  const intercept = slice.rescaleIntercept ?? 0;
  // lowest + highest storable value: v → sum - v turns the scale around
  const sum = isSigned ? -1 : 2 ** bitsStored - 1;
  const isInverted = isMr && slice.photometric === 'MONOCHROME1';
  const [low, high] = isMr && padding ? padding : [1, 0];
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) {
      const value = stored[from + column]!;
      const isPadding = value >= low && value <= high;
      into[to + column] = isPadding ? 0 : slope * (isInverted ? sum - value : value) + intercept;
    }
  }
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
function hashOf(slices: readonly PlacedInstance[]): string {
  const hashes = slices.map(({ sha256 }) => sha256).sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function refuse(found: Issue | undefined): void {
  if (found) throw new ScanRefusal(found.code, found.detail);
}
