import { createHmac } from 'node:crypto';
import type { Protocol } from '../config/protocol.ts';
import type { Grid, SlicedVolume } from '../core/planes.ts';
import type { Volume } from '../core/volume.ts';
import { writeSeries } from '../formats/dicom/write/writeSeries.ts';
import type { SeriesToWrite, WrittenSeries } from '../formats/dicom/write/writeSeries.ts';
import type { DicomOptions, Provenance } from '../formats/dicom/write/provenance.ts';
import { writeScan } from '../formats/scan.ts';
import type { Scan, WrittenScan } from '../formats/scan.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { MODEL_P90 } from '../preprocess/steps/brainScale.ts';
import { canonicalJson, sha256Of } from './canonicalJson.ts';
import type { ScanJob } from './harmonizeScan.ts';

/** What a DICOM series becomes; NIfTI input becomes NIfTI. */
export type OutputFormat = 'nifti' | 'dicom' | 'both';

/** How DICOM is written. Plain values, as the job they are part of. */
export type DicomJob = Omit<DicomOptions, 'seriesNumber'> & Readonly<{
  /** Milliseconds since 1970: one moment for all instances of a job. */
  createdAt: number;
  /** By scan name: numbers that no other series of the study has. */
  seriesNumbers: Readonly<Record<string, number>>;
}>;

/** Writes one harmonized image in one format; null where this format is not asked for. */
export type ImageWriters = Readonly<{
  nifti: ((path: string, description: string) => Promise<Pick<WrittenScan, 'sha256' | 'bytes' | 'issues'>>) | null;
  dicom: ((folder: string) => Promise<Pick<WrittenSeries, 'sha256' | 'bytes'>>) | null;
}>;

/** Two runs that differ in anything named here give instances with different UIDs. */
type ShapingSettings = Readonly<{ protocol: Protocol; bundle: ModelBundle }>;

/**
 * The writers that a job asks for.
 *
 * @param image harmonized values on the source's grid: MR on the reference's scale, CT in HU
 */
export function imageWriters(scan: Scan<Grid>, image: Volume<'scanner'> | SlicedVolume, job: ScanJob, settings: ShapingSettings): ImageWriters {
  const { format = 'nifti', dicom } = job;
  const { origin } = scan;
  const wantsDicom = origin.kind === 'dicom' && format !== 'nifti' && dicom !== undefined;
  return {
    nifti: wantsDicom && format === 'dicom' ? null
      : (path, description) => writeScan(scan, image, path, { datatype: job.datatype, description }),
    dicom: wantsDicom ? (folder) => writeSeries(seriesToWrite(origin.slices, image, job, dicom, settings), folder) : null,
  };
}

function seriesToWrite(
  slices: SeriesToWrite['slices'], harmonized: SeriesToWrite['harmonized'], job: ScanJob, dicom: DicomJob, { protocol, bundle }: ShapingSettings,
): SeriesToWrite {
  const { createdAt, seriesNumbers, ...options } = dicom;
  const { reference, seed, concordVersion } = job;
  const seriesNumber = seriesNumbers[job.input.name];
  const { uidKey, ...written } = options;
  const shaping = {
    ...methodOf(job), protocol, written, seriesNumber: seriesNumber ?? null,
    // the key itself stays in the job
    key: uidKey === undefined ? null : createHmac('sha256', uidKey).update('concord').digest('hex'),
  };
  const { id, version, files } = bundle.manifest;
  const provenance: Provenance = {
    concordVersion, seed, createdAt, styleId: reference.id, isGenerative: true,
    modelId: `${id}/${version}`,
    modelSha256: sha256Of(canonicalJson(files.map(({ path, sha256 }) => ({ path, sha256 })))),
    configSha256: sha256Of(canonicalJson(shaping)),
  };
  return {
    slices, harmonized, provenance,
    // most of the brain lies below this on the reference's scale; CT has its unit
    typicalSignal: 'brainScale' in reference ? MODEL_P90 * reference.brainScale : undefined,
    options: { ...options, ...(seriesNumber === undefined ? {} : { seriesNumber }) },
  };
}

/** A job without what it reads, where it writes, what the report shows, and what has a place of its own in a UID. */
function methodOf(job: ScanJob): Readonly<Record<string, unknown>> {
  const { input: _input, outputDir: _folder, referencePreview: _preview, datatype: _datatype, format: _format, dicom: _dicom, seed: _seed, ...method } = job;
  return method;
}
