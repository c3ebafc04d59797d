/** How one validation is drawn. */
export type ValidationPlan = Readonly<{
  confidence: number;
  resamples: number;
  permutations: number;
  /** Label permutations of a probe: each repeats the whole nested cross-validation. */
  probePermutations: number;
  seed: number;
}>;

/** Our starting values where validation.md says †; printed in the report, never changed after the run. */
export const margins = { equivalenceSd: 0.5, spreadRatio: 0.8, effectRetained: 0.1, confounded: 0.8 } as const;

/** Seeds of the probes' folds and forests. */
export const PROBE_SEEDS = 5;
export const PROBE_FOLDS = 5;

/** A standardized difference of means that a reader would see (Cohen 1988: medium). */
export const LARGE_D = 0.5;

/** Fewer subjects at a site than this: described, never tested (V-04). */
export const DESCRIPTIVE = 10;
export const SMALL_SITE = 25;

/** Weights of the first headline: validation.md §11. */
export const batchWeights = {
  medianAbsCohenD: 0.2,
  shareLargeD: 0.1,
  mahalanobis: 0.15,
  medianIccBatch: 0.15,
  medianAbsLogVarianceRatio: 0.15,
  shareKsSignificant: 0.1,
  frobenius: 0.1,
  maxSiteComponentCorrelation: 0.05,
} as const;
export type BatchMetric = keyof typeof batchWeights;

/** Weights of the second headline. */
export const preservationWeights = {
  orderKept: 0.2,
  spreadRatio: 0.2,
  distanceOrder: 0.1,
  identifiability: 0.1,
  gradientCorrelation: 0.2,
  effectRetained: 0.2,
} as const;
export type PreservationMetric = keyof typeof preservationWeights;

/**
 * Below these, people are no longer told apart, and the second headline falls in proportion, whatever else was kept: a
 * mean of parts would let everybody become the average and still score high. Our starting values.
 */
export const preservationGates = { spread: 0.8, identifiability: 0.8 } as const;

/** Half samples for the interval of the first headline: distances grow when people are drawn twice, so the bootstrap would not lie around the value. */
export const HALF_DRAWS = 500;

/** A headline needs this share of its weights measured; below it there is none. */
export const LEAST_WEIGHT = 0.5;

/** Gradient correlation that counts as 0 in the second headline: what a blur of 2 voxels leaves. */
export const LOST_EDGES = 0.8;
