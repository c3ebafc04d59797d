import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { GainBounds } from './gainField.ts';
import { encodeLook } from './kernelLook.ts';
import type { KernelLook } from './kernelLook.ts';
import { BAND_COUNT } from './radialBands.ts';

/**
 * Log gain of bands 1 to 3 over that of band 4: mean f² of each as edges fill it (f^−1.5 per ring). A kernel falls from frequency 0 as f², and in these bands anatomy hides what
 * it does; they also make the means of 10 mm regions, which must hold.
 */
const PARABOLA = [0.095, 0.297, 0.598];

/** The kernel reader: encoded looks of source and reference → log gains of bands 1 … 12 that turn one kernel into the other. */
export type ReadKernels = (source: Float32Array, reference: Float32Array) => Promise<Float32Array>;

/** `isRead` false: there was too little tissue, every gain is 1, and `issues` says so. */
export type GainStart = Readonly<{ gains: Float64Array; isRead: boolean; issues: readonly Issue[] }>;

/** The start, twelve gains within bounds, the three lowest by the parabola through 1 and the fourth; ones when either scan shows too few patches. */
export async function startGains(source: KernelLook, reference: KernelLook, readKernels: ReadKernels, { minGain, maxGain }: GainBounds): Promise<GainStart> {
  const [from, to] = [encodeLook(source), encodeLook(reference)];
  if (from === undefined || to === undefined) {
    const fault = `too little tissue in the ${from === undefined ? 'scan' : 'reference'} for patches of 12 mm`;
    return { gains: new Float64Array(BAND_COUNT).fill(1), isRead: false, issues: [issue('FEW_PATCHES', fault)] };
  }
  const logs = await readKernels(from, to);
  const log = (b: number): number => (b < PARABOLA.length ? PARABOLA[b]! * logs[PARABOLA.length]! : logs[b]!);
  return { gains: Float64Array.from({ length: BAND_COUNT }, (_, b) => Math.min(Math.max(Math.exp(log(b)), minGain), maxGain)), isRead: true, issues: [] };
}

/** How far a start is from leaving the scan alone: root mean square of the log gains of bands 1 to 8. */
export function startSize(gains: ArrayLike<number>): number {
  const logs = Array.from({ length: 8 }, (_, b) => Math.log(gains[b]!));
  return Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
}
