import type { HuAnchor } from '../../core/ctRecord.ts';
import { IBSI_SOURCE, noValues, type FeatureEntry } from '../features/featureEntry.ts';
import { glcm, glcmFeatures } from '../features/ibsi/glcm.ts';
import type { LevelVolume } from '../features/ibsi/levels.ts';
import { ngtdm, ngtdmFeatures } from '../features/ibsi/ngtdm.ts';
import { metricCatalogue, type MetricId } from '../catalogue.ts';
import type { LungDensity } from './lungDensity.ts';
import { LEVEL_HU, levelRange, textureRegions, type TextureRegion } from './textureRegions.ts';

/** What the features of a CT are computed from: sums over its slices, some kilobytes but for the levels. */
export type CtMeasurements = Readonly<{
  /** Tissues, and the air around the body, found on the smoothed scan whose masks are used. HU. */
  anchors: readonly HuAnchor[];
  /** Undefined where the scan shows too little lung. */
  lung: LungDensity | undefined;
  /** Noise power of flat soft tissue in 12 radial bands, HU²; undefined with fewer than 30 patches. */
  nps: ArrayLike<number> | undefined;
  noiseSd: number;
  /** Cycles/mm. */
  noiseFrequency: number;
  /** Log amplitude of the skin's edge in 12 radial bands; undefined where too few patches show it. */
  skin: ArrayLike<number> | undefined;
  detailSd: number;
  /** Grey levels of a few slices in bins of 25 HU, by region; no neighbours from slice to slice. Undefined where the region is too small. */
  levels: Readonly<Record<TextureRegion, LevelVolume | undefined>>;
  /** Shares of voxels in the body per bin of HU. */
  histogram: ArrayLike<number>;
  /** Shares of the body that are nearest to lung, fat, soft tissue and bone, the image smoothed by 2 mm. */
  shares: readonly [number, number, number, number];
  /** Per slice: area in cm², extent along I and J in mm. */
  outline: readonly Readonly<{ areaCm2: number; widthMm: number; depthMm: number }>[];
}>;

/** The same bins for every scan. */
export const bodyBins = { start: -1024, end: 1536, count: 32 } as const;

/** Bands that a pixel of 0.98 mm can show: the last of 512 pixels over 500 mm. */
const SHOWN_BANDS = 8;
const ANCHORS = ['fat', 'fluid', 'muscle', 'bone'] as const;
const CLASSES = ['lung', 'fat', 'soft tissue', 'bone'] as const;

type Group = Readonly<{ entries: readonly FeatureEntry[]; values: (of: CtMeasurements) => ArrayLike<number> }>;
type Named = Pick<FeatureEntry, 'id' | 'name' | 'unit' | 'formula'> & Partial<Pick<FeatureEntry, 'source' | 'absent' | 'ibsi'>>;

function group(family: FeatureEntry['family'], region: 'body' | 'scan', named: readonly Named[], values: Group['values']): Group {
  return { entries: named.map((entry) => ({ family, region, source: 'definition', ...entry })), values };
}

function metric(id: MetricId): Pick<FeatureEntry, 'name' | 'unit' | 'formula' | 'source'> {
  const { name, unit, formula, source } = metricCatalogue[id];
  return { name, unit, formula, source };
}

const bands = (key: string, of: (band: string) => Omit<Named, 'id'>): Named[] =>
  Array.from({ length: SHOWN_BANDS }, (_, b) => ({ id: `${key}.band${b + 1}`, ...of(`band ${b + 1} (${(0.03 + 0.06 * (b + 1)).toFixed(2)} cycles/mm)`) }));

/** Means of tissues hold under any kernel; their SDs are its grain. */
const anchorGroups = ([['intensity', 'mean', 'mean'], ['texture', 'sd', 'SD']] as const).map(([family, key, what]) => group(family, 'body', ANCHORS.map((id): Named => ({
  id: `hu.${id}.${key}`, name: `${id}: ${what}`, unit: 'HU', formula: `${what} of voxels that are ${id} on the scan smoothed by 2 mm, away from edges`, absent: 'NO_TISSUE',
})), ({ anchors }) => ANCHORS.map((id) => anchors.find((anchor) => anchor.id === id)?.before[key] ?? NaN)));

const tissueGroup = group('tissue', 'body', [
  ...(['laa950', 'perc15'] as const).map((id): Named => ({ id: `lung.${id}`, ...metric(id), absent: 'NO_LUNG' })),
  ...CLASSES.map((name): Named => ({ id: `share.${name.split(' ')[0]}`, name: `Share of ${name}`, unit: 'share', formula: 'voxels of the body nearest to −800, −80, 60 or 400 HU on the scan smoothed by 2 mm' })),
], ({ lung, shares }) => [lung?.laa950 ?? NaN, lung?.perc15 ?? NaN, ...shares]);

