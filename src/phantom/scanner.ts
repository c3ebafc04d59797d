import type { Vector3 } from '../core/affine.ts';
import { randomStream } from '../core/random.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import type { Sequence } from './signalEquations.ts';
import type { FieldStrength } from './tissues.ts';

/** One simulated scanner with its protocol: all that two sites may differ in. */
export type Scanner = Readonly<{
  /** `A`, `B`, …; its folder is `scanner-a`, … */
  id: string;
  fieldStrength: FieldStrength;
  sequence: Sequence;
  /** Full width at half maximum of the point spread, mm along R, A, S: the resolution behind the stored grid. */
  resolutionMm: Vector3;
  /** Coil shading, as SD of its logarithm over the head. */
  shading: number;
  /** SD of each noise channel, relative to white matter. */
  noise: number;
  /** Stored intensity of white matter. */
  gain: number;
  /** Exponent of the vendor's intensity filter; 1 is none. */
  gamma: number;
}>;

/** A: 3 T MPRAGE, strong contrast. B: 1.5 T spoiled gradient echo, weaker contrast, noisier, shaded. */
const named: readonly Scanner[] = [
  {
    id: 'A',
    fieldStrength: 3,
    sequence: { kind: 'inversion-prepared gradient echo', tr: 2300, ti: 900, te: 3, flip: 9, pulses: 160, echoSpacing: 7.1 },
    resolutionMm: [1, 1, 1],
    shading: 0.08,
    noise: 0.022,
    gain: 620,
    gamma: 1,
  },
  {
    id: 'B',
    fieldStrength: 1.5,
    sequence: { kind: 'spoiled gradient echo', tr: 18, te: 5, flip: 24 },
    resolutionMm: [1.2, 1, 1.2],
    shading: 0.16,
    noise: 0.04,
    gain: 1450,
    gamma: 0.88,
  },
];

/** The first `count` scanners: A and B as above, the others drawn from `seed`. */
export function scanners(count: number, seed: number): Scanner[] {
  return Array.from({ length: count }, (_, index) => named[index] ?? drawScanner(scannerName(index), seed));
}

function scannerName(index: number): string {
  return String.fromCharCode(65 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}

/** A plausible T1-weighted protocol: half inversion-prepared, a third gradient echo, the rest spin echo. */
export function drawScanner(id: string, seed: number): Scanner {
  const { nextFloat } = randomStream(`scanner|${seed}|${id}`);
  const within = (low: number, high: number): number => low + (high - low) * nextFloat();
  return {
    id,
    fieldStrength: nextFloat() < 0.5 ? 1.5 : 3,
    sequence: drawSequence(nextFloat(), within),
    resolutionMm: [within(0.9, 1.4), within(0.9, 1.2), within(0.9, 1.6)],
    shading: within(0.03, 0.18),
    noise: within(0.015, 0.05),
    gain: Math.round(within(550, 1800)),
    gamma: within(0.85, 1.15),
  };
}

function drawSequence(draw: number, within: (low: number, high: number) => number): Sequence {
  if (draw < 0.5) {
    return {
      kind: 'inversion-prepared gradient echo',
      tr: within(1900, 2500), ti: within(800, 1100), te: within(2, 4), flip: within(7, 10), pulses: 160, echoSpacing: within(6.5, 8),
    };
  }
  if (draw < 0.83) return { kind: 'spoiled gradient echo', tr: within(12, 25), te: within(3, 6), flip: within(16, 30) };
  return { kind: 'spin echo', tr: within(400, 700), te: within(8, 15) };
}

/** What this scanner's headers would say. */
export function acquisitionOf({ id, fieldStrength, sequence }: Scanner): Acquisition {
  const times = { echoTimeMs: sequence.te, repetitionTimeMs: sequence.tr };
  const shared = { manufacturer: 'concord simulation', model: `Scanner ${id}`, fieldStrengthT: fieldStrength, sequence: sequence.kind, ...times };
  if (sequence.kind === 'spin echo') return shared;
  if (sequence.kind === 'spoiled gradient echo') return { ...shared, flipAngleDeg: sequence.flip };
  return { ...shared, flipAngleDeg: sequence.flip, inversionTimeMs: sequence.ti };
}
