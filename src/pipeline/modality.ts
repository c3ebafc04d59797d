import { ScanRefusal } from '../core/issues.ts';
import type { Volume } from '../core/volume.ts';

/** Air in Hounsfield units is about −1000; no MR scale has this much far below 0. */
const AIR_HU = -500;
const AIR_SHARE = 0.05;

type SomeScan = Readonly<{ modality: string; volume: Volume }>;

/**
 * A CT scan on an MR protocol would come out as a plausible picture of nothing, so it is refused: by its header, and
 * where the header does not say (NIfTI), by its values. So is MR on a CT protocol by its header; what else is no CT,
 * preprocess/checkHounsfield.ts tells.
 *
 * @throws WRONG_MODALITY
 */
export function checkModality(scan: SomeScan, expected: 'MR' | 'CT'): void {
  if ((scan.modality === 'CT' || scan.modality === 'MR') && scan.modality !== expected) {
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}, the scan is ${scan.modality}.`);
  }
  if (expected === 'CT' || scan.modality === expected) return;
  const share = airShare(scan.volume.samples);
  if (share > AIR_SHARE) {
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}; ${Math.round(100 * share)} % of the voxels are below ${AIR_HU}, as air in CT.`);
  }
}

/** What the header says; where it says nothing, CT if much of the scan is as far below 0 as air. */
export function modalityOf(scan: SomeScan): 'MR' | 'CT' {
  if (scan.modality === 'MR' || scan.modality === 'CT') return scan.modality;
  return airShare(scan.volume.samples) > AIR_SHARE ? 'CT' : 'MR';
}

function airShare(samples: Float32Array): number {
  let air = 0;
  for (let n = 0; n < samples.length; n++) if (samples[n]! < AIR_HU) air++;
  return air / samples.length;
}
