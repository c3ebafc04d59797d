// `npm run demo`: simulates a travelling-subject cohort, harmonizes scanner B to scanner A, and compares with the truth.
// `npm run demo -- --input SCANS --reference SCANS`: the same on your own scans, without a truth. Also: --output DIR.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run, setup, step, stop } from './setup.mjs';

const PEOPLE = 6;
/** Harmonize ends with these when it refused or lost single scans: the others are there to be compared. */
const PARTIAL = [8, 9];

const options = readOptions();
setup();
const here = process.env.INIT_CWD ?? process.cwd();
const output = resolve(here, options.output ?? 'concord-demo');
// a folder of the demo's own making starts afresh; one that was named is left as it is
if (options.output === undefined) rmSync(output, { recursive: true, force: true });

const begin = performance.now();
const scans = options.input === undefined ? simulated() : given();
const harmonized = join(output, 'harmonized');
const status = concord('harmonize', scans.before, harmonized, '--reference', scans.reference);
if (status !== 0 && !PARTIAL.includes(status)) stop(`harmonize ended with ${status}; nothing to compare.`, status);
let evaluated = 0;
if (scans.comparable) {
  evaluated = concord('evaluate', '--before', scans.before, '--after', harmonized, '--reference', scans.reference,
    ...(scans.truth === undefined ? [] : ['--truth', scans.truth]), '--output', join(output, 'evaluation'));
}
step(`done in ${((performance.now() - begin) / 1000).toFixed(0)} s. Open ${join(harmonized, 'index.html')} for each scan's report.`);
if (evaluated === 0 && scans.comparable) step(`The comparison: ${join(output, 'evaluation', 'evaluation.html')}`);
process.exit(status || evaluated);

function simulated() {
  const cohort = join(output, 'cohort');
  const status = concord('simulate', cohort, '--people', String(PEOPLE));
  if (status !== 0) stop(`simulate ended with ${status}.`, status);
  const [first, second] = readdirSync(cohort).filter((name) => name.startsWith('scanner-')).sort();
  // the truth of a person on scanner A is that scan before its noise and shading
  return { before: join(cohort, second), reference: join(cohort, first), truth: join(cohort, 'truth', first), comparable: true };
}

/** A reference that is no scan (a saved style, an id) can be harmonized to, but not compared with. */
function given() {
  const reference = resolve(here, options.reference);
  const isScan = existsSync(reference) && !reference.endsWith('.json');
  return { before: resolve(here, options.input), reference: existsSync(reference) ? reference : options.reference, comparable: isScan };
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: { input: { type: 'string' }, reference: { type: 'string' }, output: { type: 'string' } } });
    if ((values.input === undefined) !== (values.reference === undefined)) throw new Error('--input and --reference go together.');
    if (values.input !== undefined) statSync(resolve(process.env.INIT_CWD ?? '.', values.input));
    return values;
  } catch (error) {
    return stop(`${error.message}\nUsage: npm run demo [-- --input SCANS --reference SCANS] [-- --output DIR]`, 2);
  }
}

/** One command of the built command line; its result on standard output, its talk on standard error. */
function concord(...args) {
  step(`concord ${args.join(' ')}`);
  return run(process.execPath, [join(root, 'dist', 'cli.js'), ...args], { stdio: 'inherit', cwd: here });
}
