import { createHash } from 'node:crypto';

import { ConcordError } from '../../../core/errors.ts';
import { ScanRefusal } from '../../../core/issues.ts';
import { planeSize, sliced } from '../../../core/planes.ts';
import type { SlicedVolume } from '../../../core/planes.ts';
import type { Volume } from '../../../core/volume.ts';
import type { ReadSlice } from '../readSlices.ts';
import { kindOfSopClass, MR_IMAGE_STORAGE } from '../sopClasses.ts';
import { derivedInstance } from './derivedInstance.ts';
import { derivedUid } from './derivedUid.ts';
import { displayWindow } from './displayWindow.ts';
import { textOf } from './element.ts';
import { readSourceElements } from './openSource.ts';
import { stageFolder } from './outputFolder.ts';
import type { CommittedFolder } from './outputFolder.ts';
import { DEFAULT_DICOM_OPTIONS } from './provenance.ts';
import type { DicomOptions, Provenance } from './provenance.ts';
import { quantizationOf, sliceQuantization } from './quantization.ts';
import type { SeriesQuantization } from './quantization.ts';
import type { SeriesFacts } from './rule.ts';
import { harmonizedSeriesNumber } from './seriesNumber.ts';
import { pixelBytes, storeSlice } from './storeSlice.ts';
import { tags } from './tags.ts';

/** More of the voxels beyond the range of the pixel form: the scan is refused (dicom.md D-22). */
const MOST_CLIPPED = 0.001;
/** Waiting for the disk takes longer than making an instance, so several wait at once. */
const AT_A_TIME = 16;

export type SeriesToWrite = Readonly<{
  /** As read: in slice order. */
  slices: readonly ReadSlice[];
  /** On the source's grid: columns × rows × slices, last row first. */
  harmonized: Volume<'scanner'> | SlicedVolume;
  /** A value that most tissue stays around; undefined where the volume is on the source's own scale. */
  typicalSignal: number | undefined;
  provenance: Provenance;
  options?: Partial<DicomOptions>;
}>;

export type WrittenSeries = CommittedFolder & Readonly<{ seriesInstanceUid: string; clipped: number }>;

/** A series as it will be stored: every slice once, of which nothing but this is kept. */
type Survey = Readonly<{ quantization: SeriesQuantization; smallest: number; largest: number; sha256: string; clipped: number }>;
type StoredPixels = Readonly<{ pixels: Buffer; native: number; clipped: number; smallest: number; largest: number }>;

/**
 * Writes a harmonized series as DICOM: one derived instance for each of the source's, in a folder that appears whole or
 * not at all. Equal calls give equal bytes. The sources' elements are read again and must not have changed; pixels are not
 * decoded again. Each slice is stored twice, for what the whole series must tell and for its own file, so that memory does not grow with their number.
 *
 * @param folder `…/<study>/<series>`; files are named by their place in the stack, 0001.dcm first
 * @throws ScanRefusal UNSUPPORTED_SOP_CLASS_ENHANCED; QC_FAIL when too many values leave the pixel form, MALFORMED when a source has changed;
 * CONCORD_GRID_MISMATCH, CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function writeSeries(series: SeriesToWrite, folder: string): Promise<WrittenSeries> {
  checkClassic(series.slices);
  checkGrid(series);
  // 1. all pixels first: refusing comes before writing, and the UIDs stand for them
  const survey = surveySeries(series);
  const facts = await seriesFacts(series, survey);
  // 2. the instances, then the folder as a whole
  const staged = await stageFolder(folder);
  try {
    const writeInstance = async (slice: ReadSlice, index: number): Promise<void> => {
      const name = `${String(index + 1).padStart(4, '0')}.dcm`;
      await staged.write(name, await instanceBytes(slice, storedPixels(series, index, facts), facts, survey.sha256));
    };
    for (let from = 0; from < series.slices.length; from += AT_A_TIME) {
      await Promise.all(series.slices.slice(from, from + AT_A_TIME).map((slice, offset) => writeInstance(slice, from + offset)));
    }
    const committed = await staged.commit({ instances: series.slices.length, clippedVoxels: survey.clipped });
    return { ...committed, seriesInstanceUid: facts.seriesInstanceUid, clipped: survey.clipped };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** A multi-frame instance would need its functional groups rewritten, frame by frame. */
