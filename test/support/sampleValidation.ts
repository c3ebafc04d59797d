import type { FeatureRow, Finding, Headline, ItemId, ProbeKind, ProbeRow, ValidationRecord, ValidationRow } from '../../src/core/validationRecord.ts';
import { sampleArms, sampleDesign, sampleDrawings, sampleMethods } from './sampleValidationParts.ts';

export function found(value: number, half?: number, p?: number): Finding {
  return { value, ...(half === undefined ? {} : { low: value - half, high: value + half }), ...(p === undefined ? {} : { p, q: Math.min(1, 2 * p) }) };
}

const arms = ['before', 'harmonized', 'identity', 'blur', 'nyul', 'combat'] as const;

/** One statistic of every arm, in the order of `arms`; an absent number is null. */
function across(item: ItemId, statistic: string, scope: string, values: readonly (number | null)[], half: number, reason = 'NO_IMAGES'): ValidationRow[] {
  return arms.map((arm, n): ValidationRow => {
    const value = values[n] ?? null;
    return { item, statistic, arm, sites: 'alpha|beta', scope, n: 46, finding: value === null ? { unavailable: reason } : found(value, half, 0.001 * (n + 1)) };
  });
}

const rows: readonly ValidationRow[] = [
  ...across('V-10', 'wasserstein1', 'brain.mean', [0.812, 0.213, 0.811, 0.624, 0.198, 0.101], 0.07),
  ...across('V-11', 'shareKsSignificant', 'all', [0.714, 0.238, 0.713, 0.523, 0.211, 0.071], 0.05),
  ...across('V-12', 'medianAbsCohenD', 'all', [0.912, 0.312, 0.911, 0.723, 0.281, 0.062], 0.11),
  ...across('V-12', 'shareLargeD', 'all', [0.661, 0.221, 0.662, 0.551, 0.203, 0.013], 0.06),
  ...across('V-13', 'medianAbsLogVarianceRatio', 'all', [0.412, 0.301, 0.413, 0.522, 0.331, 0.091], 0.08),
  ...across('V-14', 'mahalanobis', 'all', [2.413, 0.912, 2.412, 1.803, 0.871, 0.221], 0.31),
  ...across('V-14', 'frobenius', 'all', [0.514, 0.402, 0.513, 0.623, 0.391, 0.312], 0.09),
  ...across('V-15', 'mmd2', 'all', [0.1213, 0.0214, 0.1212, 0.0812, 0.0193, 0.0011], 0.012),
  ...across('V-16', 'kid', 'embedding', [0.0812, 0.0192, 0.0811, 0.1213, 0.0181, null], 0.009),
  ...across('V-18', 'siteEtaSquared', 'PC1', [0.612, 0.143, 0.611, 0.412, 0.131, 0.012], 0.07),
  ...across('V-20', 'medianIccBatch', 'all', [0.501, 0.121, 0.502, 0.401, 0.112, 0.004], 0.06),
  ...across('V-21', 'normalizedGain', 'brain.mean', [0, 0.731, 0.001, 0.213, 0.741, 0.812], 0.08),
  ...across('V-30', 'gradientCorrelation', 'brain', [1, 0.991, 1, 0.713, 0.988, null], 0.003),
  ...across('V-30', 'ssim', 'brain', [1, 0.968, 1, 0.812, 0.963, null], 0.006),
  ...across('V-31', 'displacementMedian', 'brain', [0, 0.0123, 0, 0.0214, 0.0131, null], 0.002),
  ...across('V-32', 'dice', 'brain', [null, null, null, null, null, null], 0, 'NO_SEGMENTER'),
  ...across('V-33', 'icc21', 'brain', [null, null, null, null, null, null], 0, 'NO_TRAVELING_SUBJECTS'),
  ...across('V-34', 'ageBeta', 'tissueContrast', [-0.0041, -0.0039, -0.0041, -0.0021, -0.0038, -0.0036], 0.0009),
  ...across('V-35', 'lesionCnr', 'brain', [null, null, null, null, null, null], 0, 'NO_LESION_MASKS'),
  ...across('V-36', 'spreadRatio', 'all', [1, 0.951, 1, 0.612, 0.912, 0.881], 0.06),
  ...across('V-36', 'identifiability', 'all', [1, 0.978, 1, 0.413, 0.957, 0.891], 0.05),
  ...across('V-37', 'cjv', 'brain', [0.512, 0.493, 0.511, 0.412, 0.501, null], 0.02),
];

