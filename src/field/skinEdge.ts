import { createPatchPower } from './patchPower.ts';
import { bandPlaces, edgeOf, hannWindow, sampledBands } from './patchSpectra.ts';
import { pooledPatches } from './pooledPatches.ts';
import { BAND_COUNT } from './radialBands.ts';

/** The body's share of a patch across its border, and how much of the patch may lie on the wrong side of a straight one. */
const BODY_SHARE = [0.3, 0.7] as const;
const MISFIT = 0.08;
/** How far the border may move to either neighbouring slice. */
const DRIFT_MM = 0.7;
/** Air and tissue are looked at from so far from the border on, and are these. */
const CLEAR_MM = 3.5;
const AIR_HU = -880;
const TISSUE_HU = [-200, 300] as const;
/** From so many patches on they say something. */
export const ENOUGH_BORDERS = 12;
/** Of an edge of 1 HU, mm². */
const LEAST_POWER = 1e-6;
/** Log amplitude of band 1, which no kernel changes much: what lies beyond is another border than skin's. */
const PLAUSIBLE = [0.25, 0.95] as const;

/**
 * How sharp the border between body and air is: log amplitude in bands 1 … 12 of an edge of 1 HU (mm), bands that the pixels cannot show repeating the last that
 * they do; and the number of patches, 0 where there is none or where it is no skin.
 */
export type SkinEdge = Readonly<{ amplitude: ArrayLike<number>; patches: number }>;

/** Of a scan that shows none. */
export const NO_SKIN: SkinEdge = { amplitude: new Float64Array(BAND_COUNT), patches: 0 };

/** The filled body of a slice and of its neighbours, 1 inside. */
export type BodyAround = Readonly<{ body: Uint8Array; below: Uint8Array; above: Uint8Array }>;

/** Collects patches of slices as they are shown; twelve sums are kept. */
export type SkinMeter = Readonly<{ add: (hu: Float32Array, around: BodyAround) => void; result: () => SkinEdge }>;

/**
 * The skin is nearly the same edge in everybody, so patches of 12 mm across it show the kernel and hardly the anatomy. A patch counts where the border is straight,
 * in the plane and from slice to slice, between air and soft tissue; what its power along the normal exceeds that across it by is the edge's, the rest is noise.
 *
 * Source: Sanders, Hurwitz & Samei 2016, Med. Phys. 43(10), 5330 (patient-specific MTF from the skin), here in radial bands.
 *
 * @param size [I, J] pixels; @param spacing mm along I and J
 */
export function createSkinMeter([ni, nj]: readonly [number, number], spacing: readonly [number, number]): SkinMeter {
  const [pi, pj] = [edgeOf(spacing[0]), edgeOf(spacing[1])];
  const border = createBorder([pi, pj], spacing);
  const sums = new Float64Array(BAND_COUNT);
  let patches = 0;
  const inside = (mask: Uint8Array, first: number): number => {
    let count = 0;
    for (let y = 0; y < pj; y++) for (let n = first + y * ni, end = n + pi; n < end; n++) count += mask[n]!;
    return count / (pi * pj);
  };
  return {
    add: (hu, { body, below, above }) => {
      for (let j = 0; j + pj <= nj; j += Math.floor(pj / 2)) {
        for (let i = 0; i + pi <= ni; i += Math.floor(pi / 2)) {
          const first = j * ni + i;
          const share = inside(body, first);
          if (share < BODY_SHARE[0] || share > BODY_SHARE[1]) continue;
          const line = border.line(body, first, ni, share);
          if (line === undefined) continue;
          const drift = Math.max(Math.abs(inside(below, first) - share), Math.abs(inside(above, first) - share)) * line.mmPerShare;
          if (drift <= DRIFT_MM && border.addEdge(hu, first, ni, line, sums)) patches++;
        }
      }
    },
    result: () => {
      const sampled = sampledBands(spacing);
      const amplitude = Float64Array.from(sums, (_, b) => 0.5 * Math.log(Math.max(sums[Math.min(b, sampled - 1)]! / Math.max(patches, 1), LEAST_POWER)));
      const isSkin = patches > 0 && amplitude[0]! > PLAUSIBLE[0] && amplitude[0]! < PLAUSIBLE[1];
      return isSkin ? { amplitude, patches } : NO_SKIN;
    },
  };
}

/** What several scans of one scanner show together. At least one scan. */
export function pooledSkin(scans: readonly SkinEdge[]): SkinEdge {
  const { values, patches } = pooledPatches(scans.map(({ amplitude, patches: count }) => ({ values: amplitude, patches: count })), ENOUGH_BORDERS);
  return { amplitude: values, patches };
}

/** A straight border: its normal out of the body, and how far it moves as the body's share of the patch grows. The signed distances are the patch's until the next line is sought. */
type Line = Readonly<{ normal: readonly [number, number]; mmPerShare: number }>;

