// `npm run demo`: a simulated travelling-subject cohort, harmonized from scanner B to scanner A and compared with the
// truth. `npm run demo -- --input SCANS --reference SCANS` does the same with your own scans, without the truth.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run, setup, step, stop } from './setup.mjs';

const { values } = parseArgs({
  options: {
    input: { type: 'string' },
    reference: { type: 'string' },
    output: { type: 'string' },
    // For a quicker or a finer look
    people: { type: 'string', default: '6' },
    spacing: { type: 'string', default: '2' },
    bundle: { type: 'string' },
  },
});
if ((values.input === undefined) !== (values.reference === undefined)) {
  stop('The demo on your own scans needs both --input and --reference; without them it makes its own.', 2);
}

await setup();
const cli = join(root, 'dist', 'cli.js');
const bundle = values.bundle === undefined ? [] : ['--bundle', values.bundle];
const output = resolve(values.output ?? join(root, 'concord-demo'));
// Only the demo's own folder is cleared; a folder that somebody named is theirs
if (values.output === undefined) rmSync(output, { recursive: true, force: true });
const started = Date.now();
const scans = values.input === undefined ? simulatedScans() : { before: values.input, reference: values.reference, truth: undefined, isCohort: false };
const harmonized = join(output, 'harmonized');
const evaluation = join(output, 'evaluation');

step('harmonizing …');
// 8 and 9: some scans failed or were refused; what is left can still be compared
const cohort = scans.isCohort ? ['--source-style', scans.before] : [];
const status = concord(['harmonize', scans.before, harmonized, '--reference', scans.reference, ...cohort, ...bundle], [8, 9]);
step('evaluating …');
const truth = scans.truth === undefined ? [] : ['--truth', scans.truth];
concord(['evaluate', '--before', scans.before, '--after', harmonized, '--reference', scans.reference, ...truth, '--output', evaluation], [8], 'inherit');
step(`done in ${Math.round((Date.now() - started) / 1000)} s. Open ${join(evaluation, 'evaluation.html')} in a browser; each scan's own report lies in ${harmonized}.`);
process.exitCode = status;

/**
 * Half of the people are harmonized; the reference is made of the other half, so that no one is compared with
 * their own anatomy. The truth is what scanner A would have shown of the harmonized half, without noise and shading.
 */
function simulatedScans() {
  step(`simulating ${values.people} people on two scanners …`);
  const cohort = join(output, 'cohort');
  concord(['simulate', cohort, '--people', values.people, '--spacing', values.spacing]);
  const names = readdirSync(join(cohort, 'scanner-a')).filter((name) => name.endsWith('.nii.gz')).sort();
  if (names.length < 2) stop('The demo needs at least two people: --people 2.', 2);
  const half = Math.ceil(names.length / 2);
  return {
    before: gather('before', join(cohort, 'scanner-b'), names.slice(0, half)),
    reference: gather('reference', join(cohort, 'scanner-a'), names.slice(half)),
    truth: gather('truth', join(cohort, 'truth', 'scanner-a'), names.slice(0, half)),
    isCohort: true,
  };
}

/** Copies scans with their sidecars into one folder. */
function gather(folder, from, names) {
  const target = join(output, folder);
  mkdirSync(target, { recursive: true });
  for (const name of names.flatMap((scan) => [scan, scan.replace(/\.nii\.gz$/, '.json')])) copyFileSync(join(from, name), join(target, name));
  return target;
}

/** Runs concord; ends the demo unless it returns 0 or one of `bearable`. */
function concord(args, bearable = [], stdout = 2) {
  const status = run(process.execPath, [cli, ...args], { cwd: process.cwd(), stdio: ['inherit', stdout, 2] });
  if (status !== 0 && !bearable.includes(status)) stop(`"concord ${args[0]}" ended with exit status ${status}.`, status);
  return status;
}
