import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { OutputFile, ScanRecord } from '../core/scanRecord.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { SUCCESS } from '../formats/dicom/write/outputFolder.ts';
import { renderScanReport } from '../report/scanReport.ts';
import type { ReportImages } from '../report/scanReport.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { ImageWriters } from './imageWriters.ts';
import type { OutputPaths } from './outputNames.ts';
import { renderSidecar } from './sidecar.ts';

/**
 * Writes one scan's outputs, the record last: whoever finds a record finds everything that it names.
 * Without writers the scan was refused: there is a report and a record, and no image.
 *
 * @returns the record as written, with its outputs; refused where the image could not be stored as it should
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeOutputs(
  record: ScanRecord, paths: OutputPaths, images: ReportImages | null, writers: ImageWriters | null,
): Promise<ScanRecord> {
  await prepareFolder(paths);
  const withImage = writers === null ? record : await writeImages(record, paths, writers);
  const report = await writeFileAtomic(paths.report, await renderScanReport(withImage, images));
  const complete = { ...withImage, outputs: [...withImage.outputs, outputFile('report', basename(paths.report), report)] };
  await writeFileAtomic(paths.record, canonicalJson(complete));
  return complete;
}

/** DICOM first: only there can storing fail for the scan's own sake, and then there must be no other image either. */
async function writeImages(record: ScanRecord, paths: OutputPaths, { dicom, nifti }: ImageWriters): Promise<ScanRecord> {
  try {
    const withSeries = dicom === null || paths.series === undefined ? record : await writeSeriesOutput(record, paths.series, dicom);
    return nifti === null ? withSeries : await writeImageAndSidecar(withSeries, paths, nifti);
  } catch (error) {
    if (!(error instanceof ScanRefusal)) throw error;
    return { ...record, status: 'refused', issues: [...record.issues, error.issue] };
  }
}

async function writeSeriesOutput(record: ScanRecord, folder: string, write: NonNullable<ImageWriters['dicom']>): Promise<ScanRecord> {
  const written = await write(folder);
  const path = relative(dirname(dirname(folder)), join(folder, SUCCESS)).split(sep).join('/');
  return { ...record, outputs: [...record.outputs, outputFile('series', path, written)] };
}

async function writeImageAndSidecar(record: ScanRecord, paths: OutputPaths, write: NonNullable<ImageWriters['nifti']>): Promise<ScanRecord> {
  const image = await write(paths.image, `concord ${record.concordVersion}; harmonized to ${record.reference.styleId}`.slice(0, 79));
  const sidecar = await writeFileAtomic(paths.sidecar, renderSidecar(record, image));
  return {
    ...record,
    issues: [...record.issues, ...image.issues],
    outputs: [...record.outputs, outputFile('image', basename(paths.image), image), outputFile('sidecar', basename(paths.sidecar), sidecar)],
  };
}

/** Makes the folder, and takes away what an earlier run left of this scan: a refused scan must not lie beside an old image. */
async function prepareFolder(paths: OutputPaths): Promise<void> {
  try {
    await mkdir(dirname(paths.record), { recursive: true });
    for (const path of Object.values(paths)) await rm(path, { recursive: true, force: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be written to.', { cause });
  }
}

/** Paths in a record are relative to its own folder: the folder may move. */
function outputFile(kind: OutputFile['kind'], path: string, { sha256, bytes }: { sha256: string; bytes: number }): OutputFile {
  return { path, kind, sha256, bytes };
}
