import { ScanRefusal } from '../core/issues.ts';
import { eachPlane, sliced } from '../core/planes.ts';
import type { Grid, PlaneSink, SlicedVolume } from '../core/planes.ts';
import type { Volume } from '../core/volume.ts';
import { readPlanes } from '../formats/scan.ts';
import type { Modality, Scan, ScanInput } from '../formats/scan.ts';

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
  checkDeclared(scan.modality, expected);
  if (expected === 'CT' || scan.modality === expected) return;
  const share = airShareOf(scan.volume);
  if (share > AIR_SHARE) {
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}; ${Math.round(100 * share)} % of the voxels are below ${AIR_HU}, as air in CT.`);
  }
}

/** What the header alone says. @throws WRONG_MODALITY */
export function checkDeclared(declared: Modality, expected: 'MR' | 'CT'): void {
  if (declared !== 'unknown' && declared !== expected) throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}, the scan is ${declared}.`);
}

/**
 * What the header says; where it says nothing, CT if much of the scan is as far below 0 as air. The scan is read to its end and not kept.
 *
 * @param look sees every plane on the way
 * @throws as reading does
 */
export async function readModality(input: ScanInput, look?: PlaneSink): Promise<Readonly<{ modality: 'MR' | 'CT'; scan: Scan<Grid> }>> {
  const air = createAirMeter();
  const write: PlaneSink['write'] = (k, plane) => {
    air.write(k, plane);
    look?.write(k, plane);
  };
  const scan = await readPlanes(input, () => ({ write }));
  const modality = scan.modality === 'unknown' ? (air.share() > AIR_SHARE ? 'CT' : 'MR') : scan.modality;
  return { modality, scan };
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
