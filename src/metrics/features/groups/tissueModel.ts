import { metricCatalogue } from '../../catalogue.ts';
import { tissueContrast } from '../../tissueContrast.ts';
import { BRAIN_SCALE, noValues, type FeatureEntry, type FeatureGroup } from '../featureEntry.ts';

const CLASSES = ['dark', 'middle', 'bright'] as const;
const PARAMETERS = [
  { id: 'mean', unit: BRAIN_SCALE, formula: 'mean of the class' },
  { id: 'sd', unit: BRAIN_SCALE, formula: 'SD of the class' },
  { id: 'weight', unit: 'share', formula: 'share of the brain in the class' },
] as const;

const entries: readonly FeatureEntry[] = [
  ...CLASSES.flatMap((tissue) =>
    PARAMETERS.map(({ id, unit, formula }): FeatureEntry => ({
      id: `tissue.class.${tissue}.${id}`, family: 'tissue', region: 'brain', name: `${tissue} class: ${id}`, unit,
      formula: `${formula}, three Gaussians fitted to the brain’s intensities`, source: 'Van Leemput et al. 1999, without its prior', absent: 'NO_TISSUE_CLASSES',
    })),
  ),
  {
    id: 'tissue.contrast', family: 'tissue', region: 'brain', name: metricCatalogue.tissueContrast.name, unit: metricCatalogue.tissueContrast.unit,
    formula: metricCatalogue.tissueContrast.formula, source: metricCatalogue.tissueContrast.source, absent: 'NO_TISSUE_CLASSES',
  },
];

/** The three classes of the brain's intensities: in T1w fluid, grey and white matter. */
export const tissueModelGroup: FeatureGroup = {
  looksAt: 'brain box',
  entries,
  measure: (_, tissues) => {
    if (tissues === null) return noValues(entries.length);
    return [...tissues.classes.flatMap(({ mean, sd, weight }) => [mean, sd, weight]), tissueContrast(tissues.classes)];
  },
};
