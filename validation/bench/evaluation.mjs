// `node validation/bench/evaluation.mjs [--people 23,6 --arms none,all --workers 2 --json FILE]`: what `concord evaluate` costs,
// for simulated people on two scanners at 2 mm: before on one, after and reference on the other, so that travelling people
// are compared too. Seconds, processor seconds (workers included), the ratio of these to the calibration kernel of the same
// run, and the largest process. Two numbers of people show whether memory grows with the cohort. Needs GNU time.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calibrate } from './calibration.mjs';

/** 23 people before and after, every measure, 999 permutations, on two cores. */
const TARGET_SECONDS = 300;
const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: {
  people: { type: 'string', default: '23,6' }, arms: { type: 'string', default: 'none,all' }, workers: { type: 'string', default: '2' }, json: { type: 'string' },
} });
const scratch = mkdtempSync(join(tmpdir(), 'concord-bench-evaluate-'));
const concord = (...args) => [process.execPath, join(root, 'dist', 'cli.js'), ...args];

try {
  const runs = values.people.split(',').map(Number).flatMap((people) => {
    const cohort = join(scratch, `people-${people}`);
    run(concord('simulate', cohort, '--people', String(people), '--scanners', '2', '--spacing', '2'));
    return values.arms.split(',').map((arms) => measured(cohort, people, arms));
  });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ schemaVersion: 1, node: process.version, workers: Number(values.workers), targetSeconds: TARGET_SECONDS, runs }, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function measured(cohort, people, arms) {
  const kernelSeconds = calibrate();
  const sets = ['--before', join(cohort, 'scanner-b'), '--after', join(cohort, 'scanner-a'), '--reference', join(cohort, 'scanner-a')];
  const asked = ['--participants', join(cohort, 'participants.tsv'), ...(arms === 'none' ? [] : ['--arms', arms]), '--workers', values.workers, '--output', join(cohort, `evaluation-${arms}`)];
  const report = run(['/usr/bin/time', '-f', '%e %U %S %M', ...concord('evaluate', ...sets, ...asked)]);
  const [seconds, user, system, peakKiB] = report.trim().split('\n').at(-1).split(' ').map(Number);
  const found = { people, arms, seconds, cpuSeconds: user + system, ratio: (user + system) / kernelSeconds, peakMiB: peakKiB / 1024, load: loadavg()[0] };
  console.log(`${people} people, arms ${arms}: ${seconds.toFixed(0)} s, ${found.cpuSeconds.toFixed(0)} cpu s, ratio ${found.ratio.toFixed(0)}, largest process ${found.peakMiB.toFixed(0)} MiB, load ${found.load.toFixed(1)}`);
  return found;
}

/** What the command said on standard error. */
function run([program, ...args]) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 28 });
  if (status !== 0 && status !== 8) throw new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${status}: ${stderr.slice(-500)}`);
  return stderr;
}
