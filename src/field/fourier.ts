import FFT from 'fft.js';

/** A complex transform of one length: interleaved (re, im) in, interleaved out; arrays of 2·length. */
export type Fourier = Readonly<{ length: number; transform: (out: Float64Array, data: Float64Array) => void }>;

/** Σ x(n)·exp(−2πi·kn/N), without a factor. @param length a power of two */
export function createFourier(length: number): Fourier {
  const fft = new FFT(length);
  return { length, transform: (out, data) => { fft.transform(out, data); } };
}
