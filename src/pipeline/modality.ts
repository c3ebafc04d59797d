import { ScanRefusal } from '../core/issues.ts';
import type { Volume } from '../core/volume.ts';

/** Air in Hounsfield units is about −1000; no MR scale has this much far below 0. */
const AIR_HU = -500;
const AIR_SHARE = 0.05;

/**
 * A CT scan on an MR protocol would come out as a plausible picture of nothing, so it is refused: by its header, and
 * where the header does not say (NIfTI), by its values.
 *
 * @throws WRONG_MODALITY
 */
export function checkModality(scan: Readonly<{ modality: string; volume: Volume }>, expected: 'MR'): void {
  if (scan.modality === 'CT') throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}, the scan is CT.`);
  const { samples } = scan.volume;
  let air = 0;
  for (let n = 0; n < samples.length; n++) if (samples[n]! < AIR_HU) air++;
  if (scan.modality !== expected && air > AIR_SHARE * samples.length) {
    const percent = Math.round((100 * air) / samples.length);
    throw new ScanRefusal('WRONG_MODALITY', `The protocol is for ${expected}; ${percent} % of the voxels are below ${AIR_HU}, as air in CT.`);
  }
}
