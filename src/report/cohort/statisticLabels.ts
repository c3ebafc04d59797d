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
  identifiability: { name: 'scans whose nearest neighbour is their own source', better: 'higher' },
};
