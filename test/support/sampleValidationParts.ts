import type { ArmSummary, DrawnScan, Drawings, Methods, ValidationRecord } from '../../src/core/validationRecord.ts';

const between = (value: number, half: number): { value: number; low: number; high: number } => ({ value, low: value - half, high: value + half });

export const sampleArms: readonly ArmSummary[] = [
  { arm: 'before', name: 'Before', purpose: 'The scans as they came.', level: 'image', kind: 'source', batchRemoval: between(0.181, 0.05), preservation: { value: 1 }, exposed: [] },
  { arm: 'harmonized', name: 'Harmonized', purpose: 'What is evaluated.', level: 'image', kind: 'evaluated', batchRemoval: between(0.712, 0.06), preservation: between(0.931, 0.04), exposed: ['SITE_LEFT'] },
  { arm: 'identity', name: 'Identity', purpose: 'Doing nothing: the first thing to beat.', level: 'image', kind: 'comparator', batchRemoval: between(0.182, 0.05), preservation: { value: 1 }, exposed: ['SITE_LEFT'] },
  { arm: 'blur', name: 'Blur, 2 voxels', purpose: 'Strong but wrong: destroys detail.', level: 'image', kind: 'control', batchRemoval: between(0.382, 0.07), preservation: between(0.412, 0.06), exposed: ['TEXTURE_LOST', 'SPREAD_LOST', 'SITE_LEFT'] },
  { arm: 'nyul', name: 'Histogram matching (Nyúl)', purpose: 'Strong on W1.', level: 'image', kind: 'comparator', batchRemoval: between(0.731, 0.06), preservation: between(0.912, 0.05), exposed: ['SITE_LEFT'] },
  { arm: 'combat', name: 'ComBat', purpose: 'Statistical standard on features.', level: 'feature', kind: 'comparator', batchRemoval: between(0.941, 0.03), preservation: { unavailable: 'NO_IMAGES' }, exposed: [] },
];

export const sampleDesign: ValidationRecord['design'] = {
  leftOut: [
    { site: 'alpha', covariate: 'sex', level: 'F', found: { value: 14 }, share: { value: 0 } },
    { site: 'beta', covariate: 'sex', level: 'F', found: { value: 12 }, share: { value: 0.25 } },
    { site: 'beta', covariate: 'sex', level: 'M', found: { unavailable: 'SUPPRESSED' }, share: { unavailable: 'SUPPRESSED' } },
  ],
  flow: [
    { site: 'alpha', found: 25, readable: 25, refused: {}, unmatched: 1, analysed: 24 },
    { site: 'beta', found: 26, readable: 25, refused: { OOD_ANATOMY: 2 }, unmatched: 1, analysed: 22 },
  ],
  table1: [
    { site: 'alpha', scans: 24, subjects: 24, small: 'flagged', cells: { 'age mean ± SD': '34.2 ± 9.1', 'sex F %': '54', 'diagnosis control %': '100', 'field strength': '3 T' } },
    { site: 'beta', scans: 22, subjects: 22, small: 'flagged', cells: { 'age mean ± SD': '35.6 ± 8.7', 'sex F %': '50', 'diagnosis control %': { unavailable: 'SUPPRESSED' }, 'field strength': '1.5 T' } },
  ],
  confounding: [
    { covariate: 'age', test: 'kruskal-wallis', association: { value: 0.012, p: 0.512 }, verdict: 'balanced', reason: 'Sites overlap.' },
    { covariate: 'sex', test: 'fisher', association: { value: 0.041, p: 0.771 }, verdict: 'balanced', reason: 'Both sexes at every site.' },
  ],
  identifiable: true,
  verdict: 'Site and covariates can be told apart.',
};

/** A spread of points that needs no randomness. */
function cloud(count: number, centerX: number, centerY: number, label: Omit<DrawnScan, 'name' | 'x' | 'y'>): DrawnScan[] {
  return Array.from({ length: count }, (_, n) => {
    const turn = 2.399963 * n;
    const reach = 0.45 * Math.sqrt(n + 0.5);
    return { name: `sub-${label.site}${n}`, x: centerX + reach * Math.cos(turn), y: centerY + reach * Math.sin(turn), ...label };
  });
}

const ramp = (from: number, to: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + ((to - from) * n) / (count - 1));

export const sampleDrawings: Drawings = {
  pca: {
    scope: 'brain',
    explained: [0.412, 0.183, 0.092, 0.061],
    scans: [
      ...cloud(22, 3, 1, { arm: 'before', site: 'beta' }), ...cloud(22, -1.4, 0.2, { arm: 'harmonized', site: 'beta' }), ...cloud(22, 2.1, 1.4, { arm: 'blur', site: 'beta' }),
      ...cloud(24, -2, -0.3, { arm: 'reference', site: 'alpha' }),
    ],
  },
  umap: [{ neighbors: 15, minDistance: 0.1, seed: 0, scans: [...cloud(22, 3, 1, { arm: 'before', site: 'beta' }), ...cloud(22, -1, 0, { arm: 'harmonized', site: 'beta' }), ...cloud(24, -2, -0.3, { arm: 'reference', site: 'alpha' })] }],
  samples: ['brain.mean', 'tissueContrast'].flatMap((feature, f) => [
    { feature, arm: 'before', site: 'beta', values: ramp(0.31 + f, 0.42 + f, 22) },
    { feature, arm: 'harmonized', site: 'beta', values: ramp(0.39 + f, 0.5 + f, 22) },
    { feature, arm: 'reference', site: 'alpha', values: ramp(0.41 + f, 0.52 + f, 24) },
  ]),
  blandAltman: ['brain.mean', 'tissueContrast'].map((feature, f) => ({
    feature, arm: 'harmonized', bias: between(0.081 + f, 0.01), lower: between(0.041 + f, 0.014), upper: between(0.121 + f, 0.014),
    points: ramp(0.36 + f, 0.46 + f, 22).map((x, n): [number, number] => [x, 0.081 + f + 0.02 * Math.sin(2.4 * n)]),
  })),
  worst: Array.from({ length: 10 }, (_, n) => ({ name: `sub-0${n + 1}_T1w`, arm: 'harmonized', metric: 'wasserstein1.harmonized', value: 0.091 - 0.004 * n })),
};

export const sampleMethods: Methods = {
  confidence: 0.95, resamples: 2000, halfSamples: 500, permutations: 999, seed: 0, probeSeeds: [0, 1, 2, 3, 4], folds: 5, referenceSite: 'alpha', sitesFrom: 'column',
  features: { intensity: 12, tissue: 8, texture: 48, embedding: 32, silhouette: 6, histogram: 32, quality: 7 },
  bandwidth: { value: 11.32 },
  margins: { equivalenceSd: 0.5, spreadRatio: 0.8, effectRetained: 0.1, confounded: 0.8, leftOut: 0.2 },
  headlineWeights: { medianAbsCohenD: 0.2, mahalanobis: 0.15, spreadRatio: 0.25 },
};
