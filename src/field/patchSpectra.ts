import { createFourier } from './fourier.ts';
import { BAND_COUNT, bandFrequency, knotPosition } from './radialBands.ts';

/** Edge of a patch in mm, and in pixels at least and at most. Patches overlap by half. */
const PATCH_MM = 12;
const PIXELS = { least: 8, most: 64 } as const;
/** A voxel counts as inside from this weight on; a patch lies wholly inside. */
const COVER = 0.2;
/** Soft tissue and fat; where fewer than six patches are, any tissue serves. */
const TISSUE_HU = [-200, 200] as const;
const LEAST_PATCHES = 6;
/** Shares of the patches, in order of their detail in bands 1 to 3: from the flattest to the richest in edges. */
const GROUPS = [[0, 0.1], [0.1, 0.3], [0.3, 0.6], [0.6, 1]] as const;
/** About what rounding to whole HU leaves, HU². */
const FLOOR = 0.1;

export const GROUP_COUNT = GROUPS.length;

/**
 * Mean log(power in HU² + 0.1) of the patches of each group, [group][band 1 … 12], white noise of variance s² giving s²;
 * undefined with fewer than six patches. `sampled`: how many bands the pixels can show; those above repeat the last of them.
 */
export type PatchSpectra = Readonly<{ groups: Float64Array | undefined; patches: number; sampled: number }>;

/** Collects patches of slices as they are shown; thirteen numbers a patch are kept. */
export type PatchMeter = Readonly<{ add: (hu: Float32Array, weight: Float32Array) => void; result: () => PatchSpectra }>;

/**
 * Detail of small patches wherever there is tissue. No patch has to be flat: a plane is taken out of each, and a Hann window keeps
 * its edges out. @param size [I, J] pixels; @param spacing mm along I and J
 */
export function createPatchMeter([ni, nj]: readonly [number, number], spacing: readonly [number, number]): PatchMeter {
  const [pi, pj] = [edgeOf(spacing[0]), edgeOf(spacing[1])];
  const measure = createPairSpectrum([pi, pj], spacing);
  const powers: Float64Array[] = [];
  const levels: number[] = [];
  return {
    add: (hu, weight) => {
      let waiting = -1;
      for (let j = 0; j + pj <= nj; j += Math.floor(pj / 2)) {
        for (let i = 0; i + pi <= ni; i += Math.floor(pi / 2)) {
          const first = j * ni + i;
          if (!isInside(weight, first, ni, [pi, pj])) continue;
          if (waiting < 0) waiting = first;
          else {
            collect(measure(hu, ni, waiting, first));
            waiting = -1;
          }
        }
      }
      if (waiting >= 0) collect(measure(hu, ni, waiting, waiting).slice(0, 1));
    },
    result: () => {
      const sampled = sampledBands(spacing);
      return { groups: grouped(powers, levels, sampled), patches: powers.length, sampled };
    },
  };

  function collect(patches: readonly Readonly<{ power: Float64Array; level: number }>[]): void {
    for (const { power, level } of patches) {
      powers.push(power);
      levels.push(level);
    }
  }
}

/** How many bands pixels of this size can show. */
export function sampledBands(spacing: readonly [number, number]): number {
  return Array.from({ length: BAND_COUNT }, (_, b) => bandFrequency(b + 1)).filter((f) => f < 0.5 / Math.max(...spacing)).length;
}

/** A Hann window without its zeros. */
export function hannWindow(length: number): Float64Array {
  return Float64Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 1)) / (length + 1)));
}

/** Pixels of a patch along one axis. */
export function edgeOf(spacing: number): number {
  return Math.min(Math.max(Math.floor(PATCH_MM / spacing + 0.5), PIXELS.least), PIXELS.most);
}

function isInside(weight: Float32Array, first: number, width: number, [pi, pj]: readonly [number, number]): boolean {
  for (let y = 0; y < pj; y++) {
    for (let n = first + y * width, end = n + pi; n < end; n++) if (!(weight[n]! > COVER)) return false;
  }
  return true;
}

type PairSpectrum = (hu: Float32Array, width: number, first: number, second: number) => readonly Readonly<{ power: Float64Array; level: number }>[];