type Border = Readonly<{
  line: (body: Uint8Array, first: number, width: number, share: number) => Line | undefined;
  /** Adds the twelve powers of an edge to `sums`; false where this is not skin between tissue and air. */
  addEdge: (hu: Float32Array, first: number, width: number, line: Line, sums: Float64Array) => boolean;
}>;

function createBorder([pi, pj]: readonly [number, number], [si, sj]: readonly [number, number]): Border {
  const [li, lj] = [2 ** Math.ceil(Math.log2(pi)), 2 ** Math.ceil(Math.log2(pj))];
  const measure = createPatchPower([hannWindow(pi), hannWindow(pj)], [li, lj]);
  const { knots, shares } = bandPlaces([li, lj], [si, sj]);
  const [x, y] = [[pi, si], [pj, sj]].map(([p, s]) => Float64Array.from({ length: p! }, (_, n) => (n - (p! - 1) / 2) * s!)) as [Float64Array, Float64Array];
  const side = (pi * si + pj * sj) / 2;
  const [distances, detail, power] = [new Float64Array(pi * pj), new Float64Array(pi * pj), new Float64Array(li * lj)];
  const [along, across] = [emptySums(), emptySums()];
  const cycles = (n: number, length: number, s: number): number => (n < length / 2 ? n : n - length) / (length * s);

  function addBySide([normalI, normalJ]: readonly [number, number]): void {
    for (const { sums, areas } of [along, across]) {
      sums.fill(0);
      areas.fill(0);
    }
    for (let v = 0, n = 0; v < lj; v++) {
      const fj = cycles(v, lj, sj);
      for (let u = 0; u < li; u++, n++) {
        const fi = cycles(u, li, si);
        const { sums, areas } = 2 * (fi * normalI + fj * normalJ) ** 2 > fi * fi + fj * fj ? along : across;
        const [knot, share] = [knots[n]!, shares[n]!];
        sums[knot]! += (1 - share) * power[n]!;
        areas[knot]! += 1 - share;
        sums[knot + 1]! += share * power[n]!;
        areas[knot + 1]! += share;
      }
    }
  }

  return {
    line: (body, first, width, share) => {
      let [sumI, sumJ] = [0, 0];
      for (let b = 0; b < pj; b++) {
        for (let a = 0; a < pi; a++) {
          if (body[first + b * width + a] !== 1) continue;
          sumI -= x[a]!;
          sumJ -= y[b]!;
        }
      }
      const length = Math.max(Math.hypot(sumI, sumJ), 1e-9);
      const normal = [sumI / length, sumJ / length] as const;
      const mmPerShare = side * Math.max(Math.abs(normal[0]), Math.abs(normal[1]));
      let wrong = 0;
      for (let b = 0, n = 0; b < pj; b++) {
        for (let a = 0; a < pi; a++, n++) {
          distances[n] = x[a]! * normal[0] + y[b]! * normal[1] - (share - 0.5) * mmPerShare;
          if ((distances[n]! < 0) !== (body[first + b * width + a] === 1)) wrong++;
        }
      }
      return wrong / (pi * pj) <= MISFIT ? { normal, mmPerShare } : undefined;
    },
    addEdge: (hu, first, width, { normal }, sums) => {
      let [air, airCount, tissue, tissueCount, inner] = [0, 0, 0, 0, 0];
      for (let b = 0, n = 0; b < pj; b++) {
        for (let a = 0; a < pi; a++, n++) {
          const value = hu[first + b * width + a]!;
          detail[n] = value;
          if (distances[n]! < 0) inner++;
          if (distances[n]! > CLEAR_MM) {
            air += value;
            airCount++;
          } else if (distances[n]! < -CLEAR_MM) {
            tissue += value;
            tissueCount++;
          }
        }
      }
      if (airCount === 0 || tissueCount === 0) return false;
      const [outside, within] = [air / airCount, tissue / tissueCount];
      if (!(outside < AIR_HU && within > TISSUE_HU[0] && within < TISSUE_HU[1])) return false;
      const step = within - outside;
      const middle = outside + (step * inner) / (pi * pj);
      for (let n = 0; n < detail.length; n++) detail[n] = detail[n]! - middle;
      measure(detail, power);
      addBySide(normal);
      const scale = (si * sj) / step ** 2;
      for (let b = 0; b < BAND_COUNT; b++) {
        sums[b]! += scale * (along.sums[b + 1]! / Math.max(along.areas[b + 1]!, 1e-9) - across.sums[b + 1]! / Math.max(across.areas[b + 1]!, 1e-9));
      }
      return true;
    },
  };
}

function emptySums(): { sums: Float64Array; areas: Float64Array } {
  return { sums: new Float64Array(BAND_COUNT + 1), areas: new Float64Array(BAND_COUNT + 1) };
}
