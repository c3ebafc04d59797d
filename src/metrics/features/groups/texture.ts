import { IBSI_SOURCE, noValues, type FeatureEntry, type FeatureGroup, type FeatureScan, type Tissues } from '../featureEntry.ts';
import { glcm, glcmFeatures } from '../ibsi/glcm.ts';
import { glrlm, glrlmFeatures } from '../ibsi/glrlm.ts';
import { glszm, glszmFeatures } from '../ibsi/glszm.ts';
import { discretised, LEVELS, withoutOutliers, type LevelVolume } from '../ibsi/levels.ts';
import { levelSizeFormulas } from '../ibsi/levelSizes.ts';
import { ngtdm, ngtdmFeatures } from '../ibsi/ngtdm.ts';

type Matrix = Readonly<{
  id: string;
  title: string;
  features: readonly Readonly<{ id: string; ibsi: string; formula: string }>[];
  measure: (levels: LevelVolume) => Float64Array;
}>;

const withFormulas = (features: readonly Readonly<{ id: string; ibsi: string }>[]): Matrix['features'] =>
  features.map((feature, n) => ({ ...feature, formula: levelSizeFormulas[n]! }));

const matrices: readonly Matrix[] = [
  { id: 'glcm', title: 'co-occurrence', features: glcmFeatures, measure: glcm },
  { id: 'glrlm', title: 'runs', features: withFormulas(glrlmFeatures), measure: glrlm },
  { id: 'glszm', title: 'zones', features: withFormulas(glszmFeatures), measure: glszm },
  { id: 'ngtdm', title: 'tone differences', features: ngtdmFeatures, measure: ngtdm },
];

type Region = Readonly<{ key: string; name: string; matrices: readonly Matrix[]; mask: (scan: FeatureScan, tissues: Tissues) => Uint8Array | null }>;

/** IBSI texture of one region of the brain: outliers beyond 3 SD left out, 32 bins, 3-D neighbourhoods merged. */
function textureGroup({ key, name, matrices: chosen, mask }: Region): FeatureGroup {
  const entries = chosen.flatMap(({ id: matrix, title, features }) =>
    features.map(({ id, ibsi, formula }): FeatureEntry => ({
      id: `texture.${key}.${matrix}.${id}`, family: 'texture', region: 'brain', ibsi, name: `${name}, ${title}: ${ibsi.toLowerCase()}`, unit: 'none',
      formula: `${formula}; ${LEVELS} bins over mean ± 3 SD, 3-D, merged`, source: IBSI_SOURCE, absent: key === 'brain' ? 'FLAT' : 'NO_TISSUE_CLASSES',
    })),
  );
  return {
    looksAt: 'brain box',
    entries,
    measure: (scan, tissues) => {
      const inside = mask(scan, tissues);
      const levels = inside === null ? undefined : discretised(scan.working, withoutOutliers(scan.working, inside));
      return levels === undefined ? noValues(entries.length) : chosen.flatMap(({ measure }) => Array.from(measure(levels)));
    },
  };
}

/** Zones of a tissue mask are cut up by the mask itself, so they are measured in the whole brain only. */
const ofTissue = matrices.filter(({ id }) => id !== 'glszm');

export const textureGroups: readonly FeatureGroup[] = [
  textureGroup({ key: 'brain', name: 'Brain', matrices, mask: ({ brain }) => brain }),
  textureGroup({ key: 'middle', name: 'Middle tissue', matrices: ofTissue, mask: (_, tissues) => tissues?.middle ?? null }),
  textureGroup({ key: 'bright', name: 'Bright tissue', matrices: ofTissue, mask: (_, tissues) => tissues?.bright ?? null }),
];
