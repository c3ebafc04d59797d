import type { Vector3 } from './affine.ts';
import type { CtFacts } from './ctRecord.ts';
import type { Issue, IssueCode } from './issues.ts';
import type { Shape3 } from './volume.ts';

export const RESEARCH_USE = 'For research use only. Not for use in diagnostic procedures.';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a header says of the acquisition; nothing a patient could be known by. Absent means unknown. */
export type Acquisition = Readonly<{
  manufacturer?: string;
  model?: string;
  fieldStrengthT?: number;
  sequence?: string;
  echoTimeMs?: number;
  repetitionTimeMs?: number;
  inversionTimeMs?: number;
  flipAngleDeg?: number;
  sliceThicknessMm?: number;
  convolutionKernel?: string;
}>;

/** A metric without a value says why; it is never -1 and never NaN. */
export type MetricValue = Readonly<{ id: string; value: number }> | Readonly<{ id: string; unavailable: string }>;

export type GateVerdict = Readonly<{
  gate: string;
  verdict: 'pass' | 'flag' | 'refuse';
  value: number | null;
  limit: number | null;
  /** Present when the verdict is not `pass`. */
  issue?: IssueCode;
  detail: string;
}>;

/** The tone curve averaged over the brain's cells, on the model scale: what the report draws. */
export type ToneCurveSummary = Readonly<{
  knots: readonly number[];
  start: readonly number[];
  mean: readonly number[];
  /** 5th and 95th percentile over cells. */
  low: readonly number[];
  high: readonly number[];
  /** Mean over cells of the SD over draws. */
  sd: readonly number[];
}>;

export type OutputFile = Readonly<{ path: string; kind: 'image' | 'series' | 'sidecar' | 'report'; sha256: string; bytes: number }>;

/** Everything that is true of one run on one scan. No times, no machine: two equal runs give equal bytes. */
export type ScanRecord = Readonly<{
  schemaVersion: 1;
  researchUse: typeof RESEARCH_USE;
  concordVersion: string;
  status: 'harmonized' | 'refused';
  /** Safe file stem, as used for the outputs. */
  scan: string;
  source: Readonly<{
    format: 'nifti' | 'dicom';
    sha256: string;
    shape: Shape3;
    spacingMm: Vector3;
    axisCodes: string;
    datatype: string;
    modality: 'MR' | 'CT' | 'unknown';
    acquisition: Acquisition;
  }>;
  reference: Readonly<{ styleId: string; scans: number; acquisition: Acquisition; codeDistance: number | null }>;
  /** The cohort that the scan spoke for, where one was given: the change was decided by all of it. */
  sourceStyle?: Readonly<{ styleId: string; scans: number }>;
  protocol: JsonValue;
  bundle: Readonly<{ id: string; version: string; files: readonly Readonly<{ path: string; sha256: string }>[] }>;
  seed: number;
  draws: number;
  runtime: Readonly<{ node: string; onnxruntime: string; provider: string; threads: number; graphOptimization: string }>;
  /** The conform trace: orientation, head frame, brain scale, bias-field coefficients. */
  conform: JsonValue;
  toneCurve: ToneCurveSummary | null;
  /** Of a head MR alone: shares of the change that were applied: what two samples of people would not explain. */
  changeStrength?: Readonly<{ outside: number; brain: number }>;
  /** Of a CT alone. */
  ct?: CtFacts;
  gates: readonly GateVerdict[];
  metrics: readonly MetricValue[];
  issues: readonly Issue[];
  outputs: readonly OutputFile[];
}>;
