import type { CtProtocol } from '../config/protocol.ts';
import type { CtPicture } from '../core/ctRecord.ts';
import { issue, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import { evenlySpaced, sliceStackOf } from '../core/sliceStack.ts';
import type { SliceStack } from '../core/sliceStack.ts';
import { createSmoother } from '../core/sliceSmoothing.ts';
import type { Volume } from '../core/volume.ts';
import { findBody } from '../field/bodyMask.ts';
import type { BodyRuns } from '../field/bodyMask.ts';
import { bandEnergies } from '../field/gainStatistics.ts';
import type { BandEnergies, GainScan } from '../field/gainStatistics.ts';
import type { SliceParts } from '../field/huClasses.ts';
import { createNoiseMeter } from '../field/noisePower.ts';
import type { NoisePower } from '../field/noisePower.ts';
import { BAND_COUNT, createSliceFilter } from '../field/radialBands.ts';
import { createDetailMeter } from '../metrics/ct/detailSd.ts';
import { checkHounsfield } from '../preprocess/checkHounsfield.ts';
import { createPictureTaker } from './ctPictures.ts';

/** What is known of a CT's look, whoever's: source and reference are measured alike. */
export type CtLook = Readonly<{
  noise: NoisePower;
  /** Radial amplitude of slices, bands 1 … 12, as shares of band 1. */
  amplitude: number[];
  /** SD of the detail in the body, HU. */
  detailSd: number;
  pictures: readonly CtPicture[];
}>;

export type MeasuredCt = Readonly<{ scan: GainScan; energies: BandEnergies; look: CtLook; issues: readonly Issue[] }>;

const SMOOTH_MM = 2;
/** Slices whose whole spectrum is taken: the curve is smooth, and each costs a transform of its own. */
const AMPLITUDE_SLICES = 12;
/** A hand's breadth: less is no part of a body. */
const LEAST_BODY_MM3 = 20_000;

/**
 * A CT before anything is changed: checked for Hounsfield units, its body found, its bands and its look measured.
 * Slices are streamed; beside the volume itself a few planes and the body's runs are held.
 *
 * @throws NOT_HU, CONSTANT, NO_BODY, TOO_FEW_SLICES, MALFORMED
 */
export function measureCt(volume: Volume<'scanner'>, protocol: CtProtocol): MeasuredCt {
  const stack = sliceStackOf(volume);
  const [ni, nj, nk] = stack.shape;
  if (Math.min(ni, nj) < 32 || nk < 3) {
    throw new ScanRefusal('TOO_FEW_SLICES', `The scan is ${stack.shape.join('×')}; a CT needs 32×32 pixels and three slices.`);
  }
  const metal = checkHounsfield(volume.samples);
  const spacing = [stack.spacing[0], stack.spacing[1]] as const;
  const smoother = createSmoother([ni, nj], [SMOOTH_MM / spacing[0], SMOOTH_MM / spacing[1]], 3);
  const body = findBody(stack, smoother);
  checkBody(body, stack);
  const scan: GainScan = { stack, body, smoother, filter: createSliceFilter([ni, nj], spacing) };
  const look = createLookMeter(scan);
  const energies = bandEnergies(scan, protocol.statistics.cellMm, look.add);
  return { scan, energies, look: look.result(), issues: [...metal, ...truncation(body)] };
}

/** Measures the look of slices as they come, before or after: all of `usedSlices`, in rising order. */
export function createLookMeter({ stack, filter }: GainScan): Readonly<{ add: (k: number, parts: Pick<SliceParts, 'hu' | 'weight'>) => void; result: () => CtLook }> {
  const [ni, nj, nk] = stack.shape;
  const noise = createNoiseMeter([ni, nj], [stack.spacing[0], stack.spacing[1]]);
  const detail = createDetailMeter([ni, nj]);
  const camera = createPictureTaker(stack);
  const used = evenlySpaced(nk, AMPLITUDE_SLICES);
  const power = new Float64Array(BAND_COUNT + 1);
  const pictures: CtPicture[] = [];
  let waiting: Float32Array | undefined;
  return {
    add: (k, { hu, weight }) => {
      noise.add(hu);
      detail.add(hu, weight);
      pictures.push(...camera.take(k, hu, weight));
      if (!used.includes(k)) return;
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
      return { noise: noise.result(), amplitude, detailSd: detail.result(), pictures };
    },
  };
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
