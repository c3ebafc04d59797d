import { spacingOf } from '../core/affine.ts';
import type { Volume } from '../core/volume.ts';
import { applyCoilShading } from './coilShading.ts';
import type { HeadAnatomy } from './headAnatomy.ts';
import { applyPointSpread } from './pointSpread.ts';
import { addRicianNoise } from './ricianNoise.ts';
import type { Scanner } from './scanner.ts';
import { signal } from './signalEquations.ts';
import { relaxationAt, WHITE } from './tissues.ts';

export type SimulatedScan = Readonly<{
  /** As the scanner stores it: shaded and noisy, whole numbers. */
  scan: Volume<'scanner'>;
  /** The same without shading and noise: what a perfect harmonizer towards this scanner returns. */
  truth: Volume<'scanner'>;
}>;

/** Signals stay below this, so that int16 holds every scan. */
const LARGEST_STORED = 32767;

/**
 * One head on one scanner. `key` (person and scanner) decides shading and noise; the anatomy decides every edge.
 */
export function simulateScan(anatomy: HeadAnatomy, scanner: Scanner, key: string): SimulatedScan {
  // 1. each tissue's steady-state signal, white matter = 1
  const image = paintSignals(anatomy, tissueSignals(scanner));
  // 2. the point spread, still on linear magnitudes
  applyPointSpread(image, anatomy.shape, spacingOf(anatomy.affine), scanner.resolutionMm);
  const truth = store(image, scanner, anatomy);
  // 3. coil shading, then noise: noise does not follow the shading
  applyCoilShading(image, anatomy, scanner.shading, key);
  addRicianNoise(image, scanner.noise, key);
  return { scan: store(image, scanner, anatomy), truth };
}

/** Signal of every tissue in the order of `tissueNames`, relative to white matter. */
export function tissueSignals({ sequence, fieldStrength }: Scanner): Float64Array {
  const signals = Float64Array.from(relaxationAt(fieldStrength), (tissue) => signal(sequence, tissue));
  const white = signals[WHITE]!;
  return signals.map((value) => value / white);
}

function paintSignals({ first, second, share }: HeadAnatomy, signals: Float64Array): Float32Array {
  const image = new Float32Array(first.length);
  for (let n = 0; n < image.length; n++) {
    const part = share[n]! / 255;
    image[n] = part * signals[first[n]!]! + (1 - part) * signals[second[n]!]!;
  }
  return image;
}

/** The vendor's filter and gain, rounded as stored. */
function store(image: Float32Array, { gain, gamma }: Scanner, { shape, affine }: HeadAnatomy): Volume<'scanner'> {
  const samples = new Float32Array(image.length);
  for (let n = 0; n < image.length; n++) {
    const value = image[n]!;
    if (value > 0) samples[n] = Math.min(LARGEST_STORED, Math.round(gain * (gamma === 1 ? value : value ** gamma)));
  }
  return { scale: 'scanner', shape, samples, affine };
}
