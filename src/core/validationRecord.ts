import type { Region } from './featureTable.ts';

/**
 * A number as it is shown, with how sure it is: interval, p over permutations of subjects (never 0), q after
 * correction, number of subjects per site. Or the reason why there is none. Never NaN, never a silent zero.
 */
export type Finding =
  | Readonly<{
      value: number;
      low?: number;
      high?: number;
      /** Why there is no interval, where one could have been: a code. */
      noInterval?: string;
      p?: number;
      /** BH across features, or Holm across the headline tests: `correction` of the row says which. */
      q?: number;
      /** Smallest effect this many subjects would have shown with 80 % power, beside a null result. */
      detectable?: number;
    }>
  | Readonly<{ unavailable: string }>;

/** The items of validation.md, by its ids. */
export type ItemId =
  | 'V-01' | 'V-02' | 'V-03' | 'V-04'
  | 'V-10' | 'V-11' | 'V-12' | 'V-13' | 'V-14' | 'V-15' | 'V-16' | 'V-17' | 'V-18' | 'V-19' | 'V-20' | 'V-21'
  | 'V-30' | 'V-31' | 'V-32' | 'V-33' | 'V-34' | 'V-35' | 'V-36' | 'V-37';

/**
 * One number of the report and of validation.tsv. The same (`item`, `statistic`, `sites`, `scope`) exists once per arm,
 * `before` included, so a table is a pivot over arms.
 */
export type ValidationRow = Readonly<{
  item: ItemId;
  /** `medianAbsCohenD`, `mmd2`, `outputTrained.logistic.balancedAccuracy`, … */
  statistic: string;
  /** `before`, `harmonized`, `blur`, …; `cohort` for what no arm changes. */
  arm: string;
  /** `A|B` for a pair, `A` for one site, `all`. */
  sites: string;
  /** A feature's id, a set of features (`brain` and `head`, or `body` and `scan`; `histogram`, `silhouette`), or a covariate. */
  scope: string;
  n: number;
  finding: Finding;
}>;

/** One feature of one arm, between two sites: the rows behind the medians. */
export type FeatureRow = Readonly<{
  feature: string;
  arm: string;
  sites: string;
  n: readonly [number, number];
  cohenD: Finding;
  hedgesG: Finding;
  logVarianceRatio: Finding;
  /** p of Brown and Forsythe's test. */
  spreadTest: Finding;
  wasserstein1: Finding;
  ks: Finding;
  /** Two one-sided tests: p that the means differ by less than the margin. */
  equivalence: Finding;
  iccBatch: Finding;
  r2Covariates: Finding;
  r2CovariatesBatch: Finding;
}>;

export type ProbeKind = 'frozen' | 'output-trained' | 'histogram' | 'silhouette' | 'covariates' | 'shuffled';

/** One site probe: balanced accuracy and AUC of one model family on one arm. */
export type ProbeRow = Readonly<{
  probe: ProbeKind;
  arm: string;
  /** Trained on raw scans (`raw`) or on what the arm made (`output`); probes of people and shape: `raw`. */
  trainedOn: 'raw' | 'output';
  scope: Region | 'histogram' | 'silhouette' | 'covariates';
  model: 'logistic' | 'forest';
  n: number;
  chance: number;
  balancedAccuracy: Finding;
  /** Smallest and largest over seeds. */
  seeds: Readonly<{ count: number; low: number; high: number }> | null;
  /** One against the rest, mean over sites. */
  auc: Finding;
  /** Share of the scans that are not of the reference site and were predicted as it. */
  asReference: Finding;
}>;

/** The two excesses of validation.md §6. */
export type ExcessRow = Readonly<{ excess: 'image' | 'intensity'; arm: string; model: 'logistic' | 'forest'; finding: Finding }>;

export type ArmSummary = Readonly<{
  arm: string;
  name: string;
  purpose: string;
  /** `image`: scans were made; `feature`: only the table was changed, so images have no values. */
  level: 'image' | 'feature';
  kind: 'source' | 'evaluated' | 'comparator' | 'control';
  /** Why the arm has no numbers at all. */
  unavailable?: string;
  batchRemoval: Finding;
  preservation: Finding;
  /** What this arm does wrong, as the numbers show it: `TEXTURE_LOST`, `ORDER_LOST`, `SPREAD_LOST`, `SITE_LEFT`, … */
  exposed: readonly string[];
}>;

