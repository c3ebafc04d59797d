import type { CohortRecord } from '../../core/cohortRecord.ts';
import { ScanRefusal } from '../../core/issues.ts';
import { readScan, type ScanInput } from '../../formats/scan.ts';
import { drawWorst, type WorstPicture } from '../../report/cohort/gallery.ts';
import { worstScans } from '../../report/cohort/worstScans.ts';
import { drawCtPair } from './ct/drawCtPair.ts';
import { conformAlone, conformLike } from './conformPair.ts';
import { matchScans } from './matchScans.ts';
import { findInOneForm } from './oneForm.ts';
import { withoutFace } from './withoutFace.ts';

/**
 * Pictures of the worst scans, which are known only when all have been measured, so these few are read once more,
 * one pair at a time. A scan that can no longer be read has no picture.
 */
export async function drawWorstScans(record: CohortRecord, paths: Readonly<{ before: string; after: string; scratchDir: string }>): Promise<WorstPicture[]> {
  const [before, after] = await Promise.all([listed(paths.before), listed(paths.after)]);
  const pairs = new Map(matchScans(before, after, []).pairs.map((pair) => [pair.key, pair]));
  const pictures: WorstPicture[] = [];
  for (const worst of worstScans(record)) {
    const pair = pairs.get(worst.scan);
    if (pair === undefined) continue;
    try {
      pictures.push({ ...worst, png: await (record.modality === 'CT' ? drawCtPair(pair.before, pair.after, paths.scratchDir) : drawHeadPair(pair.before, pair.after)) });
    } catch (error) {
      if (!(error instanceof ScanRefusal)) throw error;
    }
  }
  return pictures;
}

async function listed(path: string): Promise<readonly ScanInput[]> {
  return (await findInOneForm(path)).inputs;
}

async function drawHeadPair(before: ScanInput, after: ScanInput): Promise<Uint8Array> {
  const { volume } = await readScan(before);
  const scan = conformAlone(volume);
  const later = conformLike((await readScan(after)).volume, { volume, scan });
  return drawWorst(withoutFace(scan.working, scan.brain), withoutFace(later.working, scan.brain));
}
