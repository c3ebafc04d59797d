import { affineOf } from '../../core/affine.ts';
import { ConcordError } from '../../core/errors.ts';
import { ScanRefusal } from '../../core/issues.ts';
import type { Volume } from '../../core/volume.ts';
import { newNiftiOrigin } from '../../formats/nifti/newHeader.ts';
import { storeSamples, type StoredForm } from '../../formats/nifti/samples.ts';
import { findScans, readScan, type ScanInput } from '../../formats/scan.ts';
import { LOWEST_SLICE_ABOVE_EYES } from '../../report/image.ts';
import type { ViewerImages } from '../../report/viewer/viewerPage.ts';
import { conformAlone, conformLike } from './conformPair.ts';
import { matchScans, type ScanPair } from './matchScans.ts';
import { withoutFace } from './withoutFace.ts';

const VOXEL_OFFSET = 352;
/** Brain scale in thousandths: finer than any screen, half the bytes of floats. */
const stored: StoredForm = { datatype: 'int16', littleEndian: true, sclSlope: 0.001, sclInter: 0 };
/** As every picture of a report. */
const WINDOW = { low: 0, high: 0.9 };

/**
 * One person's scan before and after on the working grid, for the viewer: only slices above the eyes are in it, so that
 * no face can be drawn from the file (operations.md P-33).
 *
 * @param subject `sub-01`, `01`, or the name of one scan
 * @throws CONCORD_USAGE where no pair is of this subject; CONCORD_INPUT_UNREADABLE where it cannot be read as an MR head
 */
export async function viewerImages(subject: string, paths: Readonly<{ before: string; after: string }>): Promise<ViewerImages> {
  const pair = await pairOf(subject, paths);
  try {
    const { volume, modality } = await readScan(pair.before);
    if (modality === 'CT') throw new ScanRefusal('WRONG_MODALITY', 'the viewer shows MR heads; this is CT');
    const scan = conformAlone(volume);
    const later = conformLike((await readScan(pair.after)).volume, { volume, scan });
    return { scan: pair.key, before: aboveEyes(withoutFace(scan.working, scan.brain)), after: aboveEyes(withoutFace(later.working, scan.brain)), ...WINDOW };
  } catch (error) {
    if (!(error instanceof ScanRefusal)) throw error;
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', `${pair.key} cannot be shown: ${error.issue.detail}.`, { cause: error, issueCode: error.issue.code });
  }
}

async function pairOf(subject: string, { before, after }: Readonly<{ before: string; after: string }>): Promise<ScanPair> {
  const { pairs } = matchScans(await listed(before), await listed(after), []);
  const pair = pairs.find(({ key }) => key === subject) ?? pairs.find((own) => own.subject === subject || own.subject === `sub-${subject}`);
  if (pair === undefined) throw new ConcordError('CONCORD_USAGE', `--subject ${subject} has no scan in both --before and --after, which share ${pairs.length}.`);
  return pair;
}

async function listed(path: string): Promise<readonly ScanInput[]> {
  return (await findScans(path, { allowHarmonized: true })).inputs;
}

/** The upper slices alone as an uncompressed NIfTI-1 file: what is not in the file cannot be shown. */
function aboveEyes({ shape: [columns, rows, depth], samples }: Volume<'model'>): Uint8Array {
  const shape = [columns, rows, depth - LOWEST_SLICE_ABOVE_EYES] as const;
  const affine = affineOf([[2, 0, 0, -columns], [0, 2, 0, -rows], [0, 0, 2, -shape[2]]]);
  const shown = samples.subarray(columns * rows * LOWEST_SLICE_ABOVE_EYES);
  const file = Buffer.alloc(VOXEL_OFFSET + 2 * shown.length);
  file.set(newNiftiOrigin({ shape, affine }, stored).headerBytes);
  storeSamples(shown, file.subarray(VOXEL_OFFSET), stored);
  return file;
}
