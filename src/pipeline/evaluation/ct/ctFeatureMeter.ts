import { ScanRefusal } from '../../../core/issues.ts';
import { finiteOrNull } from '../../../core/moments.ts';
import { USED_SLICES, type GainScan } from '../../../field/gainStatistics.ts';
import { CLASS_CENTRES, CLASS_COUNT, softShare, type SliceParts } from '../../../field/huClasses.ts';
import { ENOUGH_PATCHES } from '../../../field/noisePower.ts';
import { BAND_COUNT, bandFrequency } from '../../../field/radialBands.ts';
import { ENOUGH_BORDERS } from '../../../field/skinEdge.ts';
import { evenlySpaced } from '../../../core/sliceStack.ts';
import { createAnchorMeter } from '../../../metrics/ct/anchors.ts';
import { bodyBins, ctFeatureRow, type CtMeasurements } from '../../../metrics/ct/ctFeatures.ts';
import { createLevelMeter } from '../../../metrics/ct/levelMeter.ts';
import { createLungMeter } from '../../../metrics/ct/lungDensity.ts';
import { meanNoiseFrequency, whiteNoiseSd } from '../../../metrics/ct/noise.ts';
import { binOf } from '../../../metrics/intensityHistogram.ts';
import { createLookMeter, createSkinReader } from '../../measureCt.ts';
import { compared } from '../compared.ts';
import type { ScanFeatures } from '../scanFeatures.ts';
import type { CtArmLook } from './ctArms.ts';

/** A slice of an image, and the body and tissues it is judged by: its own, or those of the scan it was made of. */
export type JudgedSlice = Readonly<{ k: number; hu: Float32Array; smoothed: Float32Array; body: Uint8Array; masks: SliceParts }>;
export type CtFeatures = Readonly<{ features: ScanFeatures; row: Float64Array; forArms: CtArmLook }>;
export type CtFeatureMeter = Readonly<{ add: (slice: JudgedSlice) => void; result: () => CtFeatures }>;

const FREQUENCIES = Array.from({ length: BAND_COUNT }, (_, b) => bandFrequency(b + 1));
/** Less soft tissue than this has no grain to compare. */
const LEAST_SOFT_VOXELS = 1000;
/** Voxels that are soft tissue by less are at an edge. */
export const SOFT_SHARE = 0.99;

/** Collects what is compared of one image, slice by slice in rising order; some kilobytes are kept but for the grey levels of a few slices. */
export function createCtFeatureMeter(scan: GainScan): CtFeatureMeter {
  const { shape: [ni, nj, nk], spacing } = scan.stack;
  const [anchors, lung, levels] = [createAnchorMeter([ni, nj], [spacing[0], spacing[1]]), createLungMeter(), createLevelMeter([ni, nj, nk])];
  const [look, skin] = [createLookMeter(scan), createSkinReader(scan)];
  const used = new Set(evenlySpaced(nk, USED_SLICES));
  const { bodyHu, softDetail } = compared.CT.bins;
  const sums = { bodyHu: new Float64Array(bodyHu.count), softDetail: new Float64Array(softDetail.count), coarse: new Float64Array(bodyBins.count), classes: new Float64Array(CLASS_COUNT) };
  const outline: CtMeasurements['outline'][number][] = [];
  return {
    add: ({ k, hu, smoothed, body, masks }) => {
      anchors.add(hu, hu, masks.smoothed, body);
      lung.add(hu, masks.smoothed, body);
      levels.add(k, hu, masks.smoothed, masks.weight);
      for (let n = 0; n < hu.length; n++) {
        if (masks.weight[n] === 0) continue;
        sums.bodyHu[binOf(hu[n]!, bodyHu)]! += 1;
        sums.coarse[binOf(hu[n]!, bodyBins)]! += 1;
        sums.classes[nearestClass(smoothed[n]!)]! += 1;
        if (softShare(masks, n) >= SOFT_SHARE) sums.softDetail[binOf(Math.abs(hu[n]! - smoothed[n]!), softDetail)]! += 1;
      }
      const seen = outlineOf(body, ni, [spacing[0], spacing[1]]);
      if (seen !== undefined) outline.push(seen);
      if (!used.has(k)) return;
      look.add(k, { hu, weight: masks.weight });
      skin.add(k, { ...masks, hu });
    },
    result: () => {
      if (totalOf(sums.softDetail) < LEAST_SOFT_VOXELS) throw new ScanRefusal('NO_BODY', 'The scan shows no soft tissue whose grain could be compared.');
      const { noise, amplitude, detailSd } = look.result();
      const { nps, patches } = noise;
      const [edge, hasNoise] = [skin.result(), patches >= ENOUGH_PATCHES];
      const found = { anchors: anchors.result({ soft: 0, hard: 0 }), lung: lung.result(), noiseSd: hasNoise ? whiteNoiseSd(nps) : NaN, noiseFrequency: hasNoise ? meanNoiseFrequency(nps, FREQUENCIES) : NaN, detailSd };
      const meanOf = (tissue: string): number | null => found.anchors.find(({ id }) => id === tissue)?.before.mean ?? null;
      return {
        features: {
          histograms: { softDetail: sharesOf(sums.softDetail), bodyHu: sharesOf(sums.bodyHu) },
          summaries: { noiseSd: finiteOrNull(found.noiseSd), noiseFrequency: finiteOrNull(found.noiseFrequency), detailSd: finiteOrNull(detailSd), muscleHu: meanOf('muscle'), fatHu: meanOf('fat'), laa950: found.lung?.laa950 ?? null, perc15: found.lung?.perc15 ?? null },
        },
        row: ctFeatureRow({
          ...found, nps: hasNoise ? nps : undefined, skin: edge.patches >= ENOUGH_BORDERS ? edge.amplitude : undefined, levels: levels.result(),
          histogram: sharesOf(sums.coarse), shares: Array.from(sharesOf(sums.classes)) as [number, number, number, number], outline,
        }),
        forArms: { noise, amplitude },
      };
    },
  };
}

/** Lung, fat, soft tissue or bone: whose centre is nearest. */
function nearestClass(hu: number): number {
  let nearest = 0;
  for (let c = 1; c < CLASS_COUNT; c++) if (Math.abs(hu - CLASS_CENTRES[c]!) < Math.abs(hu - CLASS_CENTRES[nearest]!)) nearest = c;
  return nearest;
}

/** What the silhouette of one slice is; undefined without a body. */
function outlineOf(body: Uint8Array, ni: number, [si, sj]: readonly [number, number]): CtMeasurements['outline'][number] | undefined {
  let [area, left, right, first, last] = [0, Infinity, -Infinity, Infinity, -Infinity];
  for (let n = 0; n < body.length; n++) {
    if (body[n] === 0) continue;
    const [i, j] = [n % ni, Math.floor(n / ni)];
    area++;
    if (i < left) left = i;
    if (i > right) right = i;
    if (j < first) first = j;
    if (j > last) last = j;
  }
  return area === 0 ? undefined : { areaCm2: (area * si * sj) / 100, widthMm: (right - left + 1) * si, depthMm: (last - first + 1) * sj };
}

function totalOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function sharesOf(counts: Float64Array): Float64Array {
  const total = totalOf(counts);
  return counts.map((count) => count / total);
}
