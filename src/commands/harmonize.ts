import { join } from 'node:path';

import { cohortStatus } from '../cohort/exitStatus.ts';
import { openJournal } from '../cohort/journal.ts';
import { checkDisjoint, checkFreeSpace, createOutputFolder, removePartialFiles } from '../cohort/outputFolder.ts';
import { lockOutput } from '../cohort/outputLock.ts';
import { runCohort } from '../cohort/runCohort.ts';
import type { CohortJob, ScanOutcome } from '../cohort/runCohort.ts';
import type { LocalPool } from '../cohort/localPool.ts';
import { ConcordError } from '../core/errors.ts';
import { findScans } from '../formats/scan.ts';
import type { ScanListing } from '../formats/findScans.ts';
import { canonicalJson, sha256Of } from '../pipeline/canonicalJson.ts';
import { outputPaths } from '../pipeline/outputNames.ts';
import { checkReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import { chooseProtocol } from './chooseProtocol.ts';
import { command } from './command.ts';
import type { CommandContext, ExitStatus } from './command.ts';
import { creationMoment, dicomParameters, dicomSettings } from './dicomParameters.ts';
import type { DicomSettings } from './dicomParameters.ts';
import { allowDerivedParameter, biasCorrectionParameter, bundleParameter, deviceParameter, protocolParameter, timeLimitParameter } from './modelParameters.ts';
import { findModel, openWorkers } from './openModel.ts';
import type { Model } from './openModel.ts';
import { argument, choice, flag, integer, optionalInteger, optionalText, requiredText, switchOff } from './parameter.ts';
import type { ValuesOf } from './parameter.ts';
import { findReference, loadReference, warnOfMixture } from './referenceSource.ts';
import type { Reference, ReferenceSource } from './referenceSource.ts';
import { summarizeRun, writeRunFiles } from './runFiles.ts';

const groups = {
  'Input and output': {
    input: argument('NIfTI file, DICOM series folder, or a folder of them'),
    output: argument('Output folder, created if absent'),
    allowDerived: allowDerivedParameter,
    datatype: choice('Stored values of NIfTI: as in the source, or float32', ['source', 'float32'], 'source'),
  },
  DICOM: dicomParameters,
  Method: {
    reference: requiredText('STYLE', 'Reference scan, folder of scans, style file, or style id'),
    sourceStyle: optionalText('STYLE', 'Style of the cohort that the scans belong to', 'each scan alone'),
    protocol: protocolParameter,
    bundle: bundleParameter,
    draws: optionalInteger('Draws averaged to one style field', { defaultNote: "the protocol's", min: 1, max: 64 }),
    seed: integer('Seed of all randomness', { default: 0, min: 0 }),
    biasCorrection: biasCorrectionParameter,
  },
  Run: {
    device: deviceParameter,
    workers: integer('Scans harmonized at a time', { default: 1, min: 1, max: 64 }),
    timeLimit: timeLimitParameter,
    resume: switchOff('Repeat scans that an earlier run finished'),
    failFast: flag('Start no further scan after one has failed'),
    strict: flag('Exit with 4 where a scan was refused by policy'),
    dryRun: flag('Print what would be done, and stop'),
  },
};
type Values = ValuesOf<typeof groups>;
type Styles = Reference & Readonly<{ sourceStyle: ReferenceStyle | undefined }>;

/** One scan of a run follows in pipeline/harmonizeScan.ts; this is what surrounds it. */
export const harmonize = command({
  name: 'harmonize',
  summary: 'Bring head MR or CT scans to the look of a reference scanner, with a record and a report for each.',
  groups,
  example: 'harmonize ./cohort/scanner-b ./harmonized --reference ./cohort/scanner-a --source-style ./cohort/scanner-b',
  run: async (values, context) => {
    // 1. everything is checked together, before any work
    const listing = await findScans(values.input, values);
    const model = await findModel(await chooseProtocol({ ...values, inputs: listing.inputs }), values.bundle);
    const dicom = await dicomSettings(values, listing.inputs);
    await checkDisjoint(values.input, values.output);
    const source = await findReference(values.reference, model.bundleDir);
    const own = values.sourceStyle === undefined ? undefined : await findReference(values.sourceStyle, model.bundleDir);
    for (const found of [source, own]) if (found?.kind === 'style') checkReferenceStyle(found.style, model.manifest, model.protocol);
    if (listing.inputs.length + listing.issues.length === 0) {
      throw new ConcordError('CONCORD_NO_INPUT', 'Expected at least one scan, got a folder without any.');
    }
    if (values.dryRun) return describePlan(values, listing, model, source, context);
    // 2. the folder is ours alone while we work in it
    await createOutputFolder(values.output);
    const unlock = await lockOutput(values.output);
    try {
      await removePartialFiles(values.output);
      const references = [source, own].flatMap((found) => (found?.kind === 'scans' ? found.inputs : []));
      await checkFreeSpace(values.output, { inputs: listing.inputs, references, workers: values.workers });
      const pool = await openWorkers(model, { ...values, signal: context.signal });
      try {
        await pool.ready();
        // 3. the reference, then every scan
        const measuring = { biasCorrection: values.biasCorrection, scratchDir: values.output };
        const reference = await loadReference(source, pool, measuring, context);
        const sourceStyle = own && (await loadReference(own, pool, measuring, context, 'source')).style;
        warnOfMixture(reference.style, 'reference', model.manifest, context);
        if (sourceStyle) warnOfMixture(sourceStyle, 'cohort', model.manifest, context);
        return await harmonizeListing(values, listing, dicom, model, { ...reference, sourceStyle }, pool, context);
      } finally {
        await pool.close();
      }
    } finally {
      await removePartialFiles(values.output);
      await unlock();
    }
  },
});

async function harmonizeListing(
  values: Values, listing: ScanListing, dicom: DicomSettings, model: Model, { style, preview, sourceStyle }: Styles, pool: LocalPool, context: CommandContext,
): Promise<ExitStatus> {
  const { protocol, manifest } = model;
  const draws = values.draws ?? protocol.sampler.draws;
  const { seed, datatype, biasCorrection, format } = values;
  const shaping = { protocol, bundle: manifest.files, reference: style, ...(sourceStyle && { sourceStyle }), seed, draws, datatype, biasCorrection, ...shapingFormat(format, dicom), concordVersion: context.version };
  const configHash = sha256Of(canonicalJson(shaping));
  const journal = await openJournal(values.output);
  const job: CohortJob = {
    inputs: listing.inputs, listed: listing.issues,
    common: {
      outputDir: values.output, reference: style, ...(sourceStyle && { sourceStyle }), referencePreview: preview, seed, draws, datatype, biasCorrection, format,
      dicom: { ...dicom, createdAt: creationMoment(journal, configHash) }, concordVersion: context.version,
    },
    configHash, resume: values.resume, failFast: values.failFast, signal: context.signal,
  };
  const progress = context.progress('Harmonizing', listing.inputs.length + listing.issues.length);
  const outcomes = await runCohort(job, pool, journal, (outcome) => {
    progress.step(`${outcome.scan} ${outcome.code ?? 'harmonized'}`);
    context.log.info({ scan: sha256Of(outcome.scan).slice(0, 12), status: outcome.status, code: outcome.code, seconds: outcome.seconds }, 'scan');
  }).finally(async () => {
    progress.finish();
    await journal.close();
  });
  const summary = summarizeRun({
    concordVersion: context.version, protocol: `${protocol.id}/${protocol.version}`, bundle: `${manifest.id}/${manifest.version}`,
    reference: { styleId: style.id, scans: style.scans }, seed, draws, configHash,
  }, outcomes);
  const status = cohortStatus(outcomes, values);
  context.result({ ...summary, output: values.output }, resultText(outcomes, values.output));
  // a full disk has already been said; what could be written was
  await writeRunFiles(values.output, summary, outcomes).catch((error: unknown) => { if (status !== 6) throw error; });
  return status;
}

/** Numbers of series are left out: a series that joins the folder must not make the others be done again. */
function shapingFormat(format: Values['format'], { seriesNumbers: _, ...dicom }: DicomSettings): Readonly<Record<string, unknown>> {
  return format === 'nifti' ? { format } : { format, dicom };
}

function describePlan(values: Values, listing: ScanListing, model: Model, source: ReferenceSource, context: CommandContext): ExitStatus {
  const { protocol, manifest } = model;
  const scans = listing.inputs.map(({ name }) => ({ scan: name, output: outputPaths(values.output, name).image }));
  const refused = listing.issues.map(({ name, issue }) => ({ scan: name, code: issue.code }));
  const reference = source.kind === 'style' ? `style ${source.style.id}` : `style of ${source.inputs.length} scans`;
  context.result(
    { dryRun: true, protocol: `${protocol.id}/${protocol.version}`, bundle: `${manifest.id}/${manifest.version}`, reference, scans, refused },
    [
      `Would bring ${scans.length} scans to the ${reference} with ${protocol.id}/${protocol.version} and ${manifest.id}/${manifest.version}:`,
      ...scans.map(({ scan, output }) => `  ${scan} → ${output}`),
      ...refused.map(({ scan, code }) => `  ${scan}: ${code}`),
    ].join('\n'),
  );
  return 0;
}

function resultText(outcomes: readonly ScanOutcome[], outputDir: string): string {
  const width = Math.max(...outcomes.map(({ scan }) => scan.length));
  const lines = outcomes.flatMap(({ scan, status, code, detail, remedy, isResumed, seconds }) => [
    `${scan.padEnd(width)}  ${status.padEnd(10)}  ${code === null ? (isResumed ? 'already done' : `${seconds.toFixed(1)} s`) : `${code}: ${detail}`}`,
    ...(code === null ? [] : [`${''.padEnd(width)}              ${remedy}`]),
  ]);
  const counts = (['harmonized', 'refused', 'failed', 'skipped'] as const)
    .map((status) => `${outcomes.filter((outcome) => outcome.status === status).length} ${status}`);
  return [...lines, '', counts.join(', '), `Reports: ${join(outputDir, 'index.html')}`].join('\n');
}
