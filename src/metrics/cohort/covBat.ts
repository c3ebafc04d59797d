import { applyComBat, type ComBatModel, fitComBat, type SiteData } from './comBat.ts';
import { type Components, principalComponents, project } from './pca.ts';
import { columnMeans, type NumberTable } from './matrix.ts';

export type CovBatModel = Readonly<{ marginal: ComBatModel; center: Float64Array; spread: Float64Array; components: Components; scores: ComBatModel }>;

/**
 * CovBat: ComBat, then ComBat of the principal component scores of what it left, so that covariances agree too.
 * `share` of the variance is harmonized. Source: Chen et al. 2022 (Human Brain Mapping 43), §2.2.
 */
export function fitCovBat(data: SiteData, share = 0.95): CovBatModel {
  const marginal = fitComBat(data);
  const cleaned = applyComBat(marginal, data);
  const center = columnMeans(cleaned);
  const spread = new Float64Array(cleaned.columns);
  cleaned.values.forEach((value, n) => (spread[n % cleaned.columns]! += (value - center[n % cleaned.columns]!) ** 2 / cleaned.rows));
  spread.forEach((value, j) => (spread[j] = value > 0 ? Math.sqrt(value) : 1));
  const standard = scaled(cleaned, center, spread);
  const all = principalComponents(standard, Math.min(cleaned.rows - 1, cleaned.columns));
  let [count, sum] = [0, 0];
  while (count < all.explained.length && sum < share) sum += all.explained[count++]!;
  const components = { ...all, directions: all.directions.slice(0, count), explained: all.explained.slice(0, count) };
  return { marginal, center, spread, components, scores: fitComBat({ table: project(standard, components), sites: data.sites, covariates: [] }) };
}

/** Source: as above. Adds the change of the scores back along the components; the rest of each row stays. */
export function applyCovBat({ marginal, center, spread, components, scores }: CovBatModel, data: SiteData): NumberTable {
  const cleaned = applyComBat(marginal, data);
  const old = project(scaled(cleaned, center, spread), components);
  const next = applyComBat(scores, { table: old, sites: data.sites, covariates: [] });
  const values = cleaned.values.slice();
  for (let n = 0; n < values.length; n++) {
    const [row, j] = [Math.floor(n / cleaned.columns), n % cleaned.columns];
    let change = 0;
    components.directions.forEach((direction, c) => (change += (next.values[row * next.columns + c]! - old.values[row * old.columns + c]!) * direction[j]!));
    values[n]! += change * spread[j]!;
  }
  return { ...cleaned, values };
}

function scaled(table: NumberTable, center: Float64Array, spread: Float64Array): NumberTable {
  return { ...table, values: table.values.map((value, n) => (value - center[n % table.columns]!) / spread[n % table.columns]!) };
}
