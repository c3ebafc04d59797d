import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { GainBounds } from './gainField.ts';
import { encodeLook } from './kernelLook.ts';
import type { KernelLook } from './kernelLook.ts';
import { BAND_COUNT } from './radialBands.ts';

/** Share of the log gain in the two lowest bands: they make the means of 10 mm regions, which must hold, and kernels pass nearly all of them. */
const LOCK = [0.5, 0.95];

/** The kernel reader: encoded looks of source and reference → log gains of bands 1 … 12 that turn one kernel into the other. */
export type ReadKernels = (source: Float32Array, reference: Float32Array) => Promise<Float32Array>;

/** `isRead` false: there was too little tissue, every gain is 1, and `issues` says so. */
export type GainStart = Readonly<{ gains: Float64Array; isRead: boolean; issues: readonly Issue[] }>;

/** The start, twelve gains within bounds, the two lowest drawn to 1; ones when either scan shows too few patches. */
export async function startGains(source: KernelLook, reference: KernelLook, readKernels: ReadKernels, { minGain, maxGain }: GainBounds): Promise<GainStart> {
  const [from, to] = [encodeLook(source), encodeLook(reference)];
  if (from === undefined || to === undefined) {
    const fault = `too little tissue in the ${from === undefined ? 'scan' : 'reference'} for patches of 12 mm`;
    return { gains: new Float64Array(BAND_COUNT).fill(1), isRead: false, issues: [issue('FEW_PATCHES', fault)] };
  }
  const logs = await readKernels(from, to);
  return { gains: Float64Array.from(logs, (log, b) => Math.min(Math.max(Math.exp((LOCK[b] ?? 1) * log), minGain), maxGain)), isRead: true, issues: [] };
}

/** How far a start is from leaving the scan alone: root mean square of the log gains of bands 1 to 8. */
export function startSize(gains: ArrayLike<number>): number {
  const logs = Array.from({ length: 8 }, (_, b) => Math.log(gains[b]!));
  return Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
}
