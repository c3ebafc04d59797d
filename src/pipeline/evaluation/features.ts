import type { FeatureDefinition, FeatureTable, TableScan } from '../../core/featureTable.ts';
import { ctFeatureCatalogue } from '../../metrics/ct/ctFeatures.ts';
import { featureCatalogue } from '../../metrics/features/featureCatalogue.ts';
import { scanFeatureRow } from '../../metrics/features/scanFeatureRow.ts';
import type { WorkingScan } from './scanFeatures.ts';

/** A row of the feature table, some kilobytes: the volume is dropped before the next scan is read. */
export type MeasuredScan = Readonly<{ scan: TableScan; row: Float64Array }>;

/** @param sameMasks the row of another scan under the same masks */
export function measuredScan(scan: TableScan, image: WorkingScan, sameMasks?: Float64Array): MeasuredScan {
  return { scan, row: scanFeatureRow(image, sameMasks) };
}

/** The rows as one table; sorted by arm, then name, so that it does not depend on the order scans were read in. */
export function featureTable(measured: readonly MeasuredScan[], modality: 'MR' | 'CT'): FeatureTable {
  const sorted = [...measured].sort((a, b) => compared(a.scan.arm, b.scan.arm) || compared(a.scan.name, b.scan.name));
  const features = (modality === 'CT' ? ctFeatureCatalogue : featureCatalogue).map(({ id, family, region, ibsi }): FeatureDefinition => ({ id, family, region, ...(ibsi === undefined ? {} : { ibsi }) }));
  const values = new Float64Array(sorted.length * features.length);
  sorted.forEach(({ row }, n) => { values.set(row, n * features.length); });
  return { scans: sorted.map(({ scan }) => scan), features, values };
}

/** By code unit: the same order on every machine. */
function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