/** Band powers of two patches at once: real and imaginary part of one transform, parted by its symmetry. */
function createPairSpectrum([pi, pj]: readonly [number, number], [si, sj]: readonly [number, number]): PairSpectrum {
  const [li, lj] = [2 ** Math.ceil(Math.log2(pi)), 2 ** Math.ceil(Math.log2(pj))];
  const [rows, columns] = [createFourier(li), createFourier(lj)];
  const [across, down] = [hannWindow(pi), hannWindow(pj)];
  const norm = [across, down].reduce((product, window) => product * window.reduce((sum, w) => sum + w * w, 0), 1);
  const { knots, shares, areas } = bandPlaces([li, lj], [si, sj]);
  const [line, lineOut] = [new Float64Array(2 * li), new Float64Array(2 * li)];
  const [column, columnOut] = [new Float64Array(2 * lj), new Float64Array(2 * lj)];
  const spectrum = new Float64Array(2 * li * lj);
  const detail = [new Float64Array(pi * pj), new Float64Array(pi * pj)] as const;
  return (hu, width, first, second) => {
    const levels = [flatten(hu, width, first, [pi, pj], detail[0]), flatten(hu, width, second, [pi, pj], detail[1])];
    spectrum.fill(0);
    for (let y = 0; y < pj; y++) {
      line.fill(0);
      for (let x = 0; x < pi; x++) for (const part of [0, 1] as const) line[2 * x + part] = down[y]! * across[x]! * detail[part][y * pi + x]!;
      rows.transform(lineOut, line);
      spectrum.set(lineOut, 2 * y * li);
    }
    for (let x = 0; x < li; x++) {
      for (let y = 0; y < lj; y++) {
        column[2 * y] = spectrum[2 * (y * li + x)]!;
        column[2 * y + 1] = spectrum[2 * (y * li + x) + 1]!;
      }
      columns.transform(columnOut, column);
      for (let y = 0; y < lj; y++) {
        spectrum[2 * (y * li + x)] = columnOut[2 * y]!;
        spectrum[2 * (y * li + x) + 1] = columnOut[2 * y + 1]!;
      }
    }
    const sums = [new Float64Array(BAND_COUNT + 1), new Float64Array(BAND_COUNT + 1)] as const;
    for (let y = 0, n = 0; y < lj; y++) {
      for (let x = 0; x < li; x++, n++) {
        const other = ((lj - y) % lj) * li + ((li - x) % li);
        const [re, im, re2, im2] = [spectrum[2 * n]!, spectrum[2 * n + 1]!, spectrum[2 * other]!, spectrum[2 * other + 1]!];
        const squares = [((re + re2) ** 2 + (im - im2) ** 2) / 4, ((im + im2) ** 2 + (re - re2) ** 2) / 4] as const;
        for (const part of [0, 1] as const) {
          sums[part][knots[n]!]! += (1 - shares[n]!) * squares[part];
          sums[part][knots[n]! + 1]! += shares[n]! * squares[part];
        }
      }
    }
    return sums.map((sum, part) => ({ level: levels[part]!, power: Float64Array.from({ length: BAND_COUNT }, (_, b) => sum[b + 1]! / norm / Math.max(areas[b + 1]!, 1e-9)) }));
  };
}

/** Knot and share of every frequency of a patch, and the area of every band. */
export function bandPlaces([li, lj]: readonly [number, number], [si, sj]: readonly [number, number]): { knots: Uint8Array; shares: Float64Array; areas: Float64Array } {
  const [knots, shares, areas] = [new Uint8Array(li * lj), new Float64Array(li * lj), new Float64Array(BAND_COUNT + 1)];
  for (let y = 0, n = 0; y < lj; y++) {
    for (let x = 0; x < li; x++, n++) {
      const position = knotPosition(Math.hypot(Math.min(x, li - x) / (li * si), Math.min(y, lj - y) / (lj * sj)));
      knots[n] = Math.min(Math.floor(position), BAND_COUNT - 1);
      shares[n] = position - knots[n]!;
      areas[knots[n]!]! += 1 - shares[n]!;
      areas[knots[n]! + 1]! += shares[n]!;
    }
  }
  return { knots, shares, areas };
}

/** Fills `detail` with a patch less its best plane; returns its mean. */
function flatten(hu: Float32Array, width: number, first: number, [pi, pj]: readonly [number, number], detail: Float64Array): number {
  const [ci, cj] = [(pi - 1) / 2, (pj - 1) / 2];
  let [sum, across, down] = [0, 0, 0];
  for (let y = 0; y < pj; y++) {
    for (let x = 0; x < pi; x++) {
      const value = hu[first + y * width + x]!;
      sum += value;
      across += value * (x - ci);
      down += value * (y - cj);
    }
  }
  const squares = (p: number): number => (p * (p * p - 1)) / 12;
  const [mean, slopeX, slopeY] = [sum / (pi * pj), across / (squares(pi) * pj), down / (squares(pj) * pi)];
  for (let y = 0; y < pj; y++) {
    for (let x = 0; x < pi; x++) detail[y * pi + x] = hu[first + y * width + x]! - mean - slopeX * (x - ci) - slopeY * (y - cj);
  }
  return mean;
}

function grouped(powers: readonly Float64Array[], levels: readonly number[], sampled: number): Float64Array | undefined {
  const tissue = powers.filter((_, n) => levels[n]! > TISSUE_HU[0] && levels[n]! < TISSUE_HU[1]);
  const logs = (tissue.length >= LEAST_PATCHES ? tissue : powers).map((power) => power.map((p) => Math.log(p + FLOOR)));
  if (logs.length < LEAST_PATCHES) return undefined;
  const ordered = logs.map((log) => ({ log, key: log[0]! + log[1]! + log[2]! })).sort((a, b) => a.key - b.key);
  const groups = new Float64Array(GROUP_COUNT * BAND_COUNT);
  for (const [g, [from, to]] of GROUPS.entries()) {
    const first = Math.floor(from * ordered.length);
    const members = ordered.slice(first, Math.max(Math.floor(to * ordered.length), first + LEAST_PATCHES));
    for (const { log } of members) for (let b = 0; b < BAND_COUNT; b++) groups[g * BAND_COUNT + b]! += log[Math.min(b, sampled - 1)]! / members.length;
  }
  return groups;
}
