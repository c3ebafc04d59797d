import { quantiles } from '../../../core/statistics.ts';
import { maskedValues } from '../../maskedValues.ts';
import { BRAIN_SCALE, IBSI_SOURCE, noValues, type FeatureEntry, type FeatureGroup, type FeatureScan, type Tissues } from '../featureEntry.ts';
import { firstOrder, firstOrderFeatures } from '../ibsi/firstOrder.ts';
import { withoutOutliers } from '../ibsi/levels.ts';

type Region = Readonly<{ key: string; name: string; family: 'intensity' | 'tissue'; region: 'brain' | 'head'; mask: (scan: FeatureScan, tissues: Tissues) => Uint8Array | null }>;

const UNITS = ['none', BRAIN_SCALE, `${BRAIN_SCALE}²`] as const;
const PERCENTILES = [1, 5, 25, 75, 95, 99] as const;

/** IBSI's first order statistics of the region without outliers, and six more percentiles of all of it. */
function regionGroup({ key, name, family, region, mask }: Region): FeatureGroup {
  const absent = key === 'middle' || key === 'bright' ? 'NO_TISSUE_CLASSES' : 'FLAT';
  const entries: FeatureEntry[] = [
    ...firstOrderFeatures.map(({ id, ibsi, power, formula }): FeatureEntry => ({
      id: `${family}.${key}.${id}`, family, region, ibsi, name: `${name}: ${ibsi.toLowerCase()}`, unit: UNITS[power],
      formula: `${formula}; mean ± 3 SD of the region`, source: IBSI_SOURCE, absent,
    })),
    ...PERCENTILES.map((p): FeatureEntry => ({
      id: `${family}.${key}.percentile${p}`, family, region, name: `${name}: ${p}. percentile`, unit: BRAIN_SCALE,
      formula: `P${p} of the region`, source: 'Hyndman & Fan 1996, definition 7', absent,
    })),
  ];
  const measure: FeatureGroup['measure'] = (scan, tissues) => {
    const inside = mask(scan, tissues);
    const kept = inside === null ? null : withoutOutliers(scan.working, inside);
    if (inside === null || kept === null || !kept.includes(1)) return noValues(entries.length);
    const { samples } = scan.working;
    return [...firstOrder(maskedValues(samples, kept)), ...quantiles(maskedValues(samples, inside), PERCENTILES.map((p) => p / 100))];
  };
  return { looksAt: region === 'brain' ? 'brain box' : 'whole scan', entries, measure };
}

export const intensityGroups: readonly FeatureGroup[] = [
  regionGroup({ key: 'brain', name: 'Brain', family: 'intensity', region: 'brain', mask: ({ brain }) => brain }),
  regionGroup({ key: 'head', name: 'Head', family: 'intensity', region: 'head', mask: ({ head }) => head }),
  regionGroup({ key: 'middle', name: 'Middle tissue', family: 'tissue', region: 'brain', mask: (_, tissues) => tissues?.middle ?? null }),
  regionGroup({ key: 'bright', name: 'Bright tissue', family: 'tissue', region: 'brain', mask: (_, tissues) => tissues?.bright ?? null }),
];
