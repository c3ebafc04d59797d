import type { Protocol } from '../config/protocol.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { ScanRecord } from '../core/scanRecord.ts';
import type { Volume } from '../core/volume.ts';
import { applyToneField, sampleCurves } from '../field/applyToneField.ts';
import { IDENTITY_MAP } from '../field/cellGrid.ts';
import { localStatistics } from '../field/localStatistics.ts';
import { applyCurve, brainQuantiles, startCurve, startShift } from '../field/startCurve.ts';
import { atSourceKnots, composeToneField } from '../field/toneField.ts';
import type { CellCurves } from '../field/toneField.ts';
import { readScan } from '../formats/scan.ts';
import type { Scan, ScanInput } from '../formats/scan.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { evaluateScan } from '../metrics/evaluateScan.ts';
import { conform, nativeToWorking, restore } from '../preprocess/conform.ts';
import type { Conformed } from '../preprocess/conform.ts';
import { checkReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import { encodeScan } from '../style/styleCode.ts';
import { styleDistance } from '../style/styleDistance.ts';
import { checkGates, isHardRefusal } from './gates.ts';
import { gateLimits, measureGateFacts } from './gateFacts.ts';
import { checkModality } from './modality.ts';
import { imageWriters } from './imageWriters.ts';
import type { DicomJob, OutputFormat } from './imageWriters.ts';
import { outputPaths } from './outputNames.ts';
import { sampleResidual } from './sampleField.ts';
import { openRecord, plainJson } from './scanRecord.ts';
import { comparableDistance, shrinkageAt } from './shrinkage.ts';
import { summarizeToneCurves } from './toneCurveSummary.ts';
import { writeOutputs } from './writeOutputs.ts';

/** One scan to harmonize, and how. Plain values, so that a job can cross a process boundary. */
export type ScanJob = Readonly<{
  input: ScanInput;
  outputDir: string;
  reference: ReferenceStyle;
  /** One reference scan on the working grid, for the report's pictures alone. */
  referencePreview: Volume<'model'> | null;
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

/**
 * One scan, from file to report. Read this first: every other folder serves one line of it.
 *
 * @returns the record as written; `status` tells whether there is an image
 * @throws ScanRefusal when the scan cannot be read at all; CONCORD_* when something but the scan is at fault
 */
export async function harmonizeScan(job: ScanJob, givenProtocol: Protocol, bundle: ModelBundle): Promise<ScanRecord> {
  checkReferenceStyle(job.reference, bundle.manifest, givenProtocol);
  const protocol = resolveProtocol(givenProtocol, job);
  const { statistics: grid, tone } = protocol;
  const paths = outputPaths(job.outputDir, job.input.name, job.input.study);
  // 1. read: scanner intensities, affine in RAS+ mm
  const scan = await readScan(job.input);
  const opened = openRecord(scan, job, protocol, bundle);
  // 2. conform: onto the intensity scale (native) and grid (working) the networks know, with the way back
  const conformed = conformOrRefuse(scan, protocol);
  if (conformed instanceof ScanRefusal) {
    return writeOutputs({ ...opened, issues: [...opened.issues, conformed.issue] }, paths, null, null);
  }
  const { native, working, inView, brain, trace } = conformed;
  // 3. style: where this scan is, and whether the model can redraw it; the reference says where it should be
  const source = await encodeScan(conformed, bundle);
  const redrawn = await bundle.decodeStyle(source.code);
  const styleMap = await bundle.decodeStyle(job.reference.code);
  const codeDistance = styleDistance(source.code, job.reference.code, bundle.manifest.calibration.codeSpread);
  // 4. start in closed form, diffuse the rest: a few steps from noise to the local settings that turn one look into the other
  const start = startCurve(brainQuantiles(working, brain, protocol.start.quantiles), job.reference.quantiles);
  const residual = await sampleResidual(bundle, {
    statistics: localStatistics(applyCurve(start, working), inView, grid).samples,
    styleMap,
    referenceCode: Float32Array.from(job.reference.code),
    sourceCode: source.code,
    startShift: startShift(start, grid.knots, grid.knotSpacing),
  }, protocol.sampler, { seed: job.seed, key: scan.sha256, draws: job.draws });
  // 5. apply it to the native voxels: local tone curves move intensities, never edges
  const shrinkage = shrinkageAt(comparableDistance(codeDistance, job.reference.scans), bundle.manifest.calibration.shrinkage);
  const field = composeToneField(start, residual.mean, { knotSpacing: grid.knotSpacing, shrinkage, ...tone });
  const restyled = applyToneField(field, native, nativeToWorking(trace), grid.cellVoxels);
  const harmonized = applyToneField(field, working, IDENTITY_MAP, grid.cellVoxels);
  const spread = scaled(atSourceKnots(start, residual.sd, grid.knotSpacing), shrinkage);
  const uncertainty = sampleCurves(spread, working, IDENTITY_MAP, grid.cellVoxels);
  // 6. evaluate and gate: before against after, and refuse what left its bounds
  const metrics = evaluateScan({
    native: { source: native, harmonized: restyled }, working: { source: working, harmonized }, brain, inView,
    referenceQuantiles: job.reference.quantiles,
  });
  const facts = measureGateFacts({
    manifest: bundle.manifest, source, redrawn, reference: job.reference, field, native, restyled, working, harmonized, brain, uncertainty, metrics,
  });
  const gates = checkGates(facts, gateLimits(protocol, bundle.manifest));
  const isRefused = gates.some(isHardRefusal);
  // 7. restore: undo step 2, on the reference's intensity scale
  const image = isRefused ? null : restore(restyled, trace, { brainScale: job.reference.brainScale, biasField: 'keep-removed' });
  // 8. write: image in the source's own grid and header, sidecar, report, and last the record
  const record: ScanRecord = {
    ...opened,
    status: isRefused ? 'refused' : 'harmonized',
    reference: { ...opened.reference, codeDistance },
    conform: plainJson(trace),
    toneCurve: summarizeToneCurves(start, field, spread, { mask: brain, shape: working.shape, cellVoxels: grid.cellVoxels }),
    gates, metrics,
  };
  const images = { source: working, harmonized, uncertainty, reference: job.referencePreview, brain };
  return writeOutputs(record, paths, images, image && imageWriters(scan, image, job, { protocol, bundle }));
}

/** The protocol as this job runs it: what the record shows is what was done. */
function resolveProtocol(protocol: Protocol, { biasCorrection, draws }: ScanJob): Protocol {
  const { conform: settings, sampler } = protocol;
  const enabled = settings.biasField.enabled && biasCorrection;
  return { ...protocol, conform: { ...settings, biasField: { ...settings.biasField, enabled } }, sampler: { ...sampler, draws } };
}

/** The scan's own fault becomes a value: it ends this scan with a record, not the run. */
function conformOrRefuse(scan: Scan, protocol: Protocol): Conformed | ScanRefusal {
  try {
    checkModality(scan, protocol.modality);
    return conform(scan.volume, protocol.conform);
  } catch (error) {
    if (error instanceof ScanRefusal) return error;
    throw error;
  }
}

function scaled(curves: CellCurves, factor: number): CellCurves {
  return { ...curves, values: curves.values.map((value) => factor * value) };
}
