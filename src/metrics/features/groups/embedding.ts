import type { FeatureEntry, FeatureGroup } from '../featureEntry.ts';
import { silhouette } from '../outline.ts';
import { scattering, scatteringNames } from '../scattering.ts';

/** The frozen embedding of what lies in the brain mask, or in the head's filled outline. */
function embeddingGroup(region: 'brain' | 'head'): FeatureGroup {
  return {
    looksAt: region === 'brain' ? 'brain box' : 'whole scan',
    entries: scatteringNames().map(({ id, formula }): FeatureEntry => ({
      id: `embedding.${region}.${id}`, family: 'embedding', region, name: `Wavelet scattering, ${region}: ${id}`,
      unit: id === 'mean' ? 'brain scale' : 'log brain scale', formula, source: 'Bruna & Mallat 2013, with Haar wavelets in 3-D; not learned', absent: 'FLAT',
    })),
    measure: ({ working, brain, head }) => scattering(working, region === 'brain' ? brain : silhouette(head, working.shape)),
  };
}

export const embeddingGroups: readonly FeatureGroup[] = [embeddingGroup('brain'), embeddingGroup('head')];
