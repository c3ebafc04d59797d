import { availableParallelism } from 'node:os';

import { openMeasurePool } from '../cohort/measurePool.ts';
import type { CohortRecord, Estimate } from '../core/cohortRecord.ts';
import type { Finding } from '../core/validationRecord.ts';
import { armList } from '../pipeline/evaluation/armList.ts';
import { drawWorstScans } from '../pipeline/evaluation/drawWorstScans.ts';
import { evaluateCohort } from '../pipeline/evaluateCohort.ts';
import { writeDharmTables, writeEvaluation } from '../pipeline/writeEvaluation.ts';
import { VIEWER_WARNING, writeViewer } from '../pipeline/writeViewer.ts';
import { command } from './command.ts';
import { integer, number, optionalInteger, optionalText, requiredText } from './parameter.ts';

/** Each needs some 300 MB; more are asked for. */
const MOST_WORKERS = 4;

export const evaluate = command({
  name: 'evaluate',
  summary: 'Compare heads (MR) or CT before and after harmonization with a reference: distances, fidelity, and the error to the truth.',
  groups: {
    'Input and output': {
      before: requiredText('PATH', 'Scans before harmonization: a file or a folder'),
      after: requiredText('PATH', 'The same scans after it, matched by name (sub-01_T1w, sub-01_desc-…_T1w)'),
      reference: requiredText('PATH', 'Scans of the reference scanner'),
      truth: optionalText('PATH', 'Scans of the same people on the reference scanner, matched by name'),
      output: requiredText('DIR', 'Output folder for evaluation.html, metrics.tsv and evaluation.json'),
      workers: optionalInteger('Scans measured at a time', { defaultNote: 'cores, to 4', min: 1, max: 64 }),
    },
    Cohort: {
      participants: optionalText('FILE', 'participants.tsv: participant_id, age, sex, diagnosis, …'),
      siteColumn: optionalText('NAME', 'Its column of sites', 'one a folder'),
      arms: optionalText('LIST', 'Comparators and controls: all, or names; a wrong one lists them', 'none'),
    },
    Viewer: {
      viewer: optionalText('SUBJECT', 'Also write viewer.html: this person’s slices before and after (heads)', 'none'),
    },
    Statistics: {
      seed: integer('Seed of bootstrap and permutations', { default: 0, min: 0 }),
      resamples: integer('Bootstrap resamples of subjects', { default: 2000, min: 200, max: 100_000 }),
      permutations: integer('Permutations of subjects', { default: 999, min: 99, max: 100_000 }),
      maxLeftOut: number('Percent of a site’s scans that may be left out of both scores', { default: 20, min: 0, max: 100 }),
      probePermutations: integer('Label permutations of each site probe, the slowest part', { default: 99, min: 19, max: 10_000 }),
    },
  },
  example: 'evaluate --before cohort/scanner-b --after harmonized --reference cohort/scanner-a --output evaluation',
  run: async (values, context) => {
    let progress: ReturnType<typeof context.progress> | undefined;
    const arms = armList(values.arms);
    const measurer = openMeasurePool(values.workers ?? Math.min(MOST_WORKERS, availableParallelism()), context.signal);
    const evaluation = await evaluateCohort({
      measurer,
      before: values.before,
      after: values.after,
      reference: values.reference,
      truth: values.truth ?? null,
      statistics: { confidence: 0.95, resamples: values.resamples, permutations: values.permutations, seed: values.seed },
      participants: values.participants ?? null,
      siteColumn: values.siteColumn ?? null,
      arms,
      probePermutations: values.probePermutations,
      mostLeftOut: values.maxLeftOut / 100,
      scratchDir: values.output,
      concordVersion: context.version,
      signal: context.signal,
      onScan: (_, total) => {
        progress ??= context.progress('Reading scans', total);
        progress.step();
      },
      onArm: (arm) => context.log.info({ arm }, 'statistics'),
    }).finally(async () => {
      progress?.finish();
      await measurer.close();
    });
    const { record } = evaluation;
    const worst = await drawWorstScans(record, { before: values.before, after: values.after, scratchDir: values.output });
    const paths = await writeEvaluation(record, values.output, worst);
    if (record.validation !== null) await writeDharmTables(evaluation, values.output);
    const hasViewer = values.viewer !== undefined && record.modality === 'MR';
    if (values.viewer !== undefined && !hasViewer) context.say('No viewer.html was written: it is for heads.');
    const viewer = !hasViewer ? [] : [await writeViewer(values.output, values.viewer, values, context.version)];
    if (viewer.length > 0) context.say(VIEWER_WARNING);
    for (const warning of record.validation?.warnings ?? []) context.say(warning);
    for (const { role, scan, issue } of record.issues) context.say(`${role} ${scan}: ${issue.code}: ${issue.detail}`);
    context.log.info({ matched: record.counts.matched, issues: record.issues.length }, 'evaluated');
    context.result({ ...record, outputs: paths }, evaluationText(record, paths.report));
    return record.issues.some(({ issue }) => issue.severity === 'refuse' || issue.severity === 'fail') ? 8 : 0;
  },
});

const names: Readonly<Record<string, string>> = {
  brainIntensity: 'brain', headIntensity: 'head', localContrast: 'local contrast', softDetail: 'grain of soft tissue', bodyHu: 'HU of the body', soft: 'soft tissue', wasserstein1: 'W1', ks: 'KS', jsd: 'JSD', mae: 'MAE', psnr: 'PSNR',
};

/** The table for a terminal: what the report shows first. */
function evaluationText({ counts, distances, paired, validation }: CohortRecord, reportPath: string): string {
  const rows = [
    ['', 'before', 'after', 'floor', 'gain'],
    ...distances.map(({ feature, measure, before, after, floor, gain }) => [
      `${names[feature] ?? feature} ${names[measure] ?? measure} to the reference`, decimal(before), decimal(after), decimal(floor), percent(gain),
    ]),
    ...paired.map(({ region, measure, before, after, gapClosed }) => [`${names[region] ?? region} ${names[measure] ?? measure} to the truth`, decimal(before), decimal(after), '', percent(gapClosed)]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ').trimEnd());
  return [`${counts.matched} scans of ${counts.subjects} subjects, ${counts.reference} reference scans`, '', ...lines, '', ...headlineLines(validation), `Report: ${reportPath}`].join('\n');
}

/** The two headlines of every arm, side by side and never merged. */
function headlineLines(validation: CohortRecord['validation']): string[] {
  if (validation === null) return [];
  const score = (finding: Finding): string => ('unavailable' in finding ? finding.unavailable : `${finding.value.toFixed(2)}${finding.low === undefined ? '' : ` [${finding.low.toFixed(2)}, ${finding.high!.toFixed(2)}]`}`);
  const rows = [['arm', 'batch removal', 'preservation', 'exposed'], ...validation.arms.map(({ arm, batchRemoval, preservation, exposed }) => [arm, score(batchRemoval), score(preservation), exposed.join(' ')])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return [...rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()), ''];
}

function decimal(estimate: Estimate): string {
  return 'value' in estimate ? estimate.value.toPrecision(3) : '-';
}

function percent(estimate: Estimate): string {
  return 'value' in estimate ? `${(100 * estimate.value).toFixed(0)} %` : '-';
}
