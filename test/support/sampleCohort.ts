import type { CohortRecord, DistanceRow, Estimate } from '../../src/core/cohortRecord.ts';
import { RESEARCH_USE } from '../../src/core/scanRecord.ts';

const few: Estimate = { unavailable: 'FEW_SUBJECTS' };

function distances(feature: string, before: number, after: number): DistanceRow[] {
  return ['wasserstein1', 'ks', 'jsd'].map((measure, n) => ({
    feature,
    measure,
    before: { value: before * (1 + n), low: before * (0.8 + n), high: before * (1.3 + n) },
    after: { value: after * (1 + n), low: after * (0.8 + n), high: after * (1.3 + n) },
    floor: { value: 0.00631 },
    gain: { value: 0.7123, low: 0.512, high: 0.887 },
    pBefore: { value: 0.0005 },
    pAfter: few,
    pGain: { value: 0.0312 },
  }));
}

const bell = (center: number): number[] => Array.from({ length: 100 }, (_, bin) => (0.02 / (0.15 * Math.sqrt(Math.PI))) * Math.exp(-(((0.02 * (bin + 0.5) - center) / 0.15) ** 2)));

/** A complete record of an evaluated cohort, with made-up but plausible numbers. */
export function sampleCohort(changes: Partial<CohortRecord> = {}): CohortRecord {
  return {
    schemaVersion: 1,
    researchUse: RESEARCH_USE,
    concordVersion: '0.1.0',
    modality: 'MR',
    statistics: { interval: 'BCa', confidence: 0.95, resamples: 2000, permutations: 1999, seed: 0 },
    request: { arms: ['identity', 'blur', 'nyul', 'combat'], participants: 'participants.tsv', siteColumn: 'site', probePermutations: 99, mostLeftOut: 0.2 },
    counts: { matched: 6, subjects: 6, reference: 8, referenceSubjects: 8, truth: 6, found: { before: 6, after: 6, reference: 8, truth: 6 } },
    distances: [...distances('brainIntensity', 0.0412, 0.0123), ...distances('headIntensity', 0.0871, 0.0321), ...distances('localContrast', 0.0093, 0.0041)],
    summaries: [
      { id: 'tissueContrast', before: { value: 0.294 }, after: { value: 0.351 }, reference: { value: 0.358 }, orderKept: { value: 0.943 }, spreadRatio: { value: 0.97, low: 0.81, high: 1.12 } },
    ],
    paired: [
      { region: 'brain', measure: 'mae', before: { value: 0.0611 }, after: { value: 0.0212 }, gapClosed: { value: 0.653, low: 0.6, high: 0.7 }, p: { value: 0.0156 } },
      { region: 'brain', measure: 'psnr', before: { value: 22.4 }, after: { value: 29.9 }, gapClosed: { unavailable: 'SEE_MAE' }, p: { value: 0.0157 } },
    ],
    scans: Array.from({ length: 6 }, (_, n) => ({
      name: `sub-0${n + 1}_T1w`,
      subject: `sub-0${n + 1}`,
      values: { 'wasserstein1.source': 0.04 + 0.003 * n, 'wasserstein1.harmonized': 0.01 + 0.002 * n, gradientCorrelation: 0.991 + 0.001 * n, ssim: 0.96, nmi: null },
    })),
    histograms: { binWidth: 0.02, before: bell(0.48), after: bell(0.55), reference: bell(0.56) },
    validation: null,
    warnings: ['Only 6 subjects in the smaller set: read every number as a description of these scans, not of a site.'],
    issues: [{ role: 'before', scan: 'sub-09_T1w', issue: { code: 'NO_PARTNER', severity: 'skip', detail: '--after has no scan named sub-09_T1w', remedy: 'Name the scans alike.' } }],
    ...changes,
  };
}
