import { ScanRefusal } from '../core/issues.ts';
import { eachPlane, sliced } from '../core/planes.ts';
import type { PlaneSink, SlicedVolume } from '../core/planes.ts';
import type { Volume } from '../core/volume.ts';
import { readPlanes } from '../formats/scan.ts';
import type { Modality, ScanInput } from '../formats/scan.ts';

/** Air in Hounsfield units is about −1000; no MR scale has this much far below 0. */
const AIR_HU = -500;
const AIR_SHARE = 0.05;

type SomeScan = Readonly<{ modality: Modality; volume: Volume | SlicedVolume }>;

/**
 * A CT scan on an MR protocol would come out as a plausible picture of nothing, so it is refused: by its header, and
 * where the header does not say (NIfTI), by its values. So is MR on a CT protocol by its header; what else is no CT,
 * preprocess/checkHounsfield.ts tells.
 *
 * @throws WRONG_MODALITY
 */
export function checkModality(scan: SomeScan, expected: 'MR' | 'CT'): void {
  if (scan.modality !== 'unknown' && scan.modality !== expected) {
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}, the scan is ${scan.modality}.`);
  }
  if (expected === 'CT' || scan.modality === expected) return;
  const share = airShareOf(scan.volume);
  if (share > AIR_SHARE) {
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}; ${Math.round(100 * share)} % of the voxels are below ${AIR_HU}, as air in CT.`);
  }
}

/** What the header says; where it says nothing, CT if much of the scan is as far below 0 as air. */
export function modalityOf({ modality, volume }: SomeScan): 'MR' | 'CT' {
  if (modality !== 'unknown') return modality;
  return airShareOf(volume) > AIR_SHARE ? 'CT' : 'MR';
}

/** The same of a scan that is read to its end and not kept. @throws as reading does */
export async function readModality(input: ScanInput): Promise<'MR' | 'CT'> {
  const air = createAirMeter();
  const { modality } = await readPlanes(input, () => air);
  if (modality !== 'unknown') return modality;
  return air.share() > AIR_SHARE ? 'CT' : 'MR';
}

function airShareOf(volume: Volume | SlicedVolume): number {
  const air = createAirMeter();
  for (const plane of eachPlane(sliced(volume))) air.write(0, plane);
  return air.share();
}

function createAirMeter(): PlaneSink & Readonly<{ share: () => number }> {
  let [air, count] = [0, 0];
  return {
    write: (_, plane) => {
      for (let n = 0; n < plane.length; n++) if (plane[n]! < AIR_HU) air++;
      count += plane.length;
    },
    share: () => air / count,
  };
}
