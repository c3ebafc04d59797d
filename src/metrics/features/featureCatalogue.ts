import type { FeatureEntry, FeatureGroup } from './featureEntry.ts';
import { detailGroups } from './groups/detail.ts';
import { embeddingGroups } from './groups/embedding.ts';
import { histogramGroups } from './groups/histogram.ts';
import { intensityGroups } from './groups/intensity.ts';
import { qualityGroup } from './groups/quality.ts';
import { silhouetteGroups } from './groups/silhouette.ts';
import { textureGroups } from './groups/texture.ts';
import { tissueModelGroup } from './groups/tissueModel.ts';

/** Every group of features, in the order of a row. */
export const featureGroups: readonly FeatureGroup[] = [
  ...intensityGroups, tissueModelGroup, ...textureGroups, ...detailGroups, ...embeddingGroups, qualityGroup, ...silhouetteGroups, ...histogramGroups,
];

/** What every number of a row is: the columns of features.csv. */
export const featureCatalogue: readonly FeatureEntry[] = featureGroups.flatMap(({ entries }) => entries);