function featureRow(feature: string, arm: string, d: number): FeatureRow {
  return {
    feature, arm, sites: 'alpha|beta', n: [24, 22], cohenD: found(d, 0.31), hedgesG: found(0.983 * d, 0.3, Math.abs(d) > 0.5 ? 0.004 : 0.31),
    logVarianceRatio: found(0.21 * d, 0.12), spreadTest: { value: 0.21, p: 0.212, q: 0.412 }, wasserstein1: found(Math.abs(d) * 0.91, 0.1),
    ks: { value: Math.min(0.95, 0.41 * Math.abs(d)), p: 0.012, q: 0.031 }, equivalence: { value: 0.612, p: 0.612 },
    iccBatch: found(Math.min(0.9, 0.4 * Math.abs(d))), r2Covariates: found(0.113), r2CovariatesBatch: found(0.113 + 0.2 * Math.abs(d)),
  };
}

const featureIds = ['brain.mean', 'brain.p10', 'brain.p90', 'tissueContrast', 'glcm.contrast', 'glcm.jointEntropy', 'glrlm.runEntropy', 'embedding.03'] as const;
const featureD = [[1.212, 0.213], [0.913, 0.301], [-1.413, -0.612], [1.713, 0.401], [-0.713, -0.512], [0.412, 0.391], [-0.212, -0.113], [0.911, 0.102]] as const;

const features: readonly FeatureRow[] = featureIds.flatMap((id, n) => [featureRow(id, 'before', featureD[n]![0]), featureRow(id, 'harmonized', featureD[n]![1])]);

function probe(kind: ProbeKind, arm: string, scope: ProbeRow['scope'], accuracy: number, model: ProbeRow['model'] = 'logistic'): ProbeRow {
  return {
    probe: kind, arm, trainedOn: kind === 'frozen' || arm === 'before' ? 'raw' : 'output', scope, model, n: 46, chance: 0.5, balancedAccuracy: found(accuracy, 0.09, 0.012),
    seeds: { count: 5, low: accuracy - 0.021, high: accuracy + 0.019 }, auc: found(Math.min(0.99, accuracy + 0.043), 0.07), asReference: found(0.413, 0.11),
  };
}

const probes: readonly ProbeRow[] = (['logistic', 'forest'] as const).flatMap((model, n) => [
  probe('frozen', 'harmonized', 'brain', 0.581 + n * 0.013, model), probe('frozen', 'blur', 'brain', 0.512 + n * 0.013, model),
  probe('output-trained', 'before', 'brain', 0.934 - n * 0.013, model), probe('output-trained', 'harmonized', 'brain', 0.781 - n * 0.013, model), probe('output-trained', 'blur', 'brain', 0.911, model),
  probe('output-trained', 'before', 'head', 0.951 - n * 0.013, model), probe('output-trained', 'harmonized', 'head', 0.841 - n * 0.013, model),
  probe('histogram', 'before', 'histogram', 0.882 - n * 0.011, model), probe('histogram', 'harmonized', 'histogram', 0.642 - n * 0.011, model),
  probe('silhouette', 'before', 'silhouette', 0.631 + n * 0.012, model), probe('covariates', 'before', 'covariates', 0.561 + n * 0.012, model), probe('shuffled', 'harmonized', 'brain', 0.503 + n * 0.002, model),
]);

const parts: Readonly<Record<string, Headline['parts']>> = {
  'removal before': [{ statistic: 'medianAbsCohenD', weight: 0.2, raw: found(0.912), score: found(0.088) }],
  'removal harmonized': [{ statistic: 'medianAbsCohenD', weight: 0.2, raw: found(0.312), score: found(0.688) }, { statistic: 'mahalanobis', weight: 0.15, raw: found(0.912), score: found(0.741) }],
  'preservation harmonized': [{ statistic: 'spreadRatio', weight: 0.25, raw: found(0.951), score: found(0.951) }],
};

/** A complete record of a validation of two sites and six arms, with made-up but plausible numbers. */
export function sampleValidation(changes: Partial<ValidationRecord> = {}): ValidationRecord {
  return {
    sites: ['alpha', 'beta'],
    arms: sampleArms,
    design: sampleDesign,
    rows,
    features,
    probes,
    excesses: [
      { excess: 'image', arm: 'before', model: 'logistic', finding: found(0.303, 0.12) }, { excess: 'intensity', arm: 'before', model: 'logistic', finding: found(0.379, 0.11) },
      { excess: 'image', arm: 'harmonized', model: 'logistic', finding: found(0.15, 0.13) }, { excess: 'intensity', arm: 'harmonized', model: 'logistic', finding: found(0.139, 0.1) },
    ],
    headlines: {
      batchRemoval: sampleArms.map(({ arm, batchRemoval: finding }) => ({ arm, finding, parts: parts[`removal ${arm}`] ?? [] })),
      preservation: sampleArms.map(({ arm, preservation: finding }) => ({ arm, finding, parts: parts[`preservation ${arm}`] ?? [] })),
    },
    drawings: sampleDrawings,
    methods: sampleMethods,
    warnings: ['beta has 22 subjects: below 25, site differences are estimated poorly.'],
    ...changes,
  };
}
