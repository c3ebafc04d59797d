// The evaluation on real and simulated cohorts: node validation/studies/evaluation/study.mjs STUDY --work DIR [--cli dist/cli.js] [--data ../shared/data]
// STUDY: two-protocol | travel | repeat. Writes STUDY.json beside this file: the numbers of the README, no scan and no picture.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals: [study] } = parseArgs({ allowPositionals: true, options: {
  work: { type: 'string' }, cli: { type: 'string', default: 'dist/cli.js' }, data: { type: 'string', default: '../shared/data' }, people: { type: 'string', default: '16' },
  workers: { type: 'string', default: '2' }, permutations: { type: 'string', default: '999' }, resamples: { type: 'string', default: '2000' }, out: { type: 'string', default: here },
  /** Parts of the study by name, separated by semicolons; the others stay as the file has them. */
  only: { type: 'string', default: '' },
} });
if (options.work === undefined) throw new Error('Give --work DIR, a folder outside the repository: scans are copied there.');

const file = join(options.out, `${study}.json`);
const done = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const isAsked = (name) => options.only === '' || options.only.split(';').includes(name);

function concord(...args) {
  console.error(`concord ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [options.cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  // 8: some scan was refused, the rest is done
  if (status !== 0 && status !== 8) throw new Error(`concord ${args[0]} ended with ${status}`);
}

/** @param sets gives the folders; asked for only if this part of the study is */
function evaluated(name, sets) {
  if (!isAsked(name)) return;
  const { before, after, reference, participants, arms = 'all', truth } = sets();
  const output = join(options.work, `evaluation-${name.replaceAll(/[, ]+/g, '-')}`);
  const started = Date.now();
  concord('evaluate', '--before', before, '--after', after, '--reference', reference, '--output', output, ...(arms === '' ? [] : ['--arms', arms]), '--permutations', options.permutations, '--resamples', options.resamples, '--workers', options.workers,
    ...(participants ? ['--participants', participants] : []), ...(truth ? ['--truth', truth] : []));
  const found = { ...summary(JSON.parse(readFileSync(join(output, 'evaluation.json'), 'utf8'))), seconds: Math.round((Date.now() - started) / 1000), load: loadavg().map((value) => Math.round(value)) };
  // each direction is kept as soon as it is there: the next may take as long again
  done[name] = found;
  writeFileSync(file, `${JSON.stringify(done, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value))
    .replaceAll(/},{/g, '},\n{')}\n`);
}

/** What the README quotes: headlines, the probes on the brain, and the rows that are asked for most. */
function summary({ validation, paired, counts }) {
  const kept = ['medianAbsCohenD', 'shareLargeD', 'shareKsSignificant', 'medianIccBatch', 'mmd2', 'mahalanobis', 'normalizedGain', 'gradientCorrelation', 'ssim', 'orderKept', 'spreadRatio', 'distanceOrder', 'identifiability',
    'effectRetained', 'effectEquivalence', 'effectRetainedRaw', 'effectOfReference', 'shuffledPartialR2', 'medianPartialR2', 'icc21', 'icc31', 'linCcc', 'icc21Change', 'linCccChange', 'betweenWithinRatio', 'subjectOrder', 'idempotence', 'fingerprinting', 'fwhm', 'displacementP99'];
  return {
    counts,
    arms: validation.arms.map(({ arm, batchRemoval, preservation, exposed, unavailable }) => ({ arm, batchRemoval, preservation, exposed, unavailable })),
    probes: validation.probes.filter(({ scope }) => scope !== 'head').map(({ probe, arm, trainedOn, scope, model, balancedAccuracy, seeds, auc, asReference }) => ({ probe, arm, trainedOn, scope, model, balancedAccuracy, seeds, auc, asReference })),
    excesses: validation.excesses,
    rows: validation.rows.filter(({ statistic, scope }) => kept.includes(statistic) && scope !== 'head'),
    absent: [...new Set(validation.rows.filter(({ arm, finding }) => arm === 'cohort' && 'unavailable' in finding).map(({ item, statistic, finding }) => `${item} ${statistic}: ${finding.unavailable}`))],
    warnings: validation.warnings, identifiable: validation.design.identifiable, paired,
  };
}

/** @param mode `cohort`: one decision for all people of the site, as the README recommends; `each`: every scan by itself */
function harmonized(name, input, reference, mode = 'cohort') {
  const output = join(options.work, `harmonized-${name}-${mode}`);
  concord('harmonize', input, output, '--reference', reference, ...(mode === 'cohort' ? ['--source-style', input] : []));
  return output;
}

function copied(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of files) if (!existsSync(join(folder, to))) copyFileSync(from, join(folder, to));
  return folder;
}

const studies = {
  /** 5 people of protocol B and 18 of A, both ways. The harmonizer and the arms see the reference scans; so do the tests. */
  'two-protocol': () => {
    const inB = [5, 6, 8, 20, 23];
    const group = (name, people) => copied(join(options.work, name), people.map((n) => String(n).padStart(2, '0')).map((n) => [join(options.data, 'mr/two-protocol-cohort', `nichart-subj${n}-T1w.nii.gz`), `sub-${n}_T1w.nii.gz`]));
    const a = group('A', Array.from({ length: 23 }, (_, n) => n + 1).filter((n) => !inB.includes(n)));
    const b = group('B', inB);
    const directions = [['A-to-B', a, b], ['B-to-A', b, a]];
    for (const [name, before, reference] of directions) evaluated(name, () => ({ before, after: harmonized(name, before, reference), reference }));
    for (const [name, before, reference] of directions) {
      // everybody through the method, the reference onto its own style: what it does to all alike cannot tell the sites
      evaluated(`${name}, reference harmonized too`, () => ({ before, after: harmonized(name, before, reference), reference: harmonized(`${name}-reference`, reference, reference), arms: '' }));
      evaluated(`${name}, each scan by itself`, () => ({ before, after: harmonized(name, before, reference, 'each'), reference, arms: '' }));
    }
  },
  /** Simulated people on two scanners; age widens their sulci. */
  travel: () => {
    const cohort = join(options.work, 'travel');
    concord('simulate', cohort, '--people', options.people, '--spacing', '2', '--seed', '7');
    const [a, b] = ['scanner-a', 'scanner-b'].map((name) => join(cohort, name));
    const people = { before: b, reference: a, truth: a, participants: join(cohort, 'participants.tsv') };
    evaluated('travel', () => ({ ...people, after: harmonized('travel', b, a), arms: 'histogram-brain,nyul,blur,shuffled,combat' }));
    evaluated('travel, each scan by itself', () => ({ ...people, after: harmonized('travel', b, a, 'each'), arms: '' }));
    // what a perfect method would give
    evaluated('travel, the truth itself', () => ({ ...people, after: a, arms: '' }));
  },
  /** One patient scanned twice: no group statistics, only what one pair can say. */
  repeat: () => {
    const visit = (n) => copied(join(options.work, `visit-${n}`), [[join(options.data, 'mr/repeat', `openms-long-p12-s${n}-T1W.nii.gz`), 'sub-12_T1w.nii.gz']]);
    const [first, second] = [visit(1), visit(2)];
    evaluated('repeat', () => ({ before: second, after: harmonized('repeat', second, first, 'each'), reference: first }));
  },
};
if (!(study in studies)) throw new Error(`Give one of ${Object.keys(studies).join(', ')}.`);
mkdirSync(options.work, { recursive: true });
studies[study]();
