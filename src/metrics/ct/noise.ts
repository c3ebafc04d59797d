/** White noise of this SD would have the mean power of the bands. @param nps power per band, HU²; the same unit² as the SD */
export function whiteNoiseSd(nps: ArrayLike<number>): number {
  return Math.sqrt(Array.from(nps).reduce((sum, power) => sum + power, 0) / nps.length);
}

/**
 * Mean frequency of noise in a slice: a band at frequency f is a ring, and counts by f times its power.
 *
 * @param nps power per band, HU²; @param frequencies of the bands, cycles/mm
 */
export function meanNoiseFrequency(nps: ArrayLike<number>, frequencies: ArrayLike<number>): number {
  let [sum, total] = [0, 0];
  for (let b = 0; b < nps.length; b++) {
    const weight = frequencies[b]! * nps[b]!;
    sum += weight * frequencies[b]!;
    total += weight;
  }
  return sum / total;
}