/** Site × covariate. */
export type ConfoundingRow = Readonly<{
  covariate: string;
  test: 'kruskal-wallis' | 'chi-squared' | 'fisher';
  /** η² for numbers, Cramér's V for categories. */
  association: Finding;
  verdict: 'balanced' | 'associated' | 'not identifiable' | 'unknown';
  reason: string;
}>;

/** Table 1. A cell that stands for fewer than five people is suppressed. */
export type SiteColumn = Readonly<{
  site: string;
  scans: number;
  subjects: number;
  small: 'descriptive' | 'flagged' | null;
  /** Row name (`age mean`, `sex F %`, `field strength`) → text to print, or why it is not. */
  cells: Readonly<Record<string, string | Readonly<{ unavailable: string }>>>;
}>;

export type FlowRow = Readonly<{ site: string; found: number; readable: number; refused: Readonly<Record<string, number>>; unmatched: number; analysed: number }>;

export type DrawnScan = Readonly<{ name: string; arm: string; site: string; x: number; y: number }>;

/** S-22: of the people of one kind at one site, how many scans were found and which share was left out. Few people: suppressed. */
export type LeftOutRow = Readonly<{ site: string; covariate: string; level: string; found: Finding; share: Finding }>;

/** What pictures need and no table holds. Axes are fixed across arms. */
export type Drawings = Readonly<{
  /** One basis, fitted on before + reference scans, z-scored; every arm projected onto it. */
  pca: Readonly<{ scope: string; explained: readonly number[]; scans: readonly DrawnScan[] }> | null;
  /** Illustrative only. One embedding of all scans per setting. */
  umap: readonly Readonly<{ neighbors: number; minDistance: number; seed: number; scans: readonly DrawnScan[] }>[];
  /** Per feature that is drawn: sorted values of each arm and site. */
  samples: readonly Readonly<{ feature: string; arm: string; site: string; values: readonly number[] }>[];
  /** Per feature that is drawn: difference after − before against the mean of both, one point a scan. */
  blandAltman: readonly Readonly<{ feature: string; arm: string; bias: Finding; lower: Finding; upper: Finding; points: readonly (readonly [number, number])[] }>[];
  /** The worst scans by a named metric, never by hand. */
  worst: readonly Readonly<{ name: string; arm: string; metric: string; value: number }>[];
}>;

export type Headline = Readonly<{
  arm: string;
  finding: Finding;
  /** The weighted parts, each 0…1 (1 is best), so that the sum can be checked. */
  parts: readonly Readonly<{ statistic: string; weight: number; raw: Finding; score: Finding }>[];
}>;

export type Methods = Readonly<{
  confidence: number;
  resamples: number;
  /** Draws for the interval of the first headline, which is from half samples and not the bootstrap. */
  halfSamples: number;
  permutations: number;
  seed: number;
  probeSeeds: readonly number[];
  folds: number;
  referenceSite: string;
  sitesFrom: 'column' | 'folders' | 'roles';
  features: Readonly<Record<string, number>>;
  /** RBF bandwidth of the MMD, median distance of the pooled before data (z-scored). */
  bandwidth: Finding;
  margins: Readonly<{ equivalenceSd: number; spreadRatio: number; effectRetained: number; confounded: number; leftOut: number }>;
  headlineWeights: Readonly<Record<string, number>>;
}>;

/** All of validation.md that can be computed from numbers of scans. Equal input gives equal bytes. */
export type ValidationRecord = Readonly<{
  sites: readonly string[];
  arms: readonly ArmSummary[];
  design: Readonly<{
    flow: readonly FlowRow[];
    leftOut: readonly LeftOutRow[];
    table1: readonly SiteColumn[];
    confounding: readonly ConfoundingRow[];
    /** False forbids every claim of preservation (V-03); null where nothing is known of people. */
    identifiable: boolean | null;
    verdict: string;
  }>;
  rows: readonly ValidationRow[];
  features: readonly FeatureRow[];
  probes: readonly ProbeRow[];
  excesses: readonly ExcessRow[];
  /** Never merged into one number or rank. */
  headlines: Readonly<{ batchRemoval: readonly Headline[]; preservation: readonly Headline[] }>;
  drawings: Drawings;
  methods: Methods;
  warnings: readonly string[];
}>;
