import { RESEARCH_USE } from '../core/scanRecord.ts';
import type { Acquisition, ScanRecord } from '../core/scanRecord.ts';
import { canonicalJson, sha256Of } from './canonicalJson.ts';

/**
 * The BIDS sidecar of a harmonized image: what it is, the source's own acquisition facts (never the reference's), and
 * a `Harmonization` object (bids-and-reports.md R-12). Canonical JSON.
 */
export function renderSidecar(record: ScanRecord, image: Readonly<{ sha256: string }>): string {
  const { bundle, protocol, reference, runtime, source } = record;
  return canonicalJson({
    Description: `Scan brought to the look of reference style ${reference.styleId}; synthetic. ${RESEARCH_USE}`,
    Sources: [record.scan],
    SkullStripped: false,
    ...(source.modality === 'unknown' ? {} : { Modality: source.modality }),
    ...bidsFacts(source.acquisition, source.format),
    Harmonization: {
      Tool: 'concord',
      Version: record.concordVersion,
      ModelId: `${bundle.id}/${bundle.version}`,
      ModelSha256: sha256Of(canonicalJson(bundle.files)),
      ProtocolSha256: sha256Of(canonicalJson(protocol)),
      Reference: { StyleId: reference.styleId, Scans: reference.scans },
      Seed: record.seed,
      Sampler: 'DDIM, v-prediction, eta 0',
      Samples: record.draws,
      Runtime: `onnxruntime ${runtime.onnxruntime}, node ${runtime.node}`,
      Device: runtime.provider,
      DeterminismClass: runtime.provider === 'cpu' && runtime.threads === 1 ? 'byte-identical' : 'within-tolerance',
      QC: record.gates.map(({ gate, verdict, value, limit }) => ({ Gate: gate, Verdict: verdict, Value: value, Limit: limit })),
      InputSha256: source.sha256,
      OutputSha256: image.sha256,
      ResearchUseOnly: RESEARCH_USE,
    },
  });
}

/**
 * Our units → BIDS: times in seconds. Unknown facts are left out.
 *
 * @param format what the facts were read from: DICOM has the manufacturer's name of a sequence, or else its codes (GR/IR)
 */
export function bidsFacts(acquisition: Acquisition, format: 'nifti' | 'dicom' = 'nifti'): Record<string, unknown> {
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  return {
    Manufacturer: acquisition.manufacturer,
    ManufacturersModelName: acquisition.model,
    MagneticFieldStrength: acquisition.fieldStrengthT,
    [sequenceKey(acquisition, format)]: acquisition.sequence,
    EchoTime: seconds(acquisition.echoTimeMs),
    RepetitionTime: seconds(acquisition.repetitionTimeMs),
    InversionTime: seconds(acquisition.inversionTimeMs),
    FlipAngle: acquisition.flipAngleDeg,
    SliceThickness: acquisition.sliceThicknessMm,
    ConvolutionKernel: acquisition.convolutionKernel,
  };
}

function sequenceKey({ sequence = '' }: Acquisition, format: 'nifti' | 'dicom'): string {
  if (format === 'nifti') return 'PulseSequenceType';
  return /^(SE|IR|GR|EP|RM)(\/(SE|IR|GR|EP|RM))*$/.test(sequence) ? 'ScanningSequence' : 'SequenceName';
}
