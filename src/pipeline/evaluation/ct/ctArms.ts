import { mean } from '../../../core/moments.ts';
import { ENOUGH_PATCHES, pooledNoise, type NoisePower } from '../../../field/noisePower.ts';
import { BAND_COUNT, bandFrequency, type Response } from '../../../field/radialBands.ts';
import type { ArmEntry } from '../arms/armCatalogue.ts';

// Data table: the comparators and controls of an evaluation of CT. Options, docs and report read this.
export const ctArmCatalogue = {
  spectrum: { name: 'Spectrum matching', role: 'rival', does: 'The mean radial amplitude of whole slices, relative to its lowest band, becomes the reference’s: anatomy counts as kernel.', source: 'Gonzalez & Woods 2008, in the frequency domain' },
  noise: { name: '√(NPS ratio)', role: 'rival', does: 'The noise power of flat soft tissue becomes the reference’s; its two lowest bands, where patches see anatomy, by 0.3 and 0.9: dose counts as kernel.', source: 'Siewerdsen et al. 2002' },
  blur: { name: 'Blur, σ = 2 mm', role: 'wrong', does: 'A Gaussian blur in the slice: noise that tells sites apart goes, and the detail of the body with it.', source: 'definition' },
} as const satisfies Record<string, ArmEntry>;

export type CtArmId = keyof typeof ctArmCatalogue;
export const ctArmIds = Object.keys(ctArmCatalogue) as readonly CtArmId[];

/** What the arms need to know of a scan: its noise, and the radial amplitude of its slices, bands 1 … 12 as shares of band 1. */
export type CtArmLook = Readonly<{ noise: NoisePower; amplitude: readonly number[] }>;

const BLUR_MM = 2;
const LOCK = [0.3, 0.9] as const;
/** As the gains of concord's own field are bounded. */
const BOUNDS = [0.1, 10] as const;
/** Bands that pixels cannot show have no amplitude, and are left as they are where neither scan has any. */
const LEAST = 1e-6;

/** What an arm's response is made from: means over the training scans. At least one look. */
export function ctArmReference(looks: readonly CtArmLook[]): CtArmLook {
  return { noise: pooledNoise(looks.map(({ noise }) => noise)), amplitude: Array.from({ length: BAND_COUNT }, (_, b) => Math.exp(mean(looks.map(({ amplitude }) => logOf(amplitude[b]!))))) };
}

/** The radial response that an arm filters every slice of a scan by, over the 13 knots; or why there is none. */
export function ctArmResponse(arm: CtArmId, own: CtArmLook, reference: CtArmLook): Response | Readonly<{ unavailable: string }> {
  if (arm === 'blur') return Float64Array.from({ length: BAND_COUNT + 1 }, (_, b) => Math.exp(-2 * (Math.PI * BLUR_MM * bandFrequency(b)) ** 2));
  if (arm === 'noise' && Math.min(own.noise.patches, reference.noise.patches) < ENOUGH_PATCHES) return { unavailable: 'FEW_FLAT_PATCHES' };
  const log = (b: number): number => (arm === 'spectrum' ? logOf(reference.amplitude[b]!) - logOf(own.amplitude[b]!) : 0.5 * (logOf(reference.noise.nps[b]!) - logOf(own.noise.nps[b]!)) * (LOCK[b] ?? 1));
  return Float64Array.of(1, ...Array.from({ length: BAND_COUNT }, (_, b) => Math.min(Math.max(Math.exp(log(b)), BOUNDS[0]), BOUNDS[1])));
}

function logOf(value: number): number {
  return Math.log(Math.max(value, LEAST));
}
