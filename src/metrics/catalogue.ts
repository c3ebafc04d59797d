// Data table: what every metric is. Docs, report and tests read this; nobody repeats it.
import { ConcordError } from '../core/errors.ts';

/** Which way is good. `near-reference`: the closer to the reference's own value; `change`: expected to move, no verdict. */
export type Direction = 'lower' | 'higher' | 'near-1' | 'near-reference' | 'change';

export type MetricEntry = Readonly<{
  name: string;
  unit: string;
  better: Direction;
  /** What must be at hand; where it is not, the metric is `unavailable`. */
  needs: readonly string[];
  formula: string;
  source: string;
  /** One sentence for a reader who is not of this field. */
  meaning: string;
}>;

/** Intensities on the brain scale: the 90th percentile of the brain is 0.7 in every scan. */
const BRAIN_SCALE = 'brain scale';

export const metricCatalogue = {
  wasserstein1: {
    name: 'Wasserstein-1 distance',
    unit: BRAIN_SCALE,
    better: 'lower',
    needs: ['brain mask', 'reference'],
    formula: '∫ |F_a − F_b| dx = ∫ |Q_a(p) − Q_b(p)| dp',
    source: 'Vallender 1974',
    meaning: 'How far, on average, brain intensities must move to become the reference’s distribution.',
  },
  ks: {
    name: 'Kolmogorov–Smirnov distance',
    unit: 'probability',
    better: 'lower',
    needs: ['brain mask', 'reference'],
    formula: 'D = sup |F_a − F_b|',
    source: 'Smirnov 1948',
    meaning: 'The largest gap between the two cumulative intensity distributions.',
  },
  jsd: {
    name: 'Jensen–Shannon divergence',
    unit: 'bit',
    better: 'lower',
    needs: ['brain mask', 'reference'],
    formula: 'H((p + q)/2) − (H(p) + H(q))/2, logarithm to base 2',
    source: 'Lin 1991',
    meaning: 'How surely one voxel’s intensity tells the scan from the reference; 0 not at all, 1 always.',
  },
  brainMean: {
    name: 'Brain mean',
    unit: BRAIN_SCALE,
    better: 'near-reference',
    needs: ['brain mask'],
    formula: 'mean of x over the brain',
    source: 'definition',
    meaning: 'The average brightness of the brain.',
  },
  brainMedian: {
    name: 'Brain median',
    unit: BRAIN_SCALE,
    better: 'near-reference',
    needs: ['brain mask'],
    formula: 'median of x over the brain',
    source: 'definition',
    meaning: 'The brightness of the typical brain voxel.',
  },
  tissueContrast: {
    name: 'Tissue contrast',
    unit: 'ratio',
    better: 'near-reference',
    needs: ['brain mask', 'three tissue classes'],
    formula: '(μ_bright − μ_middle) / ((μ_bright + μ_middle)/2)',
    source: 'Weber contrast of the classes of Van Leemput 1999',
    meaning: 'How far apart the two brighter tissue classes are; in T1w, white and grey matter.',
  },
  localContrast: {
    name: 'Local contrast',
    unit: BRAIN_SCALE,
    better: 'near-reference',
    needs: ['brain mask'],
    formula: 'median over the brain of the SD in 3 × 3 × 3 voxels of 2 mm',
    source: 'definition',
    meaning: 'How much intensity varies from voxel to neighbouring voxel: texture, edges and grain.',
  },
  fwhm: {
    name: 'Smoothness',
    unit: 'mm',
    better: 'near-reference',
    needs: ['brain mask'],
    formula: 's·sqrt(−2 ln 2 / ln(1 − var(Δx)/(2 var(x)))), mean of three axes',
    source: 'Forman et al. 1995; as in MRIQC (Esteban et al. 2017)',
    meaning: 'The width of the blur that would make noise as smooth as this brain; smaller is sharper.',
  },
  gradientCorrelation: {
    name: 'Gradient correlation',
    unit: 'correlation',
    better: 'higher',
    needs: ['source and harmonized on one grid'],
    formula: 'Pearson r(|∇source|, |∇harmonized|) over the head, native grid',
    source: 'definition',
    meaning: 'Whether edges stayed where they were; 1 means every edge kept its place and relative strength.',
  },
  ssim: {
    name: 'Structural similarity, 3-D',
    unit: 'index',
    better: 'near-1',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: 'Gaussian window σ 1.5, width 11; fixed range 1; mean over the brain at 2 mm',
    source: 'Wang et al. 2004',
    meaning: 'Local agreement of brightness, contrast and pattern; weak alone, so read it beside the gradient correlation.',
  },
  nmi: {
    name: 'Normalized mutual information',
    unit: 'index',
    better: 'higher',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: '(H(a) + H(b)) / H(a, b), 100 × 100 bins; 1 unrelated, 2 one-to-one',
    source: 'Studholme et al. 1999',
    meaning: 'How well one intensity predicts the other, whatever the contrast.',
  },
  mae: {
    name: 'Mean absolute change',
    unit: BRAIN_SCALE,
    better: 'change',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: 'mean |harmonized − source| over the brain',
    source: 'definition',
    meaning: 'How much intensities moved; harmonization is meant to move them, so this is neither good nor bad.',
  },
  psnr: {
    name: 'Peak signal-to-noise ratio to the source',
    unit: 'dB',
    better: 'change',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: '10·log10(R²/MSE), R = 1 fixed',
    source: 'definition; fixed range after arXiv 2408.06075',
    meaning: 'The size of the change once more, in decibels; to the own source it measures change, not quality.',
  },
  displacementMedian: {
    name: 'Displacement, median',
    unit: 'voxel',
    better: 'lower',
    needs: ['source and harmonized on one grid'],
    formula: 'median over blocks of 12³ voxels of |d|, b(x) = T(a(x − d)), T a cubic, by least squares; native grid',
    source: 'Lucas & Kanade 1981',
    meaning: 'Whether anatomy moved: the typical shift between source and harmonized; should be far below 0.1.',
  },
  displacementP99: {
    name: 'Displacement, 99th percentile',
    unit: 'voxel',
    better: 'lower',
    needs: ['source and harmonized on one grid'],
    formula: '99th percentile over blocks of |shift|, as above',
    source: 'Lucas & Kanade 1981',
    meaning: 'The shift of the most displaced blocks; should stay below 0.5.',
  },
  clippedFraction: {
    name: 'Clipped fraction',
    unit: 'share',
    better: 'lower',
    needs: ['source and harmonized on one grid'],
    formula: 'share of head voxels at or below 0 after, above 0 before',
    source: 'definition',
    meaning: 'Voxels that were driven to black and lost their value.',
  },
  cjv: {
    name: 'Coefficient of joint variation',
    unit: 'ratio',
    better: 'lower',
    needs: ['brain mask', 'three tissue classes'],
    formula: '(σ_bright + σ_middle) / |μ_bright − μ_middle|',
    source: 'Ganzetti et al. 2016; as in MRIQC',
    meaning: 'How much the two brighter tissues overlap; grows with noise and shading.',
  },
  cnr: {
    name: 'Contrast-to-noise ratio',
    unit: 'ratio',
    better: 'higher',
    needs: ['brain mask', 'three tissue classes', 'air around the head'],
    formula: '|μ_bright − μ_middle| / sqrt(σ_air² + σ_bright² + σ_middle²)',
    source: 'Magnotta & Friedman 2006; as in MRIQC',
    meaning: 'How clearly the two brighter tissues stand apart from the noise.',
  },
  snr: {
    name: 'Signal-to-noise ratio',
    unit: 'ratio',
    better: 'higher',
    needs: ['brain mask', 'three tissue classes'],
    formula: 'mean over classes of μ_class / σ_class',
    source: 'Magnotta & Friedman 2006; within tissue, as in MRIQC',
    meaning: 'Signal of the tissues relative to their own spread.',
  },
  efc: {
    name: 'Entropy focus criterion',
    unit: 'index',
    better: 'lower',
    needs: ['whole field of view'],
    formula: '−Σ (x/‖x‖) ln(x/‖x‖) / (√n · ln √n)',
    source: 'Atkinson et al. 1997; as in MRIQC',
    meaning: 'Ghosting and blur spread signal into places that should be dark; then this grows.',
  },
  fber: {
    name: 'Foreground-to-background energy',
    unit: 'ratio',
    better: 'higher',
    needs: ['air around the head'],
    formula: 'median of x² in the head / median of x² in the air',
    source: 'Shehzad et al. 2015; as in MRIQC',
    meaning: 'How much brighter the head is than the air around it.',
  },
} as const satisfies Record<string, MetricEntry>;

export type MetricId = keyof typeof metricCatalogue;

/** Whose value it is. Metrics of one pair (source, harmonized) have no role. */
export type MetricRole = 'source' | 'harmonized' | 'reference';

/** The id of a value: `ssim`, or `wasserstein1.source` where each scan has its own. */
export function metricKey(id: MetricId, role?: MetricRole): string {
  return role === undefined ? id : `${id}.${role}`;
}

/**
 * The catalogue entry of a value's id, with or without a role.
 *
 * @throws CONCORD_INTERNAL for an id that is not in the catalogue
 */
export function metricEntry(key: string): MetricEntry {
  const id = key.split('.')[0] ?? '';
  if (!Object.hasOwn(metricCatalogue, id)) {
    throw new ConcordError('CONCORD_INTERNAL', `The metric catalogue has no "${id}".`);
  }
  return metricCatalogue[id as MetricId];
}
