import { ENOUGH_PATCHES } from './noisePower.ts';
import { GROUP_COUNT } from './patchSpectra.ts';
import { BAND_COUNT } from './radialBands.ts';

/** What patches say of a scan: log powers of groups and the bands its pixels can show (patchSpectra.ts), noise power of flat patches (noisePower.ts). */
export type KernelLook = Readonly<{
  spectra: ArrayLike<number> | undefined;
  sampled: number;
  nps: ArrayLike<number>;
  patches: number;
}>;

/** About the mean of log amplitudes in HU. */
const CENTRE = 1.5;
const LEAST_POWER = 1e-2;

/** Numbers that the kernel reader sees of one scan. */
export const LOOK_COUNT = BAND_COUNT * (GROUP_COUNT + 1) + 3;

/**
 * A look as the kernel reader takes it, [63]: log amplitudes of the four groups and of flat patches, bands 1 … 12 each (zeros where flat patches
 * are fewer than 30), whether these are enough, log of their number, share of bands that the pixels show. Undefined with too few patches of any tissue.
 */
export function encodeLook({ spectra, sampled, nps, patches }: KernelLook): Float32Array | undefined {
  if (spectra === undefined) return undefined;
  const isFlat = patches >= ENOUGH_PATCHES;
  return Float32Array.of(
    ...Array.from(spectra, (log) => log / 2 - CENTRE),
    ...Array.from(nps, (power) => (isFlat ? 0.5 * Math.log(Math.max(power, LEAST_POWER)) - CENTRE : 0)),
    isFlat ? 1 : 0, isFlat ? Math.log1p(patches) / 6 : 0, sampled / BAND_COUNT,
  );
}
