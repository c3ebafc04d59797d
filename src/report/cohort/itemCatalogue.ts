// Data table: the items of a validation, in the order of the report, with what each answers and what bad looks like.
import type { ItemId } from '../../core/validationRecord.ts';

export type ItemEntry = Readonly<{
  title: string;
  /** How to read it, and what bad looks like. */
  reading: string;
  /** What is said when the record holds nothing of the item. */
  absence: string;
}>;

/** B: is the site gone? */
export const removalItems: Readonly<Partial<Record<ItemId, ItemEntry>>> = {
  'V-10': { title: 'Distributions of intensity', reading: 'Wasserstein-1 and Jensen–Shannon between sites, pair by pair. They should fall; the raw values count, not only the change.', absence: 'no distance between sites was computed' },
  'V-11': { title: 'Kolmogorov–Smirnov and equivalence', reading: 'The share of features whose distributions differ, beside the median D. Fewer significant features is no success by itself: D and equivalence must agree.', absence: 'no feature was tested' },
  'V-12': { title: 'Shift of means', reading: 'Standardized difference of means, after covariates. 0 is none; 0.5 is one that a reader would see.', absence: 'no feature was compared' },
  'V-13': { title: 'Shift of spreads', reading: 'Logarithm of the variance ratio: 0 means equal spread at both sites.', absence: 'no feature was compared' },
  'V-14': { title: 'Multivariate shift', reading: 'Equal means and variances are not enough: features may still move together differently.', absence: 'too few subjects for a covariance' },
  'V-15': { title: 'Maximum mean discrepancy', reading: 'One number for all features together, with a bandwidth fixed on the scans before. At 0, no kernel mean tells sites apart.', absence: 'no discrepancy was computed' },
  'V-16': { title: 'Kernel Inception distance', reading: 'The same in a frozen embedding that trained no harmonizer. The embedding changes the verdict, so it never stands alone.', absence: 'no embedding was computed' },
  'V-17': { title: 'Site classifiers', reading: 'Under Probes, with their floors.', absence: 'no probe was run' },
  'V-18': { title: 'Principal components', reading: 'How much of each component is site. The picture above shows the first two.', absence: 'no components were computed' },
  'V-19': { title: 'Embedding in the plane (UMAP)', reading: 'Illustrative only.', absence: 'no embedding was drawn' },
  'V-20': { title: 'Partition of variance', reading: 'What share of a feature’s variance is site (ICC), after covariates.', absence: 'no mixed model was fitted' },
  'V-21': { title: 'Distance to the reference', reading: 'Gain 1 reached the floor of the reference’s own halves, 0 did nothing, below 0 did harm.', absence: 'no reference site' },
};

/** C: is the patient still there? */
export const preservationItems: Readonly<Partial<Record<ItemId, ItemEntry>>> = {
  'V-30': { title: 'Fidelity to the source', reading: 'Edges and structure of the scan against its own source. PSNR and MAE are expected to change and are no verdict.', absence: 'no pair of images was compared' },
  'V-31': { title: 'Geometry', reading: 'Same grid, nothing moved: the displacement belongs at 0 voxels.', absence: 'no pair of images was compared' },
  'V-32': { title: 'Segmentation', reading: 'Volumes and overlap by an independent segmenter, source against output.', absence: 'no independent segmenter was run' },
  'V-33': { title: 'Travelling subjects', reading: 'The same people on both scanners: only they can tell truth from plausibility.', absence: 'no traveling subjects or rescans were given' },
  'V-34': { title: 'Covariates', reading: 'Effects of age and sex must survive: within ±10 % of the within-site effect, and absent for a shuffled covariate.', absence: 'no covariates were given' },
  'V-35': { title: 'Diagnosis and lesions', reading: 'Contrast, volume and count of lesions, source against output.', absence: 'no lesion masks were given' },
  'V-36': { title: 'Over-correction', reading: 'Spread between people must stay (ratio not below 0.8), and every output’s nearest neighbour should be its own source.', absence: 'spread and identity were not computed' },
  'V-37': { title: 'Image quality without a reference', reading: 'Noise, contrast and sharpness, before and after. A smoother image is not a better one.', absence: 'no quality measure was computed' },
};