const textureGroups = (Object.keys(textureRegions) as TextureRegion[]).map((region) => group('texture', 'body', [
  ...glcmFeatures.map((feature) => ({ matrix: 'glcm', title: 'co-occurrence', ...feature })),
  ...ngtdmFeatures.map((feature) => ({ matrix: 'ngtdm', title: 'tone differences', ...feature })),
].map(({ matrix, title, id, ibsi, formula }): Named => ({
  id: `texture.${region}.${matrix}.${id}`, ibsi, name: `${textureRegions[region].name}, ${title}: ${ibsi.toLowerCase()}`, unit: 'none',
  formula: `${formula}; ${levelRange(region).count} bins of ${LEVEL_HU} HU from ${String(levelRange(region).lowest).replace('-', '−')}, in the slice, merged`, source: IBSI_SOURCE, absent: region === 'lung' ? 'NO_LUNG' : 'NO_TISSUE',
})), ({ levels }) => {
  const own = levels[region];
  return own === undefined ? noValues(glcmFeatures.length + ngtdmFeatures.length) : [...glcm(own), ...ngtdm(own)];
}));

const grainGroup = group('texture', 'body', [
  { id: 'grain.detailSd', ...metric('detailSd') },
  { id: 'grain.noiseSd', ...metric('noiseSd'), absent: 'FEW_FLAT_PATCHES' },
  { id: 'grain.noiseFrequency', ...metric('noiseFrequency'), absent: 'FEW_FLAT_PATCHES' },
  ...bands('nps', (band) => ({ name: `Noise power, ${band}`, unit: 'ln HU²', formula: 'ln of the mean noise power of flat soft tissue', source: 'Siewerdsen et al. 2002', absent: 'FEW_FLAT_PATCHES' })),
  ...bands('skin', (band) => ({ name: `Edge of the skin, ${band}`, unit: 'ln mm', formula: 'ln amplitude of the border between body and air, for an edge of 1 HU', source: 'Sanders, Hurwitz & Samei 2016', absent: 'NO_SKIN' })),
], ({ detailSd, noiseSd, noiseFrequency, nps, skin }) => [
  detailSd, noiseSd, noiseFrequency, ...Array.from({ length: SHOWN_BANDS }, (_, b) => (nps === undefined ? NaN : Math.log(nps[b]!))), ...Array.from({ length: SHOWN_BANDS }, (_, b) => skin?.[b] ?? NaN),
]);

const qualityGroup = group('quality', 'scan', [
  { id: 'quality.noiseSd', ...metric('noiseSd'), absent: 'FEW_FLAT_PATCHES' },
  { id: 'quality.airSd', ...metric('airSd'), absent: 'NO_BACKGROUND' },
], ({ noiseSd, anchors }) => [noiseSd, anchors.find(({ id }) => id === 'air')?.before.sd ?? NaN]);

const OUTLINE = [{ id: 'areaCm2', name: 'area', unit: 'cm²' }, { id: 'widthMm', name: 'width', unit: 'mm' }, { id: 'depthMm', name: 'depth', unit: 'mm' }] as const;
const silhouetteGroup = group('silhouette', 'scan', OUTLINE.flatMap(({ id, name, unit }) => [25, 50, 75].map((percent): Named => ({
  id: `silhouette.${id}.p${percent}`, name: `Body outline: ${name}, ${percent}th percentile`, unit, formula: 'over the slices that show the body, holes filled',
}))), ({ outline }) => OUTLINE.flatMap(({ id }) => {
  const sorted = Float64Array.from(outline, (slice) => slice[id]).sort();
  return [0.25, 0.5, 0.75].map((p) => sorted[Math.round(p * (sorted.length - 1))]!);
}));

const histogramGroup = group('histogram', 'body', Array.from({ length: bodyBins.count }, (_, bin): Named => {
  const width = (bodyBins.end - bodyBins.start) / bodyBins.count;
  return { id: `histogram.body.bin${String(bin + 1).padStart(2, '0')}`, name: `Body histogram, bin ${bin + 1} of ${bodyBins.count}`, unit: 'share', formula: `share of voxels from ${bodyBins.start + bin * width} to ${bodyBins.start + (bin + 1) * width} HU; the first and the last bin hold what lies beyond` };
}), ({ histogram }) => histogram);

const groups: readonly Group[] = [...anchorGroups, tissueGroup, ...textureGroups, grainGroup, qualityGroup, silhouetteGroup, histogramGroup];

/** What every number of a CT's row is: the columns of features.csv of an evaluation of CT. */
export const ctFeatureCatalogue: readonly FeatureEntry[] = groups.flatMap(({ entries }) => entries);

/** One CT's row of the feature table, in the order of `ctFeatureCatalogue`. NaN where the scan has no such value, never an infinity. */
export function ctFeatureRow(of: CtMeasurements): Float64Array {
  return Float64Array.from(groups.flatMap(({ values }) => Array.from(values(of))), (value) => (Number.isFinite(value) ? value : NaN));
}
