import { randomStream } from '../core/random.ts';

/**
 * Magnitude of a complex signal with independent Gaussian noise in both channels. Modifies `image`.
 * Where there is no signal the result is Rayleigh: mean sigma·sqrt(π/2).
 * Source: Gudbjartsson & Patz 1995 (MRM 34:910), eq. 1.
 * @param sigma SD of each channel, in the image's units
 */
export function addRicianNoise(image: Float32Array, sigma: number, key: string): void {
  if (sigma === 0) return;
  const { nextNormal } = randomStream(`noise|${key}`);
  for (let n = 0; n < image.length; n++) {
    const real = image[n]! + sigma * nextNormal();
    const imaginary = sigma * nextNormal();
    image[n] = Math.sqrt(real * real + imaginary * imaginary);
  }
}
