import type { CtProtocol } from '../config/protocol.ts';
import type { CtPicture } from '../core/ctRecord.ts';
import { issue, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import { eachPlane } from '../core/planes.ts';
import type { SlicedVolume } from '../core/planes.ts';
import { evenlySpaced, sliceStackOf } from '../core/sliceStack.ts';
import type { SliceStack } from '../core/sliceStack.ts';
import { createSmoother } from '../core/sliceSmoothing.ts';
import { airAround, fillBody, findBody } from '../field/bodyMask.ts';
import type { BodyRuns } from '../field/bodyMask.ts';
import { bandEnergies, USED_SLICES } from '../field/gainStatistics.ts';
import type { BandEnergies, GainScan } from '../field/gainStatistics.ts';
import type { SliceParts } from '../field/huClasses.ts';
import { createNoiseMeter } from '../field/noisePower.ts';
import type { NoisePower } from '../field/noisePower.ts';
import { createPatchMeter } from '../field/patchSpectra.ts';
import { BAND_COUNT, createSliceFilter, MARGIN } from '../field/radialBands.ts';
import { createSkinMeter } from '../field/skinEdge.ts';
import type { SkinEdge } from '../field/skinEdge.ts';
import { createDetailMeter } from '../metrics/ct/detailSd.ts';
import { checkHounsfield } from '../preprocess/checkHounsfield.ts';
import { createPictureTaker } from './ctPictures.ts';

/** What is known of a CT's look, whoever's: source and reference are measured alike. */
export type CtLook = Readonly<{
  noise: NoisePower;
  /** Log powers of patches, [group · 12]; undefined with too little tissue. */
  spectra: Float64Array | undefined;
  /** Bands that the pixels can show. */
  sampled: number;
  /** Radial amplitude of slices, bands 1 … 12, as shares of band 1. */
  amplitude: number[];
  /** SD of the detail in the body, HU. */
  detailSd: number;
  pictures: readonly CtPicture[];
}>;

/** A CT with its body, before anything else is measured; `issues` flags metal and a body that is cut. */
export type DescribedCt = Readonly<{ scan: GainScan; issues: readonly Issue[] }>;

export type MeasuredCt = Readonly<{ scan: GainScan; energies: BandEnergies; look: CtLook & Readonly<{ skin: SkinEdge }>; issues: readonly Issue[] }>;

const SMOOTH_MM = 2;
/** Slices whose patches and whole spectrum are taken; of more, every second: such curves are smooth, and each slice costs transforms of its own. */
const SPECTRUM_SLICES = 12;
/** A hand's breadth: less is no part of a body. */
const LEAST_BODY_MM3 = 20_000;

/**
 * Checked for Hounsfield units, its body found. Slices are streamed: a few planes and the body's runs are held.
 *
 * @throws NOT_HU, CONSTANT, NO_BODY, TOO_FEW_SLICES, MALFORMED
 */
export function describeCt(volume: SlicedVolume): DescribedCt {
  const stack = sliceStackOf(volume);
  const [ni, nj, nk] = stack.shape;
  if (Math.min(ni, nj) < 32 || nk < 3) {
    throw new ScanRefusal('TOO_FEW_SLICES', `The scan is ${stack.shape.join('×')}; a CT needs 32×32 pixels and three slices.`);
  }
  const metal = checkHounsfield(eachPlane(volume));
  const spacing = [stack.spacing[0], stack.spacing[1]] as const;
  const smoother = createSmoother([ni, nj], [SMOOTH_MM / spacing[0], SMOOTH_MM / spacing[1]], 3);
  const body = findBody(stack, smoother);
  checkBody(body, stack);
  return { scan: { stack, body, smoother, filter: createSliceFilter([ni, nj], spacing, marginsFor(body)) }, issues: [...metal, ...truncation(body)] };
}

/**
 * A CT before anything is changed: its bands and its look too.
 *
 * @throws as describeCt
 */
export function measureCt(volume: SlicedVolume, protocol: CtProtocol): MeasuredCt {
  const { scan, issues } = describeCt(volume);
  const [look, skin] = [createLookMeter(scan), createSkinReader(scan)];
  const energies = bandEnergies(scan, protocol.statistics.cellMm, (k, parts) => {
    look.add(k, parts);
    skin.add(k, parts);
  });
  return { scan, energies, look: { ...look.result(), skin: skin.result() }, issues };
}

/** Slices whose patches are read. */
function spectralSlices(slices: number): ReadonlySet<number> {
  const used = evenlySpaced(slices, USED_SLICES);
  return new Set(used.length <= SPECTRUM_SLICES ? used : used.filter((_, n) => n % 2 === 0));
}

/** Reads the skin of slices as they come, all of `usedSlices`. */
export function createSkinReader({ stack: { shape: [ni, nj, nk], spacing }, body }: GainScan): Readonly<{ add: (k: number, parts: SliceParts) => void; result: () => SkinEdge }> {
  const meter = createSkinMeter([ni, nj], [spacing[0], spacing[1]]);
  const spectral = spectralSlices(nk);
  const around = { body: new Uint8Array(ni * nj), below: new Uint8Array(ni * nj), above: new Uint8Array(ni * nj) };
  return {
    add: (k, { hu }) => {
      if (!spectral.has(k)) return;
      fillBody(body, k, around.body);
      fillBody(body, Math.max(k - 1, 0), around.below);
      fillBody(body, Math.min(k + 1, nk - 1), around.above);
      meter.add(hu, around);
    },
    result: meter.result,
  };
}

/** Measures the look of slices as they come, before or after: all of `usedSlices`, in rising order. */
export function createLookMeter({ stack, filter }: GainScan): Readonly<{ add: (k: number, parts: Pick<SliceParts, 'hu' | 'weight'>) => void; result: () => CtLook }> {
  const [ni, nj, nk] = stack.shape;
  const noise = createNoiseMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
  const patches = createPatchMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
  const detail = createDetailMeter([ni, nj]);
  const camera = createPictureTaker(stack);
  const spectral = spectralSlices(nk);
  const power = new Float64Array(BAND_COUNT + 1);
  const pictures: CtPicture[] = [];
  let waiting: Float32Array | undefined;
  return {
    add: (k, { hu, weight }) => {
      noise.add(hu);
      detail.add(hu, weight);
      pictures.push(...camera.take(k, hu, weight));
      if (!spectral.has(k)) return;
      patches.add(hu, weight);
      if (waiting === undefined) {
        waiting = hu.slice();
        return;
      }
      filter.power([waiting, hu], power);
      waiting = undefined;
    },
    result: () => {
      if (waiting !== undefined) filter.power([waiting, waiting], power);
      const amplitude = Array.from({ length: BAND_COUNT }, (_, b) => Math.sqrt(power[b + 1]! / Math.max(power[1]!, 1e-9)));
      const { groups, sampled } = patches.result();
      return { noise: noise.result(), spectra: groups, sampled, amplitude, detailSd: detail.result(), pictures };
    },
  };
}

/** Extended only along the axes where the body comes near the edge: elsewhere air meets air when a transform wraps around. */
function marginsFor(body: BodyRuns): [number, number] {
  const [i, j] = airAround(body);
  return [i >= MARGIN ? 0 : MARGIN, j >= MARGIN ? 0 : MARGIN];
}

function checkBody({ voxels }: BodyRuns, { spacing }: SliceStack): void {
  const mm3 = voxels * spacing[0] * spacing[1] * spacing[2];
  if (mm3 < LEAST_BODY_MM3) throw new ScanRefusal('NO_BODY', `${(mm3 / 1000).toFixed(0)} cm³ are denser than lung; ${LEAST_BODY_MM3 / 1000} are needed.`);
}

/** The body runs into the left or right edge of the image on more than a tenth of all rows. */
function truncation({ slices, width, height }: BodyRuns): Issue[] {
  let [cut, rows] = [0, 0];
  for (const triples of slices) {
    for (let n = 0; n < triples.length; n += 3) {
      if (triples[n + 1] === 0) cut++;
      if (triples[n + 2] === width) cut++;
    }
    rows += height;
  }
  const share = cut / (2 * Math.max(rows, 1));
  return share <= 0.1 ? [] : [issue('TRUNCATED_FOV', `on ${(100 * share).toFixed(0)} % of the rows`)];
}
