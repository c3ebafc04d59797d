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
  msSsim: {
    name: 'Multi-scale structural similarity, 3-D',
    unit: 'index',
    better: 'near-1',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: 'l₃^w₃ · Π (c·s)_j^w_j at 1, 2, 4 voxels; w .071, .453, .476; window as in SSIM; over the brain at 2 mm',
    source: 'Wang et al. 2003, three of its five scales',
    meaning: 'SSIM read at three sizes of detail; brightness counts at the coarsest only.',
  },
  localNcc: {
    name: 'Local cross-correlation',
    unit: 'correlation',
    better: 'higher',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: 'mean over the brain of Pearson r in windows of 9³ voxels of 2 mm',
    source: 'Avants et al. 2008, without the square',
    meaning: 'Whether anatomy agrees place by place, whatever the contrast.',
  },
  edgeF1: {
    name: 'Edge agreement',
    unit: 'F1',
    better: 'higher',
    needs: ['source and harmonized on one grid', 'brain mask', 'edges'],
    formula: '2PR/(P + R) of 3-D Canny edges (σ 1; 80th and 90th percentile) found again within 1 voxel of 2 mm',
    source: 'Canny 1986; van Rijsbergen 1979',
    meaning: 'The share of edges that are still where they were; 1 means that none came and none went.',
  },
  edgeAssd: {
    name: 'Edge distance',
    unit: 'mm',
    better: 'lower',
    needs: ['source and harmonized on one grid', 'brain mask', 'edges'],
    formula: 'mean distance from each Canny edge voxel to the other scan’s nearest one, both ways',
    source: 'Heimann et al. 2009',
    meaning: 'How far edges lie apart on average.',
  },
  tissuePearson: {
    name: 'Correlation within tissue',
    unit: 'correlation',
    better: 'higher',
    needs: ['source and harmonized on one grid', 'three tissue classes'],
    formula: 'Pearson r(source, harmonized) in the middle and in the bright class of the source, averaged',
    source: 'Pearson 1896',
    meaning: 'Whether the fine detail inside grey and white matter survived; contrast between them cannot hide its loss.',
  },
  tissueSpearman: {
    name: 'Rank correlation within tissue',
    unit: 'correlation',
    better: 'higher',
    needs: ['source and harmonized on one grid', 'three tissue classes'],
    formula: 'Spearman ρ as above',
    source: 'Spearman 1904',
    meaning: 'The same for the order of intensities: any rising tone curve leaves it at 1.',
  },
  sliceConsistency: {
    name: '3-D consistency',
    unit: 'ratio',
    better: 'near-1',
    needs: ['source and harmonized on one grid', 'brain mask'],
    formula: '(mean |x[k+1] − x[k]| / mean |x|), harmonized over source, on the axis farthest from 1',
    source: 'definition',
    meaning: 'A method that works slice by slice flickers from slice to slice; then this rises above 1.',
  },
  idempotence: {
    name: 'Second pass',
    unit: 'ratio',
    better: 'lower',
    needs: ['the method, run twice'],
    formula: 'RMS of H(H(x)) − H(x) / RMS of H(x) − x, over the brain',
    source: 'definition',
    meaning: 'How much harmonizing once more would still change; 0 means that once is enough.',
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
  npsDistance: {
    name: 'Noise power distance',
    unit: 'octave',
    better: 'lower',
    needs: ['flat soft tissue in scan and reference'],
    formula: 'mean over 12 radial bands of |log2(NPS / NPS_reference)|',
    source: 'definition; NPS as Siewerdsen et al. 2002',
    meaning: 'How far the grain is from the reference’s, in strength and fineness; 1 is a factor of two in power.',
  },
  noiseSd: {
    name: 'Noise SD in flat soft tissue',
    unit: 'HU',
    better: 'near-reference',
    needs: ['flat soft tissue'],
    formula: 'sqrt(mean over 12 radial bands of NPS)',
    source: 'Siewerdsen et al. 2002',
    meaning: 'The strength of the grain where there should be none.',
  },
  noiseFrequency: {
    name: 'Mean frequency of the noise',
    unit: 'cycles/mm',
    better: 'near-reference',
    needs: ['flat soft tissue'],
    formula: 'Σ f²·NPS(f) / Σ f·NPS(f) over 12 radial bands f',
    source: 'Siewerdsen et al. 2002',
    meaning: 'How fine the grain is: sharp kernels make it fine, smooth ones coarse.',
  },
  muscleHu: {
    name: 'Muscle',
    unit: 'HU',
    better: 'change',
    needs: ['body'],
    formula: 'mean of voxels of 30 to 70 HU on the source smoothed by 2 mm, away from edges',
    source: 'definition',
    meaning: 'Hounsfield units must hold: this mean should stay, to about 1 HU. Voxels are picked on the source, and its noise has a part in the choice.',
  },
  fatHu: {
    name: 'Fat',
    unit: 'HU',
    better: 'change',
    needs: ['body'],
    formula: 'mean of voxels of −120 to −80 HU on the source smoothed by 2 mm, away from edges',
    source: 'definition',
    meaning: 'Hounsfield units must hold: this mean should stay, to about 1 HU. Voxels are picked on the source, and its noise has a part in the choice.',
  },
  airSd: {
    name: 'SD of the air',
    unit: 'HU',
    better: 'near-reference',
    needs: ['air around the body'],
    formula: 'SD of voxels outside the body below −900 HU on the source smoothed by 2 mm, away from edges',
    source: 'definition',
    meaning: 'The grain of the air around the body; concord leaves it as it is.',
  },
  detailSd: {
    name: 'Detail SD',
    unit: 'HU',
    better: 'near-reference',
    needs: ['body'],
    formula: 'SD over the body of x − Gaussian(x), σ = 2 pixels, in the slice',
    source: 'definition',
    meaning: 'How much fine structure and noise there is together.',
  },
  detailSdRatio: {
    name: 'Detail SD to the reference’s',
    unit: 'ratio',
    better: 'near-1',
    needs: ['body', 'reference'],
    formula: 'detail SD / detail SD of the reference style',
    source: 'definition',
    meaning: '1 is the reference’s amount of fine structure; another patient’s anatomy makes this approximate.',
  },
  laa950: {
    name: 'LAA−950',
    unit: '%',
    better: 'change',
    needs: ['lung'],
    formula: 'share of lung voxels below −950 HU; the lung is found on the smoothed source',
    source: 'Gevenois et al. 1995',
    meaning: 'The usual index of emphysema. Noise inflates it, so kernels move it; it should move towards what the reference’s kernel shows.',
  },
  perc15: {
    name: 'Perc15',
    unit: 'HU',
    better: 'change',
    needs: ['lung'],
    formula: '15th percentile of lung voxels',
    source: 'Dirksen et al. 1999',
    meaning: 'Lung density at its 15th percentile; moves with the kernel as LAA−950 does.',
  },
  huChange: {
    name: 'Mean absolute change',
    unit: 'HU',
    better: 'change',
    needs: ['source and harmonized on one grid'],
    formula: 'mean |harmonized − source| over the body',
    source: 'definition',
    meaning: 'How much single voxels moved; noise that goes or comes is most of it.',
  },
  softChange: {
    name: 'Largest change in soft tissue',
    unit: 'HU',
    better: 'change',
    needs: ['source and harmonized on one grid'],
    formula: 'max |harmonized − source| over voxels that are soft tissue by at least 99 %',
    source: 'definition',
    meaning: 'No voxel of soft tissue moves further than the protocol’s cap.',
  },
  regionShift: {
    name: 'Shift of 10 mm regions',
    unit: 'HU',
    better: 'lower',
    needs: ['homogeneous regions'],
    formula: '|mean over the regions of one tissue of (mean after − mean before)| − 2 standard errors, not below 0, lung and bone divided by 3; the worst tissue',
    source: 'definition',
    meaning: 'Hounsfield units must hold: regions keep their mean, whatever becomes of their grain.',
  },
  regionShiftP99: {
    name: 'Shift of 10 mm regions, 99th percentile',
    unit: 'HU',
    better: 'lower',
    needs: ['homogeneous regions'],
    formula: '99th percentile of |mean after − mean before| over regions of 10 × 10 × 10 mm',
    source: 'definition',
    meaning: 'What one small region can move; in a noisy scan its own noise is part of it.',
  },
  huClipped: {
    name: 'Clipped fraction',
    unit: 'share',
    better: 'lower',
    needs: ['source and harmonized on one grid'],
    formula: 'share of body voxels stopped at −1024 or 3071 HU',
    source: 'definition',
    meaning: 'Voxels that sharpening would have pushed out of the range a scanner stores.',
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
