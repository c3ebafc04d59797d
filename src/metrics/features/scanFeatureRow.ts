import { brainBox } from './brainBox.ts';
import { featureCatalogue, featureGroups } from './featureCatalogue.ts';
import type { FeatureScan } from './featureEntry.ts';
import { tissueMasks } from './tissueMasks.ts';

/**
 * One scan's row of the feature table, in the order of `featureCatalogue`. NaN where the scan has no such value, never
 * an infinity; the entry's `absent` says why. Needs the scan on the working grid, and changes nothing.
 *
 * @param sameMasks the row of another scan under the same masks: what follows from masks alone is taken from it
 */
export function scanFeatureRow(scan: FeatureScan, sameMasks?: Float64Array): Float64Array {
  const box = brainBox(scan);
  const tissues = tissueMasks(box.working, box.brain);
  const row = new Float64Array(featureCatalogue.length);
  let column = 0;
  for (const { looksAt, fromMasksAlone, entries, measure } of featureGroups) {
    const known = fromMasksAlone === true ? sameMasks?.subarray(column, column + entries.length) : undefined;
    const values = known ?? measure(looksAt === 'brain box' ? box : scan, tissues);
    for (let n = 0; n < entries.length; n++) {
      const value = values[n] ?? NaN;
      row[column++] = Number.isFinite(value) ? value : NaN;
    }
  }
  return row;
}
