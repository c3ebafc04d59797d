/**
 * Entropy focus criterion of non-negative intensities: Shannon entropy relative to that of equal voxels; 0 for one
 * bright voxel, 1 for a flat image.
 *
 * Source: Atkinson et al. 1997, normalised by image size as in MRIQC.
 */
export function efc(intensities: ArrayLike<number>): number {
  let energy = 0;
  for (let i = 0; i < intensities.length; i++) energy += intensities[i]! ** 2;
  const norm = Math.sqrt(energy);
  let entropy = 0;
  for (let i = 0; i < intensities.length; i++) {
    const share = intensities[i]! / norm;
    if (share > 0) entropy -= share * Math.log(share);
  }
  const root = Math.sqrt(intensities.length);
  return entropy / (root * Math.log(root));
}
