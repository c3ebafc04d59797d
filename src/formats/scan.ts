import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { Grid, PlaneSink, SlicedVolume } from '../core/planes.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import type { Shape3, Volume } from '../core/volume.ts';
import { readSidecar } from './bids/sidecar.ts';
import type { DecodeLimits } from './dicom/decode/decoder.ts';
import type { InstanceAllowance } from './dicom/instanceChecks.ts';
import { readSeries } from './dicom/readSeries.ts';
import type { DicomOrigin } from './dicom/readSeries.ts';
import type { SeriesSummary } from './dicom/summary.ts';
import { holdWhole } from './holdWhole.ts';
import { readNifti } from './nifti/readNifti.ts';
import type { NiftiOrigin } from './nifti/readNifti.ts';
import { niftiShape } from './nifti/niftiShape.ts';
import { writeNifti } from './nifti/writeNifti.ts';

export { findScans } from './findScans.ts';

/** One scan as found: `name` is safe as a file stem and unique in its listing. */
export type ScanInput = Readonly<{
  format: 'nifti' | 'dicom';
  name: string;
  paths: readonly string[];
  /** Of DICOM: what the headers say before anything is checked. */
  summary?: SeriesSummary;
  /** Of DICOM: read although it is computed from other series, or was harmonized. */
  allow?: readonly InstanceAllowance[];
  /** Of DICOM: where its like belongs, a hash of study and patient; and its SeriesNumber as written, which may be empty. */
  study?: string;
  seriesNumber?: string;
}>;

export type Modality = 'MR' | 'CT' | 'unknown';

/** One scan as read: the file's own voxel order, RAS+ mm, scanner intensities; `volume` holds them, whole or plane by plane. */
export type Scan<Held extends Grid = Volume<'scanner'>> = Readonly<{
  input: ScanInput;
  volume: Held;
  modality: Modality;
  /** Of the stored values: `int16`, `uint8`, `float32`, … */
  datatype: string;
  /** Of the source file; of a series, over the sorted hashes of its files. */
  sha256: string;
  acquisition: Acquisition;
  issues: readonly Issue[];
  origin: ScanOrigin;
}>;

export type ScanOrigin = NiftiOrigin | DicomOrigin;

export type WrittenScan = Readonly<{ path: string; sha256: string; bytes: number; datatype: string; issues: Issue[] }>;

/** What one compressed DICOM frame may cost [default: 20 s, 1 GiB]. */
export type ReadOptions = Readonly<{ decodeLimits?: DecodeLimits }>;

/**
 * Reads a scan whole. Inputs are opened read-only.
 *
 * @param options.maxBytes budget for the samples, in bytes [default: 4 GiB]
 * @throws ScanRefusal for every fault of the scan; CONCORD_INPUT_UNREADABLE if the system refuses to read
 */
export async function readScan(input: ScanInput, { maxBytes, ...options }: ReadOptions & { maxBytes?: number } = {}): Promise<Scan> {
  const scan = await readPlanes(input, holdWhole(maxBytes), options);
  const { scale, shape, samples, affine } = scan.volume;
  return { ...scan, volume: { scale, shape, samples, affine } };
}

/** What headers, sidecar or file name say, before anything is read of the image. */
export async function declaredModality({ format, paths, summary }: ScanInput): Promise<Modality> {
  if (format === 'nifti') return (await readSidecar(paths[0]!)).modality;
  return summary?.modality ?? 'unknown';
}

/** Columns, rows and slices by the headers alone; undefined where they cannot be read: reading says why. */
export async function declaredShape({ format, paths, summary }: ScanInput): Promise<Shape3 | undefined> {
  return format === 'dicom' ? summary?.size : niftiShape(paths[0]!).catch(() => undefined);
}

/**
 * Reads a scan plane by plane, in rising order, and keeps none of it.
 *
 * @param hold makes the place that the planes go to, once the header is known: the scan's volume
 * @throws as readScan
 */
export async function readPlanes<Held extends PlaneSink>(
  input: ScanInput, hold: (shape: Shape3) => Held, options: ReadOptions = {},
): Promise<Scan<Grid & Held>> {
  try {
    if (input.format === 'dicom') {
      const { allow = [] } = input;
      const series = await readSeries(input.paths, hold, { ...options, allow });
      return { ...series, input };
    }
    const path = input.paths[0]!;
    const scan = await readNifti(path, hold);
    const { acquisition, modality, issues } = await readSidecar(path);
    return { ...scan, input, acquisition, modality, issues: [...scan.issues, ...issues] };
  } catch (cause) {
    if (cause instanceof ConcordError) throw cause;
    // libraries and the system may throw anything; one scan's fault must stay one scan's fault (T-03)
    throw new ScanRefusal('MALFORMED', 'the scan could not be read', cause);
  }
}

/**
 * Writes harmonized samples on the source's grid as one NIfTI file (.nii.gz or .nii): with the source's header if that is
 * NIfTI, with a new one if it is DICOM.
 *
 * @param outputPath a new or replaced file; written whole or not at all
 * @throws CONCORD_GRID_MISMATCH, CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeScan(
  scan: Scan<Grid>,
  harmonized: Volume<'scanner'> | SlicedVolume,
  outputPath: string,
  options: { datatype: 'source' | 'float32'; description: string },
): Promise<WrittenScan> {
  const origin = scan.origin.kind === 'dicom' ? scan.origin.nifti : scan.origin;
  const written = await writeNifti(origin, harmonized, outputPath, options);
  return { path: outputPath, ...written };
}
