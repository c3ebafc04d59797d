import { leastSquares, type NumberTable, productOf, rowOf } from './matrix.ts';

/** What ComBat learned of the sites: it can be applied to people it was not fitted on. Per feature, per site. */
export type ComBatModel = Readonly<{
  sites: readonly string[];
  /** Columns: one mean per site, then the covariates; rows of coefficients × features. */
  coefficients: NumberTable;
  grandMean: Float64Array;
  pooledSd: Float64Array;
  /** Shrunken additive and multiplicative effects, `[site][feature]`. */
  shift: readonly Float64Array[];
  scale: readonly Float64Array[];
}>;

/** Rows of people with their sites and, per covariate, one number a person. */
export type SiteData = Readonly<{ table: NumberTable; sites: readonly string[]; covariates: readonly ArrayLike<number>[] }>;

/**
 * ComBat: location and scale of each feature per site, shrunken over features by parametric empirical Bayes; the
 * effects of the covariates are kept. Needs two people a site. Source: Johnson, Li & Rabinovic 2007, §3.1–3.2.
 */
export function fitComBat({ table, sites: labels, covariates }: SiteData): ComBatModel {
  const sites = [...new Set(labels)].sort();
  const design = siteDesign(labels, sites, covariates);
  // 1. means of the sites and effects of the covariates; the grand mean weighs sites by size
  const coefficients = leastSquares(design, table);
  const members = sites.map((site) => labels.flatMap((label, n) => (label === site ? [n] : [])));
  const grandMean = new Float64Array(table.columns);
  members.forEach((rows, s) => rowOf(coefficients, s).forEach((value, j) => (grandMean[j]! += (value * rows.length) / table.rows)));
  const predicted = productOf(design, coefficients);
  const pooledSd = new Float64Array(table.columns);
  table.values.forEach((value, n) => (pooledSd[n % table.columns]! += (value - predicted.values[n]!) ** 2 / table.rows));
  pooledSd.forEach((value, j) => (pooledSd[j] = Math.sqrt(value)));
  // 2. standardize, 3. effects of each site, shrunken towards their mean over features
  const standard = standardized({ table, covariates }, { coefficients, grandMean, pooledSd, sites });
  const effects = members.map((rows) => shrunkenEffects(rows.map((row) => rowOf(standard, row))));
  return { sites, coefficients, grandMean, pooledSd, shift: effects.map(({ shift }) => shift), scale: effects.map(({ scale }) => scale) };
}

/**
 * Takes the sites' effects out of people of known sites. A site the model never saw is left as it is; so is a feature
 * that does not vary.
 */
export function applyComBat(model: ComBatModel, data: SiteData): NumberTable {
  const { columns } = data.table;
  const standard = standardized(data, model);
  const values = data.table.values.slice();
  data.sites.forEach((label, row) => {
    const site = model.sites.indexOf(label);
    if (site === -1) return;
    for (let j = 0; j < columns; j++) {
      const n = row * columns + j;
      const sd = model.pooledSd[j]!;
      if (!(sd > 0)) continue;
      const z = standard.values[n]!;
      const cleaned = (z - model.shift[site]![j]!) / Math.sqrt(model.scale[site]![j]!);
      values[n]! += sd * (cleaned - z);
    }
  });
  return { ...data.table, values };
}

function siteDesign(labels: readonly string[], sites: readonly string[], covariates: readonly ArrayLike<number>[]): NumberTable {
  const columns = sites.length + covariates.length;
  const values = new Float64Array(labels.length * columns);
  labels.forEach((label, row) => {
    values[row * columns + sites.indexOf(label)] = 1;
    covariates.forEach((covariate, c) => (values[row * columns + sites.length + c] = covariate[row]!));
  });
  return { rows: labels.length, columns, values };
}

/** (y − grand mean − covariate effects)/pooled SD; 0 where a feature does not vary. */
function standardized(data: Pick<SiteData, 'table' | 'covariates'>, model: Pick<ComBatModel, 'coefficients' | 'grandMean' | 'pooledSd' | 'sites'>): NumberTable {
  const { table, covariates } = data;
  const values = new Float64Array(table.values.length);
  for (let row = 0; row < table.rows; row++) {
    for (let j = 0; j < table.columns; j++) {
      let mean = model.grandMean[j]!;
      covariates.forEach((covariate, c) => (mean += covariate[row]! * rowOf(model.coefficients, model.sites.length + c)[j]!));
      const sd = model.pooledSd[j]!;
      values[row * table.columns + j] = sd > 0 ? (table.values[row * table.columns + j]! - mean) / sd : 0;
    }
  }
  return { ...table, values };
}

/**
 * Notation: γ̂, δ̂² mean and variance of one site per feature; priors γ ~ N(γ̄, τ²), δ² ~ Inverse Gamma(λ, θ), by moments;
 * the posterior means are found by iteration. Source: as above, eqs. 3.1 and supplement A.
 */
function shrunkenEffects(rows: readonly Float64Array[]): { shift: Float64Array; scale: Float64Array } {
  const n = rows.length;
  const features = rows[0]!.length;
  const gammaHat = Float64Array.from({ length: features }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / n);
  const deltaHat = Float64Array.from({ length: features }, (_, j) => rows.reduce((sum, row) => sum + (row[j]! - gammaHat[j]!) ** 2, 0) / (n - 1));
  const [gammaBar, tau2] = momentsOf(gammaHat);
  const [m, s2] = momentsOf(deltaHat);
  const lambda = (2 * s2 + m * m) / s2;
  const theta = (m * s2 + m ** 3) / s2;
  if (!(tau2 > 0) || !(s2 > 0)) return { shift: gammaHat, scale: deltaHat.map((value) => (value > 0 ? value : 1)) };
  let [shift, scale] = [gammaHat.slice(), deltaHat.slice()];
  for (let step = 0; step < 500; step++) {
    const nextShift = shift.map((_, j) => (n * tau2 * gammaHat[j]! + scale[j]! * gammaBar) / (n * tau2 + scale[j]!));
    const nextScale = scale.map((_, j) => (theta + 0.5 * rows.reduce((sum, row) => sum + (row[j]! - nextShift[j]!) ** 2, 0)) / (n / 2 + lambda - 1));
    const change = Math.max(largestChange(shift, nextShift), largestChange(scale, nextScale));
    [shift, scale] = [nextShift, nextScale];
    if (change < 1e-8) break;
  }
  return { shift, scale };
}

function largestChange(before: Float64Array, after: Float64Array): number {
  return before.reduce((largest, value, j) => Math.max(largest, Math.abs(after[j]! - value) / (Math.abs(value) + 1e-12)), 0);
}

/** Mean and variance (n − 1) over features. */
function momentsOf(values: Float64Array): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)];
}
