import type { Issue } from './issues.ts';
import type { RESEARCH_USE } from './scanRecord.ts';
import type { ValidationRecord } from './validationRecord.ts';

/** A number with its confidence interval, or the code of why there is none; or the reason for its own absence. */
export type Estimate = Readonly<{ value: number; low?: number; high?: number; noInterval?: string }> | Readonly<{ unavailable: string }>;

/** One distribution measure of one feature, from a set of scans to the reference set. */
export type DistanceRow = Readonly<{
  feature: string;
  measure: string;
  before: Estimate;
  after: Estimate;
  /** Between random halves of the reference's subjects: what no method can be asked to go below. */
  floor: Estimate;
  /** 1 − (after − floor)/(before − floor): 1 reached the floor, 0 did nothing, below 0 did harm. */
  gain: Estimate;
  /** One-sided permutation p over subjects: is the set still farther from the reference than chance? */
  pBefore: Estimate;
  pAfter: Estimate;
  /** One-sided paired permutation p: is after closer than before? */
  pGain: Estimate;
}>;

/** One number per scan, summarized over a set, and whether subjects kept their order and spread. */
export type SummaryRow = Readonly<{
  id: string;
  before: Estimate;
  after: Estimate;
  reference: Estimate;
  orderKept: Estimate;
  spreadRatio: Estimate;
}>;

/** Error against the same person on the reference scanner. */
export type PairedRow = Readonly<{
  /** Of heads in the brain scale, of CT in HU. */
  region: 'brain' | 'head' | 'body' | 'soft';
  measure: 'mae' | 'psnr';
  before: Estimate;
  after: Estimate;
  /** 1 − after/before, of the mean absolute error only. */
  gapClosed: Estimate;
  p: Estimate;
}>;

export type EvaluatedScan = Readonly<{
  name: string;
  subject: string;
  /** `wasserstein1.source`, `maeBrain.harmonized`, `noiseSd.source`, …; null where the scan has no such value. */
  values: Readonly<Record<string, number | null>>;
}>;

/** What was asked for and cannot be read off the numbers: the rest of the command. Of paths, the file name only. */
export type EvaluationRequest = Readonly<{ arms: readonly string[]; participants: string | null; siteColumn: string | null; probePermutations: number; mostLeftOut: number }>;

export type CohortRecord = Readonly<{
  schemaVersion: 1;
  researchUse: typeof RESEARCH_USE;
  concordVersion: string;
  /** A record that an earlier build wrote is of heads. */
  modality: 'MR' | 'CT';
  statistics: Readonly<{ interval: 'BCa'; confidence: number; resamples: number; permutations: number; seed: number }>;
  /** null in a record that an earlier build wrote. */
  request: EvaluationRequest | null;
  counts: Readonly<{ matched: number; subjects: number; reference: number; referenceSubjects: number; truth: number; found: Readonly<Record<'before' | 'after' | 'reference' | 'truth', number>> }>;
  distances: readonly DistanceRow[];
  summaries: readonly SummaryRow[];
  paired: readonly PairedRow[];
  scans: readonly EvaluatedScan[];
  /** Pooled histograms of the first feature (shares per bin), for the picture. */
  histograms: Readonly<{ binWidth: number; before: readonly number[]; after: readonly number[]; reference: readonly number[] }>;
  /** Group statistics, probes, arms and headline scores; null where none were asked for. */
  validation: ValidationRecord | null;
  warnings: readonly string[];
  issues: readonly Readonly<{ role: string; scan: string; issue: Issue }>[];
}>;
