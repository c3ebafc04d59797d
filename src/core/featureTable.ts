/** What a scan of the table is: the scan to change, what an arm made of it, or a scan of the reference scanner. */
export type ScanRole = 'before' | 'after' | 'reference';

/**
 * One row of the table. `arm`: `before` for the scans as they came, `reference` for the reference scanner's, else the
 * method that made the scan (`harmonized`, `blur`, `nyul`, …). A before scan and all its afters share `name`.
 */
export type TableScan = Readonly<{ name: string; subject: string; site: string; role: ScanRole; arm: string }>;

/**
 * What a feature looks at. Probes read families: image probes `intensity`, `tissue`, `texture` and `embedding`, the
 * histogram probe `histogram`, the shape probe `silhouette`; `quality` is shown (V-37) and probed by nobody.
 */
export type FeatureFamily = 'intensity' | 'tissue' | 'texture' | 'embedding' | 'quality' | 'silhouette' | 'histogram';

/** Where features look: of a head inside the brain mask, or at all of it with its outline; of a CT inside the body, or at all of the scan with the body's outline. */
export type Regions = Readonly<{ inner: 'brain'; whole: 'head' } | { inner: 'body'; whole: 'scan' }>;
export type Region = Regions['inner' | 'whole'];

/** Whether a scope of a record is the inner region of its modality. */
export function isInner(scope: string): boolean {
  return scope === 'brain' || scope === 'body';
}

export type FeatureDefinition = Readonly<{
  /** Unique in its table, `[A-Za-z0-9._-]+`: it is a column of features.csv. */
  id: string;
  family: FeatureFamily;
  region: Region;
  /** The name of the Image Biomarker Standardisation Initiative, where it defines this feature. */
  ibsi?: string;
}>;

/**
 * Numbers of scans: `values[scan · features.length + feature]`, in each feature's own unit; NaN where a scan has no
 * such value. Everything of an evaluation that needs no voxels is computed from this.
 */
export type FeatureTable = Readonly<{
  scans: readonly TableScan[];
  features: readonly FeatureDefinition[];
  values: Float64Array;
}>;

/** A covariate of people. Numbers: years, …; categories as text; null where it is not known. */
export type Covariate =
  | Readonly<{ name: string; kind: 'numeric'; values: ReadonlyMap<string, number | null> }>
  | Readonly<{ name: string; kind: 'category'; values: ReadonlyMap<string, string | null> }>;

/** participants.tsv: what is known of people, by subject (`sub-01`). */
export type CovariateTable = Readonly<{
  covariates: readonly Covariate[];
  /** The site column, where one was named. */
  sites: ReadonlyMap<string, string> | null;
}>;

/**
 * What was measured between a scan and what an arm made of it (V-30 to V-32), and to the truth where there is one.
 * Keys are ids of the metric catalogue; null where a pair has no such value.
 */
export type PairValues = Readonly<{ name: string; subject: string; arm: string; values: Readonly<Record<string, number | null>> }>;
