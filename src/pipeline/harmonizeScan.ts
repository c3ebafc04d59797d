import { ofModality } from '../config/protocol.ts';
import type { Protocol } from '../config/protocol.ts';
import type { CtFacts } from '../core/ctRecord.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { GateVerdict, JsonValue, MetricValue, ScanRecord, ToneCurveSummary } from '../core/scanRecord.ts';
import type { Grid, SlicedVolume } from '../core/planes.ts';
import type { Volume } from '../core/volume.ts';
import { openShelf } from '../formats/planeShelf.ts';
import type { PlaneShelf } from '../formats/planeShelf.ts';
import { readPlanes, readScan } from '../formats/scan.ts';
import type { Scan, ScanInput } from '../formats/scan.ts';
import { bundleOf } from '../inference/bundle.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import type { ReportImages } from '../report/scanReport.ts';
import { checkReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferencePreview } from './createStyle.ts';
import { isHardRefusal } from './gates.ts';
import { harmonizeCt } from './harmonizeCt.ts';
import { harmonizeHead } from './harmonizeHead.ts';
import { imageWriters } from './imageWriters.ts';
import type { DicomJob, OutputFormat } from './imageWriters.ts';
import { outputPaths } from './outputNames.ts';
import { openRecord } from './scanRecord.ts';
import { writeOutputs } from './writeOutputs.ts';

/** One scan to harmonize, and how. Plain values, so that a job can cross a process boundary. */
export type ScanJob = Readonly<{
  input: ScanInput;
  outputDir: string;
  reference: ReferenceStyle;
  /** The style of the cohort that the scan belongs to; without it the scan speaks for itself. */
  sourceStyle?: ReferenceStyle;
  /** One reference scan, for the report's pictures alone. */
  referencePreview: ReferencePreview | null;
  seed: number;
  draws: number;
  datatype: 'source' | 'float32';
  /** What DICOM series become [default: nifti]; NIfTI input becomes NIfTI. */
  format?: OutputFormat;
  /** How DICOM is written; none is without it. */
  dicom?: DicomJob;
  biasCorrection: boolean;
  concordVersion: string;
}>;

/** A job whose styles are of one modality. */
export type JobOf<Modality extends 'MR' | 'CT'> = Omit<ScanJob, 'reference' | 'sourceStyle'> & Readonly<{ reference: StyleOf<Modality>; sourceStyle?: StyleOf<Modality> }>;
type StyleOf<Modality extends 'MR' | 'CT'> = Extract<ReferenceStyle, Readonly<{ modality?: Modality }>>;

/** What a chain made of a scan: its part of the record, the report's pictures, and the image unless a gate refused it. */
export type ChainOutcome = Readonly<{
  codeDistance: number;
  conform: JsonValue;
  toneCurve: ToneCurveSummary | null;
  changeStrength?: NonNullable<ScanRecord['changeStrength']>;
  ct?: CtFacts;
  gates: readonly GateVerdict[];
  metrics: readonly MetricValue[];
  issues: readonly Issue[];
  images: ReportImages;
  image: Volume<'scanner'> | SlicedVolume | null;
}>;

/**
 * One scan, from file to report. Read this first, then the chain of a modality (harmonizeHead.ts, harmonizeCt.ts): every
 * other folder serves one line of them.
 *
 * @param cores threads that this scan may keep busy; the outputs do not depend on it
 * @returns the record as written; `status` tells whether there is an image
 * @throws ScanRefusal when the scan cannot be read at all; CONCORD_* when something but the scan is at fault
 */
export async function harmonizeScan(job: ScanJob, givenProtocol: Protocol, bundle: ModelBundle, cores = 1): Promise<ScanRecord> {
  checkReferenceStyle(job.reference, bundle.manifest, givenProtocol);
  if (job.sourceStyle) checkReferenceStyle(job.sourceStyle, bundle.manifest, givenProtocol);
  const protocol = resolveProtocol(givenProtocol, job);
  const paths = outputPaths(job.outputDir, job.input.name, job.input.study);
  const shelf = openShelf(job.outputDir);
  try {
    // 1. read: scanner intensities (CT: HU), affine in RAS+ mm; a head whole, a CT plane by plane
    const { scan, chain } = await openScan(job, protocol, bundle, { shelf, cores });
    const opened = openRecord(scan, job, protocol, bundle);
    // 2 … 7. conform, style, diffuse, apply, gate, restore: a chain for each modality
    const outcome = await runChain(chain);
    if (outcome instanceof ScanRefusal) {
      return await writeOutputs({ ...opened, issues: [...opened.issues, outcome.issue] }, paths, null, null);
    }
    // 8. write: image in the source's own grid and header, sidecar, report, and last the record
    const { codeDistance, images, image, issues, ...facts } = outcome;
    const record: ScanRecord = {
      ...opened, ...facts,
      status: facts.gates.some(isHardRefusal) ? 'refused' : 'harmonized',
      reference: { ...opened.reference, codeDistance },
      issues: [...opened.issues, ...issues],
    };
    return await writeOutputs(record, paths, images, image && imageWriters(scan, image, job, { protocol, bundle }));
  } finally {
    shelf.close();
  }
}

/** A scan as read, and what is done with it. */
type OpenedScan = Readonly<{ scan: Scan<Grid>; chain: () => Promise<ChainOutcome> }>;

async function openScan(job: ScanJob, protocol: Protocol, bundle: ModelBundle, { shelf, cores }: Readonly<{ shelf: PlaneShelf; cores: number }>): Promise<OpenedScan> {
  if (protocol.modality === 'CT') {
    const scan = await readPlanes(job.input, shelf.hold);
    return { scan, chain: () => harmonizeCt(scan, withStyles(job, 'CT'), protocol, bundleOf(bundle, 'CT'), cores) };
  }
  const scan = await readScan(job.input);
  return { scan, chain: () => harmonizeHead(scan, withStyles(job, 'MR'), protocol, bundleOf(bundle, 'MR')) };
}

/** The scan's own fault becomes a value: it ends this scan with a record, not the run. */
async function runChain(chain: OpenedScan['chain']): Promise<ChainOutcome | ScanRefusal> {
  try {
    return await chain();
  } catch (error) {
    if (error instanceof ScanRefusal) return error;
    throw error;
  }
}

function withStyles<Modality extends 'MR' | 'CT'>({ sourceStyle, ...job }: ScanJob, modality: Modality): JobOf<Modality> {
  return { ...job, reference: ofModality(job.reference, modality), ...(sourceStyle && { sourceStyle: ofModality(sourceStyle, modality) }) };
}

/** The protocol as this job runs it: what the record shows is what was done. */
function resolveProtocol(protocol: Protocol, { biasCorrection, draws }: ScanJob): Protocol {
  if (protocol.modality === 'CT') return { ...protocol, sampler: { ...protocol.sampler, draws } };
  const { conform: settings, sampler } = protocol;
  const enabled = settings.biasField.enabled && biasCorrection;
  return { ...protocol, conform: { ...settings, biasField: { ...settings.biasField, enabled } }, sampler: { ...sampler, draws } };
}