function checkClassic(slices: SeriesToWrite['slices']): void {
  if (slices.every(({ sopClassUid }) => kindOfSopClass(sopClassUid) === 'classic')) return;
  throw new ScanRefusal('UNSUPPORTED_SOP_CLASS_ENHANCED', 'only classic CT and MR images are written as DICOM');
}

function checkGrid({ slices, harmonized: { shape } }: SeriesToWrite): void {
  const { columns, rows } = slices[0]!.pixels;
  if (shape[0] === columns && shape[1] === rows && shape[2] === slices.length) return;
  throw new ConcordError('CONCORD_GRID_MISMATCH', `The source's grid ${columns}×${rows}×${slices.length} was expected, got ${shape.join('×')}.`);
}

function surveySeries(series: SeriesToWrite): Survey {
  const quantization = quantizationOf(series.slices, series.typicalSignal);
  const digest = createHash('sha256');
  let [native, clipped, smallest, largest] = [0, 0, Infinity, -Infinity];
  for (const index of series.slices.keys()) {
    const stored = storedPixels(series, index, quantization);
    digest.update(stored.pixels);
    native += stored.native;
    clipped += stored.clipped;
    smallest = Math.min(smallest, stored.smallest);
    largest = Math.max(largest, stored.largest);
  }
  if (clipped > MOST_CLIPPED * native) {
    throw new ScanRefusal('QC_FAIL', `${clipped} of ${native} voxels leave the range of the source's pixel form, ${100 * MOST_CLIPPED} % may`);
  }
  return { quantization, smallest, largest, sha256: digest.digest('hex'), clipped };
}

/** One slice in the source's pixel form. */
function storedPixels({ slices, harmonized }: SeriesToWrite, index: number, quantization: SeriesQuantization): StoredPixels {
  const slice = slices[index]!;
  const samples = new Float32Array(planeSize(harmonized.shape));
  sliced(harmonized).read(index, samples);
  const isInverted = isMr(slice) && slice.photometric === 'MONOCHROME1';
  const { values, ...counts } = storeSlice(samples, slice.padding, slice.pixels, sliceQuantization(slice, quantization), isInverted);
  return { pixels: pixelBytes(values, slice.pixels), ...counts };
}

async function seriesFacts(series: SeriesToWrite, { quantization, smallest, largest, sha256 }: Survey): Promise<SeriesFacts> {
  const { provenance, harmonized } = series;
  const options = { ...DEFAULT_DICOM_OPTIONS, ...series.options };
  const first = series.slices[0]!;
  const elements = await readSourceElements(first);
  const sourceSeriesInstanceUid = textOf(elements, tags.SeriesInstanceUID);
  const { modelSha256, configSha256, seed } = provenance;
  // a series that lost its UID is known by its first instance
  const sourceUid = sourceSeriesInstanceUid || first.sopInstanceUid;
  return {
    seriesInstanceUid: derivedUid({ kind: 'series', sourceUid, modelSha256, configSha256, seed, pixelsSha256: sha256 }, options.uidKey),
    sourceSeriesInstanceUid,
    seriesNumber: options.seriesNumber ?? harmonizedSeriesNumber(textOf(elements, tags.SeriesNumber), []),
    window: isMr(first) ? displayWindow(sliced(harmonized), quantization.factor) : undefined,
    ...quantization, smallest, largest, provenance, options,
  };
}

async function instanceBytes(
  slice: ReadSlice, { pixels: bytes, smallest, largest }: StoredPixels, series: SeriesFacts, pixelsSha256: string,
): Promise<Buffer> {
  const { sopClassUid, sopInstanceUid, pixels } = slice;
  const { modelSha256, configSha256, seed } = series.provenance;
  const uid = { kind: 'instance', sourceUid: sopInstanceUid, modelSha256, configSha256, seed, pixelsSha256 } as const;
  return derivedInstance({
    source: await readSourceElements(slice),
    sourceSopClassUid: sopClassUid,
    sourceSopInstanceUid: sopInstanceUid,
    sopInstanceUid: derivedUid(uid, series.options.uidKey),
    isMr: isMr(slice),
    isSigned: pixels.isSigned,
    bitsAllocated: pixels.bitsAllocated,
    pixels: bytes, smallest, largest, series,
  });
}

function isMr({ sopClassUid }: ReadSlice): boolean {
  return sopClassUid === MR_IMAGE_STORAGE;
}
