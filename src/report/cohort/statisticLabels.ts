// Data table: what the statistics of a validation are called, and which way is good.
import type { Direction } from '../../metrics/catalogue.ts';

export type StatisticLabel = Readonly<{ name: string; better: Direction }>;

export const statisticLabels: Readonly<Record<string, StatisticLabel>> = {
  medianAbsCohenD: { name: 'median |Cohen d|', better: 'lower' },
  shareLargeD: { name: 'share of features with |d| ≥ 0.5', better: 'lower' },
  medianAbsLogVarianceRatio: { name: 'median |log variance ratio|', better: 'lower' },
  shareKsSignificant: { name: 'share of features with KS q < .05', better: 'lower' },
  medianKs: { name: 'median KS distance', better: 'lower' },
  shareEquivalent: { name: 'share of features shown equivalent', better: 'higher' },
  mahalanobis: { name: 'Mahalanobis distance of means', better: 'lower' },
  frobenius: { name: 'normalized difference of covariances', better: 'lower' },
  mmd2: { name: 'MMD², unbiased', better: 'lower' },
  kid: { name: 'KID', better: 'lower' },
  medianIccBatch: { name: 'median ICC of site', better: 'lower' },
  siteEtaSquared: { name: 'η² of site', better: 'lower' },
  normalizedGain: { name: 'normalized gain', better: 'higher' },
  spreadRatio: { name: 'variance between people, after / before', better: 'near-1' },
  maxSiteComponentCorrelation: { name: 'largest |correlation| of site and component', better: 'lower' },
  histogramWasserstein1: { name: 'Wasserstein-1 of intensities', better: 'lower' },
  histogramJsd: { name: 'Jensen–Shannon divergence of intensities', better: 'lower' },
  normalizedGainKs: { name: 'normalized gain of KS', better: 'higher' },
  orderKept: { name: 'rank correlation of people, before and after', better: 'higher' },
  distanceOrder: { name: 'rank correlation of distances between people', better: 'higher' },
  effectRetained: { name: 'share of the effect that is left', better: 'near-1' },
  effectRetainedRaw: { name: 'share of the effect that is left, without correction for site', better: 'near-1' },
  medianPartialR2: { name: 'median partial R² of covariates', better: 'change' },
  shuffledPartialR2: { name: 'the same for shuffled covariates', better: 'lower' },
  icc21: { name: 'median ICC(2,1)', better: 'higher' },
  icc31: { name: 'median ICC(3,1)', better: 'higher' },
  linCcc: { name: 'median concordance (Lin)', better: 'higher' },
  withinSubjectCv: { name: 'within-subject coefficient of variation', better: 'lower' },
  fingerprinting: { name: 'people found among all by their own scan', better: 'higher' },
  dice: { name: 'Dice overlap', better: 'higher' },
  identifiability: { name: 'scans whose nearest neighbour is their own source', better: 'higher' },
};
