import { GROUP_COUNT } from './patchSpectra.ts';
import { BAND_COUNT, knotPosition } from './radialBands.ts';

/** Frequencies on which curves are tabulated, cycles/mm. */
const FREQUENCIES = Float64Array.from({ length: 200 }, (_, n) => 0.005 + (0.995 * n) / 199);
/** Candidate kernels: frequency of half transfer in cycles/mm, steepness of the fall, height of the edge enhancement. */
const HALF = Float64Array.from({ length: 16 }, (_, n) => Math.exp(Math.log(0.14) + (Math.log(0.9 / 0.14) * n) / 15));
const POWERS = [1.5, 2.1, 3];
const BOOSTS = [0, 0.25, 0.7];
/** Candidate spectra of what a kernel is given: noise of filtered back-projection, 0.02·c + f, and anatomy, f^−slope. */
const FLOORS = [0.4, 2];
const SLOPES = [1.6, 2.2, 2.9];
/** Anatomy falls from here on, cycles/mm. */
const LOWEST = 0.03;
/** What the window of a patch blurs a spectrum by, cycles/mm. */
const SMEAR = 0.067;
/** SD of a fitted log power, by band. */
const TOLERANCE = Float64Array.from({ length: BAND_COUNT }, (_, b) => [1.2, 0.85][b] ?? 0.5);
/** Edge enhancement is rare: prior exp(−boost / 0.35). */
const EDGE_PRIOR = 0.35;

type Tables = Readonly<{
  /** [candidate][band]: log transfer of anatomy, and what patches see of noise and of anatomy for each of their spectra. */
  logTransfer: readonly Float64Array[];
  noise: readonly (readonly Float64Array[])[];
  anatomy: readonly (readonly Float64Array[])[];
  prior: readonly number[];
}>;

let tables: Tables | undefined;

/**
 * What a scan's reconstruction passes: log transfer of bands 1 … 12. Noise and anatomy enter a slice through the same kernel, so
 * the power of a group of patches is H²(f)·(noise·(0.02c + f) + anatomy·f^−slope). Every candidate is fitted to every group with
 * noise and anatomy not negative, and the curve is the candidates' mean, weighed by how well they fit. The level of the noise
 * drops out: dose is no property of a kernel.
 *
 * @param groups log powers of patchSpectra.ts, [group · 12]; @param sampled bands that the pixels can show
 */
export function kernelCurve(groups: ArrayLike<number>, sampled: number): Float64Array {
  const { logTransfer, noise, anatomy, prior } = (tables ??= tabulate());
  const powers = Array.from({ length: GROUP_COUNT }, (_, g) => Float64Array.from({ length: sampled }, (_power, b) => Math.exp(groups[g * BAND_COUNT + b]!)));
  const logs: { candidate: number; log: number }[] = [];
  for (const floor of noise) {
    for (const slope of anatomy) {
      for (const [candidate, expected] of prior.entries()) {
        logs.push({ candidate, log: powers.reduce((sum, power) => sum - misfit(power, floor[candidate]!, slope[candidate]!), expected) });
      }
    }
  }
  const best = logs.reduce((most, { log }) => Math.max(most, log), -Infinity);
  const curve = new Float64Array(BAND_COUNT);
  let total = 0;
  for (const { candidate, log } of logs) {
    const weight = Math.exp(log - best);
    total += weight;
    for (let b = 0; b < BAND_COUNT; b++) curve[b]! += weight * logTransfer[candidate]![b]!;
  }
  return curve.map((sum) => sum / total);
}

/** Half the weighed squared log errors of the best non-negative sum of `noise` and `anatomy` (least squares of the relative error). */
function misfit(power: Float64Array, noise: Float64Array, anatomy: Float64Array): number {
  let [uu, vv, uv, u1, v1] = [0, 0, 0, 0, 0];
  for (let b = 0; b < power.length; b++) {
    const [u, v, w] = [noise[b]! / power[b]!, anatomy[b]! / power[b]!, TOLERANCE[b]! ** -2];
    uu += w * u * u;
    vv += w * v * v;
    uv += w * u * v;
    u1 += w * u;
    v1 += w * v;
  }
  const det = Math.max(uu * vv - uv * uv, 1e-12 * uu * vv);
  const free = { noise: (u1 * vv - v1 * uv) / det, anatomy: (v1 * uu - u1 * uv) / det };
  const n = free.anatomy < 0 ? u1 / uu : Math.max(free.noise, 0);
  const a = free.noise < 0 ? v1 / vv : Math.max(free.anatomy, 0);
  let sum = 0;
  for (let b = 0; b < power.length; b++) {
    const error = Math.log(Math.max((n * noise[b]! + a * anatomy[b]!) / power[b]!, 1e-6));
    sum += (error / TOLERANCE[b]!) ** 2 / 2;
  }
  return sum;
}

function tabulate(): Tables {
  const candidates = [...HALF].flatMap((half) => POWERS.flatMap((power) => BOOSTS.map((boost) => ({ half, power, boost }))));
  const squares = candidates.map(({ half, power, boost }) => FREQUENCIES.map((f) => Math.max(transfer(f, half, power, boost) ** 2, 1e-12)));
  const seen = blurred();
  const edges = hats().map((hat) => unitSum(hat.map((h, n) => h * FREQUENCIES[n]! ** -1.5)));
  const through = (rows: readonly Float64Array[], given: (f: number) => number): Float64Array[] =>
    squares.map((square) => Float64Array.from(rows, (row) => row.reduce((sum, w, n) => sum + w * square[n]! * given(FREQUENCIES[n]!), 0)));
  return {
    logTransfer: through(edges, () => 1).map((bands) => bands.map((power) => Math.log(power) / 2)),
    noise: FLOORS.map((floor) => through(seen, (f) => 0.02 * floor + f)),
    anatomy: SLOPES.map((slope) => through(seen, (f) => Math.max(f, LOWEST) ** -slope)),
    prior: candidates.map(({ boost }) => -boost / EDGE_PRIOR),
  };
}

/** Transfer of a candidate: a stretched exponential that is one half at `half`, with a bump at 0.6 of it. */
function transfer(f: number, half: number, power: number, boost: number): number {
  const bump = Math.exp(-0.5 * ((f - 0.6 * half) / (0.3 * half)) ** 2) * (1 - Math.exp(-((f / 0.08) ** 2)));
  return (1 + boost * bump) * Math.exp(-Math.LN2 * (f / half) ** power);
}

/** The hats of bands 1 … 12 at every frequency. */
function hats(): Float64Array[] {
  return Array.from({ length: BAND_COUNT }, (_, b) => FREQUENCIES.map((f) => Math.max(0, 1 - Math.abs(knotPosition(f) - (b + 1)))));
}

/** What a patch sees of each band: its hat over rings, blurred by the window; rows sum to 1. */
function blurred(): Float64Array[] {
  const near = (d: number): number => Math.exp(-0.5 * (d / SMEAR) ** 2);
  const blur = [...FREQUENCIES].map((f) => unitSum(FREQUENCIES.map((g) => (near(f - g) + near(f + g)) * g)));
  return hats().map((hat) => {
    const ring = unitSum(hat.map((h, n) => h * FREQUENCIES[n]!));
    return FREQUENCIES.map((_, to) => ring.reduce((sum, w, from) => sum + w * blur[from]![to]!, 0));
  });
}

function unitSum(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
