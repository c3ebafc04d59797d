import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ConcordError } from '../core/errors.ts';
import type { Issue } from '../core/issues.ts';
import type { OutputFile, ScanRecord } from '../core/scanRecord.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { renderScanReport } from '../report/scanReport.ts';
import type { ReportImages } from '../report/scanReport.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { OutputPaths } from './outputNames.ts';
import { renderSidecar } from './sidecar.ts';

/** Writes the image to a path and says what it wrote. */
export type ImageWriter = (
  path: string, description: string,
) => Promise<Readonly<{ sha256: string; bytes: number; issues: readonly Issue[] }>>;

/**
 * Writes one scan's outputs, the record last: whoever finds a record finds everything that it names.
 * Without `writeImage` the scan was refused: there is a report and a record, and no image.
 *
 * @returns the record as written, with its outputs
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeOutputs(
  record: ScanRecord, paths: OutputPaths, images: ReportImages | null, writeImage: ImageWriter | null,
): Promise<ScanRecord> {
  await prepareFolder(paths);
  const withImage = writeImage === null ? record : await writeImageAndSidecar(record, paths, writeImage);
  const report = await writeFileAtomic(paths.report, await renderScanReport(withImage, images));
  const complete = { ...withImage, outputs: [...withImage.outputs, outputFile('report', paths.report, report)] };
  await writeFileAtomic(paths.record, canonicalJson(complete));
  return complete;
}

async function writeImageAndSidecar(record: ScanRecord, paths: OutputPaths, writeImage: ImageWriter): Promise<ScanRecord> {
  const image = await writeImage(paths.image, `concord ${record.concordVersion}; harmonized to ${record.reference.styleId}`.slice(0, 79));
  const sidecar = await writeFileAtomic(paths.sidecar, renderSidecar(record, image));
  return {
    ...record,
    issues: [...record.issues, ...image.issues],
    outputs: [outputFile('image', paths.image, image), outputFile('sidecar', paths.sidecar, sidecar)],
  };
}

/** Makes the folder, and takes away what an earlier run left of this scan: a refused scan must not lie beside an old image. */
async function prepareFolder(paths: OutputPaths): Promise<void> {
  try {
    await mkdir(dirname(paths.record), { recursive: true });
    for (const path of [paths.record, paths.image, paths.sidecar, paths.report]) await rm(path, { force: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be written to.', { cause });
  }
}

/** Paths in a record are relative to its own folder: the folder may move. */
function outputFile(kind: OutputFile['kind'], path: string, { sha256, bytes }: { sha256: string; bytes: number }): OutputFile {
  return { path: basename(path), kind, sha256, bytes };
}
