import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { GainBounds } from './gainField.ts';
import { GROUP_COUNT } from './patchSpectra.ts';
import { BAND_COUNT } from './radialBands.ts';

/** What patches say of a scan: log transfer of bands 1 … 12 (kernelCurve.ts), log powers of groups and the bands its pixels can show (patchSpectra.ts), noise power of flat patches. */
export type KernelLook = Readonly<{
  kernel: ArrayLike<number> | undefined;
  spectra: ArrayLike<number> | undefined;
  sampled: number;
  nps: ArrayLike<number>;
  patches: number;
}>;

/** Which rule made a start: curves that flat patches confirm, or the regression; null: there was too little tissue, every gain is 1, and `issues` says so. */
export type StartRule = 'flat-patches' | 'regression' | null;
export type GainStart = Readonly<{ gains: Float64Array; rule: StartRule; issues: readonly Issue[] }>;

/** Numbers that the regression reads: curve, then the groups. */
export const READ_COUNT = BAND_COUNT * (1 + GROUP_COUNT);

/** From so many flat patches on their noise power says something of the kernel, if it agrees with the curves (RMS of the log difference). */
const ENOUGH_FLAT = 30;
const AGREE = 0.6;
/** How much √(NPS ratio) then counts for, and the lock of the lowest bands: there patches see anatomy, and kernels pass nearly all. */
const DIRECT = [0, 0.3];
const DIRECT_ABOVE = 0.6;
const LOCK = [0.5, 0.95];

/**
 * The start, twelve gains within bounds. Where flat patches of both scans agree with the curves: transfer of the reference / transfer
 * of the source, drawn towards √(NPS ratio). Elsewhere the regression of the bundle. Ones when either scan has no curve.
 * @param weights [12][60] of the regression (manifest, calibration.startWeights)
 */
export function startGains(source: KernelLook, reference: KernelLook, weights: readonly (readonly number[])[], { minGain, maxGain }: GainBounds): GainStart {
  const [from, to] = [known(source), known(reference)];
  if (from === undefined || to === undefined) {
    const fault = `too little tissue in the ${from === undefined ? 'scan' : 'reference'} for patches of 12 mm`;
    return { gains: new Float64Array(BAND_COUNT).fill(1), rule: null, issues: [issue('FEW_PATCHES', fault)] };
  }
  const told = flatLogGains(source, reference, Float64Array.from({ length: BAND_COUNT }, (_, b) => to[b]! - from[b]!));
  const logs = told ?? weights.map((row) => row.reduce((sum, weight, n) => sum + weight * (to[n]! - from[n]!), 0));
  return { gains: Float64Array.from(logs, (log) => Math.min(Math.max(Math.exp(log), minGain), maxGain)), rule: told === undefined ? 'regression' : 'flat-patches', issues: [] };
}

/** Curve, and half the log powers of the groups (of amplitudes, as the curve), [60]; undefined with too few patches. */
function known({ kernel, spectra }: KernelLook): Float64Array | undefined {
  if (kernel === undefined || spectra === undefined) return undefined;
  return Float64Array.from({ length: READ_COUNT }, (_, n) => (n < BAND_COUNT ? kernel[n]! : spectra[n - BAND_COUNT]! / 2));
}

/** Log gains where both scans have flat patches enough and these agree with the `curves`' difference in bands that both can show. */
function flatLogGains(source: KernelLook, reference: KernelLook, curves: Float64Array): Float64Array | undefined {
  if (Math.min(source.patches, reference.patches) < ENOUGH_FLAT) return undefined;
  const further = curves.map((log, b) => 0.5 * Math.log(Math.max(reference.nps[b]!, 1e-9) / Math.max(source.nps[b]!, 1e-9)) - log);
  const seen = further.slice(2, Math.min(source.sampled, reference.sampled));
  if (Math.sqrt(seen.reduce((sum, d) => sum + d * d, 0) / seen.length) >= AGREE) return undefined;
  return curves.map((log, b) => (LOCK[b] ?? 1) * (log + (DIRECT[b] ?? DIRECT_ABOVE) * further[b]!));
}

/** How far a start is from leaving the scan alone: root mean square of the log gains of bands 1 to 8. */
export function startSize(gains: ArrayLike<number>): number {
  const logs = Array.from({ length: 8 }, (_, b) => Math.log(gains[b]!));
  return Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
}
