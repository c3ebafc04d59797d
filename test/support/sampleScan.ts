import { RESEARCH_USE, type ScanRecord, type ToneCurveSummary } from '../../src/core/scanRecord.ts';
import type { Volume } from '../../src/core/volume.ts';
import type { ReportImages } from '../../src/report/scanReport.ts';

const knots = Array.from({ length: 41 }, (_, j) => 0.05 * j);
const along = (curve: (x: number) => number): number[] => knots.map((x) => Number(curve(x).toFixed(4)));

const toneCurve: ToneCurveSummary = {
  knots,
  start: along((x) => x + 0.1 * x * (1.2 - x)),
  mean: along((x) => x + 0.14 * x * (1.2 - x)),
  low: along((x) => x + 0.08 * x * (1.2 - x)),
  high: along((x) => x + 0.2 * x * (1.2 - x)),
  sd: along((x) => 0.01 * x),
};

/** A complete record of a harmonized scan, with made-up but plausible numbers. */
export function sampleRecord(changes: Partial<ScanRecord> = {}): ScanRecord {
  return {
    schemaVersion: 1,
    researchUse: RESEARCH_USE,
    concordVersion: '0.1.0',
    status: 'harmonized',
    scan: 'sub-03_T1w',
    source: {
      format: 'nifti',
      sha256: '5f3c'.repeat(16),
      shape: [240, 256, 176],
      spacingMm: [1, 1, 1],
      axisCodes: 'RAS',
      datatype: 'int16',
      modality: 'MR',
      acquisition: { manufacturer: 'UIH', model: 'uMR 770', fieldStrengthT: 3, repetitionTimeMs: 7.2, echoTimeMs: 3.1, flipAngleDeg: 10 },
    },
    reference: { styleId: 'site-a-mprage', scans: 12, acquisition: { manufacturer: 'Philips', fieldStrengthT: 3, sequence: 'TFE' }, codeDistance: 2.41 },
    changeStrength: { outside: 0.9, brain: 0.6 },
    protocol: { id: 't1w-head', version: '1.0.0', tone: { minSlope: 0.25, maxSlope: 4 } },
    bundle: { id: 'mr-head', version: '0.1.0', files: [{ path: 'denoiser.onnx', sha256: 'ab12'.repeat(16) }] },
    seed: 7,
    draws: 8,
    runtime: { node: '20.20.2', onnxruntime: '1.30.0', provider: 'cpu', threads: 1, graphOptimization: 'all' },
    conform: { orientation: 'RAS', brainScale: 412.5 },
    toneCurve,
    gates: [
      { gate: 'gradientCorrelation', verdict: 'pass', value: 0.9931, limit: 0.97, detail: 'edges kept their places' },
      { gate: 'unknownStyle', verdict: 'flag', value: 3.2, limit: 3, issue: 'OOD_STYLE', detail: 'the source style lies at the border of what the model knows' },
      { gate: 'uncertainty', verdict: 'pass', value: 0.031, limit: 0.2, detail: 'the draws agree' },
    ],
    metrics: [
      { id: 'wasserstein1.source', value: 0.0612345 },
      { id: 'wasserstein1.harmonized', value: 0.0151234 },
      { id: 'ks.source', value: 0.21 },
      { id: 'ks.harmonized', value: 0.051 },
      { id: 'jsd.source', value: 0.044 },
      { id: 'jsd.harmonized', value: 0.0062 },
      { id: 'gradientCorrelation', value: 0.99312 },
      { id: 'displacementMedian', value: 0.0042 },
      { id: 'displacementP99', value: 0.061 },
      { id: 'ssim', value: 0.962 },
      { id: 'nmi', value: 1.71 },
      { id: 'mae', value: 0.0481 },
      { id: 'psnr', value: 25.3 },
      { id: 'clippedFraction', value: 0 },
      { id: 'brainMedian.source', value: 0.512 },
      { id: 'brainMedian.harmonized', value: 0.561 },
      { id: 'brainMedian.reference', value: 0.566 },
      { id: 'tissueContrast.source', value: 0.291 },
      { id: 'tissueContrast.harmonized', value: 0.322 },
      { id: 'tissueContrast.reference', value: 0.331 },
      { id: 'fber.source', unavailable: 'NO_BACKGROUND' },
      { id: 'fber.harmonized', unavailable: 'NO_BACKGROUND' },
    ],
    issues: [{ code: 'QFORM_SFORM_DIFFER', severity: 'flag', detail: 'they differ by 2.1 mm at a corner', remedy: 'Check the orientation: qform and sform disagree; sform was used.' }],
    outputs: [{ path: 'sub-03_desc-harmonized_T1w.nii.gz', kind: 'image', sha256: 'cd34'.repeat(16), bytes: 11534336 }],
    ...changes,
  };
}

const SHAPE = [96, 120, 96] as const;

/** A volume on the working grid from a function of the voxel. */
export function workingVolume(value: (i: number, j: number, k: number) => number): Volume<'model'> {
  const samples = new Float32Array(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (let k = 0, voxel = 0; k < SHAPE[2]; k++) {
    for (let j = 0; j < SHAPE[1]; j++) for (let i = 0; i < SHAPE[0]; i++) samples[voxel++] = value(i, j, k);
  }
  return {
    scale: 'model',
    shape: SHAPE,
    samples,
    affine: { frame: 'RAS', rows: [[2, 0, 0, -95], [0, 2, 0, -119], [0, 0, 2, -112]] },
  };
}

const radius = (i: number, j: number, k: number): number =>
  Math.hypot((i - 47.5) / 38, (j - 59.5) / 48, (k - 56) / 34);

/** A toy head of nested shells with some texture: enough for pictures and statistics, and for tests without data. */
export function sampleHead(contrast = 0.2): Volume<'model'> {
  return workingVolume((i, j, k) => {
    const r = radius(i, j, k);
    if (r > 1) return 0;
    if (r > 0.92) return 0.9;
    if (r > 0.85) return 0.1;
    const folds = Math.sin(i / 2.3) * Math.sin(j / 2.9) * Math.sin(k / 2.7);
    return r > 0.65 - 0.1 * folds ? 0.6 - contrast / 2 + 0.03 * folds : 0.6 + contrast / 2 + 0.02 * folds;
  });
}

export function sampleBrain(): Uint8Array {
  return Uint8Array.from(workingVolume((i, j, k) => (radius(i, j, k) < 0.8 ? 1 : 0)).samples);
}

export function sampleImages(): ReportImages {
  return {
    source: sampleHead(0.14),
    harmonized: sampleHead(0.2),
    reference: sampleHead(0.21),
    uncertainty: workingVolume((i, j, k) => (radius(i, j, k) < 1 ? 0.02 * radius(i, j, k) : 0)),
    brain: sampleBrain(),
  };
}
