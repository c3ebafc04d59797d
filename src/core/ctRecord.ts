/** Mean and SD of a tissue that HU is known by, before and after; `limit` is how far the mean may move. HU. */
export type HuAnchor = Readonly<{
  id: 'air' | 'lung' | 'fat' | 'fluid' | 'muscle' | 'blood' | 'bone';
  expected: string;
  voxels: number;
  before: Readonly<{ mean: number; sd: number }>;
  after: Readonly<{ mean: number; sd: number }>;
  /** What the limit is for, HU: of the means; of blood and bone, of the mean of the 10 mm squares that hold them. */
  shift: number;
  limit: number;
}>;

/** One curve over the 12 bands for each scan; the reference's is its style's. */
export type BandCurves = Readonly<{ source: readonly number[]; harmonized: readonly number[]; reference: readonly number[] }>;

/**
 * Whether the detail stage ran, and why, in words. `noiseRatio`: noise SD of the reference over the source's; `shapeDifference`: how far both spectra are
 * from one shape; both null with too few flat patches. `change`: the stage's own |ΔHU| over the voxels it may change; null when it did not run.
 */
export type DetailFacts = Readonly<{
  runs: boolean;
  reason: string;
  noiseRatio: number | null;
  shapeDifference: number | null;
  change: Readonly<{ meanHu: number; largestHu: number; tiles: number }> | null;
}>;

/**
 * Whether noise was brought to the reference's beside the gain field, and why, in words. `noiseRatio` and `shapeDifference` of the reference against the scan under the
 * gain field; null with too few flat patches. `gains`: of bands 1 … 12 where there is nothing but noise, times the field's; null when nothing was done.
 */
export type DoseFacts = Readonly<{ reason: string; noiseRatio: number | null; shapeDifference: number | null; gains: readonly number[] | null }>;

/** Of the bands that the pixels can show; zeros and 0 where a scan shows no skin. */
export type SkinFacts = Readonly<{ amplitude: readonly number[]; patches: number }>;

/** Whether the cohort that a scan was said to belong to spoke for its kernel, and how far the scan's kernel lies from the cohort's (root mean square log gain); null where it was not read. */
export type CohortFacts = Readonly<{ speaks: boolean; distance: number | null }>;

/** What a CT's record holds besides: all that its report draws. Bands 1 … 12. */
export type CtFacts = Readonly<{
  /** Centre frequencies, cycles/mm. */
  frequencies: readonly number[];
  /** Noise power in flat soft tissue, HU², and from how many patches; null below the number that says something. */
  nps: BandCurves;
  patches: Readonly<{ source: number; harmonized: number; reference: number }>;
  /** How sharp the border between body and air is: log amplitude of an edge of 1 HU, and from how many patches. Of the source and of the reference, as outside the body nothing changes. */
  skin: Readonly<{ source: SkinFacts; reference: SkinFacts }>;
  /** Radial amplitude of slices as shares of band 1: what is left of sharpness at each frequency. */
  amplitude: BandCurves;
  /** Applied gains: start, mean over soft tissue, 5th and 95th percentile over all nodes, SD over the draws. */
  gains: Readonly<{ start: readonly number[]; mean: readonly number[]; low: readonly number[]; high: readonly number[]; sd: readonly number[] }>;
  /** Share of the generated residual that is added to the start (calibration; 0 without a start). */
  residualShare: number;
  /** Whether both scans showed tissue enough for a start; without one every gain is 1. */
  isStartRead: boolean;
  /** Where a cohort was given. */
  cohort?: CohortFacts;
  /** Radial responses the gain field was built from, and the largest gain error of that. */
  rank: number;
  rankError: number;
  anchors: readonly HuAnchor[];
  regions: Readonly<{ count: number; worstClass: number; median: number; p99: number }> | null;
  dose: DoseFacts;
  detail: DetailFacts;
}>;

/** A piece of an axial slice for the report: HU, rows from the patient's back forward, I fastest. */
export type CtPicture = Readonly<{ kind: 'overview' | 'detail'; slice: number; width: number; height: number; pixelMm: number; hu: Float32Array }>;
