import type { PairValues } from '../core/featureTable.ts';
import type { DrawnScan, Drawings, FeatureRow } from '../core/validationRecord.ts';
import { blandAltman } from '../metrics/cohort/agreement.ts';
import { columnOf } from '../metrics/cohort/matrix.ts';
import { project } from '../metrics/cohort/pca.ts';
import { type Cohort, rowsOfSite, sourceRows } from './cohortUnits.ts';
import { scopeTable } from './distanceToReference.ts';
import { found, valueOf } from './findings.ts';
import type { Basis } from './multivariateRows.ts';

/** Features that are drawn: those that tell the sites apart most before, chosen by number and not by hand. */
const DRAWN_FEATURES = 6;
const WORST = 10;

export function drawingsOf(cohort: Cohort, basis: Basis | null, features: readonly FeatureRow[], pairs: readonly PairValues[], umap: Drawings['umap']): Drawings {
  const drawn = drawnFeatures(features);
  return { pca: basis === null ? null : pcaOf(cohort, basis), umap, samples: samplesOf(cohort, drawn), blandAltman: differencesOf(cohort, drawn), worst: worstOf(pairs) };
}

function drawnFeatures(features: readonly FeatureRow[]): string[] {
  const strength = new Map<string, number>();
  for (const { arm, feature, hedgesG } of features) if (arm === 'before') strength.set(feature, Math.max(strength.get(feature) ?? 0, Math.abs(valueOf(hedgesG)) || 0));
  return [...strength].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, DRAWN_FEATURES).map(([feature]) => feature);
}

function pcaOf(cohort: Cohort, { scope, columns, components }: Basis): Drawings['pca'] {
  const scans = [...cohort.arms.keys()].flatMap((arm) => {
    const scores = project(scopeTable(cohort, arm, columns), components);
    // reference people are the same in every arm but those made in the table
    return cohort.units.flatMap(({ subject, site, role }, n): DrawnScan[] =>
      role === 'reference' && arm !== 'before' ? [] : [{ name: subject, arm: role === 'reference' ? 'reference' : arm, site, x: scores.values[n * scores.columns]!, y: scores.values[n * scores.columns + 1] ?? 0 }]);
  });
  return { scope, explained: components.explained, scans };
}

function samplesOf(cohort: Cohort, drawn: readonly string[]): Drawings['samples'] {
  return drawn.flatMap((feature) => {
    const column = cohort.features.findIndex(({ id }) => id === feature);
    return [...cohort.arms].flatMap(([arm, table]) => {
      const values = columnOf(table, column);
      return cohort.sites.map((site) => ({ feature, arm, site, values: Array.from(Float64Array.from(rowsOfSite(cohort, site), (row) => values[row]!).sort()) }));
    });
  });
}

function differencesOf(cohort: Cohort, drawn: readonly string[]): Drawings['blandAltman'] {
  const rows = sourceRows(cohort);
  if (rows.length < 3) return [];
  return drawn.flatMap((feature) => {
    const column = cohort.features.findIndex(({ id }) => id === feature);
    const before = columnOf(cohort.arms.get('before')!, column);
    return [...cohort.arms].filter(([arm]) => arm !== 'before').map(([arm, table]) => {
      const after = columnOf(table, column);
      const { bias, lower, upper } = blandAltman(rows.map((row) => before[row]!), rows.map((row) => after[row]!));
      const finding = (bound: typeof bias): ReturnType<typeof found> => found(bound.value, { interval: bound });
      return { feature, arm, bias: finding(bias), lower: finding(lower), upper: finding(upper), points: rows.map((row): [number, number] => [(before[row]! + after[row]!) / 2, after[row]! - before[row]!]) };
    });
  });
}

/** Outputs that agree least with their sources' edges. */
function worstOf(pairs: readonly PairValues[]): Drawings['worst'] {
  return [...new Set(pairs.map(({ arm }) => arm))].sort().flatMap((arm) => {
    const scored = pairs.flatMap(({ name, arm: own, values }) => {
      const value = values['gradientCorrelation'] ?? null;
      return own === arm && value !== null ? [{ name, arm, metric: 'gradientCorrelation', value }] : [];
    });
    return scored.sort((a, b) => a.value - b.value || (a.name < b.name ? -1 : 1)).slice(0, WORST);
  });
}
