// `npm run bench [-- --json FILE --repeats 3 --spacing 1,0.7]`: seconds, ratio to a fixed calibration kernel, and peak memory of
// every stage, for simulated heads. Each measurement is a fresh process that first runs the kernel; the median of the repeats is
// shown, and stages and whole chain take turns, so a busy moment of the machine hits both.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What a 1 mm head may take on two cores. */
const TARGET = { spacingMm: 1, seconds: 6, peakMiB: 1.5e9 / 2 ** 20 };

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: {
    json: { type: 'string' }, bundle: { type: 'string' }, repeats: { type: 'string', default: '3' },
    spacing: { type: 'string', default: '1,0.7' }, threads: { type: 'string', default: '2' },
  },
});
const repeats = Number(values.repeats);
const threads = Number(values.threads);
const bundleDir = values.bundle ?? newestBundle() ?? join(root, 'test', 'support', 'tinyBundle');
const scratch = mkdtempSync(join(tmpdir(), 'concord-bench-'));

try {
  const heads = values.spacing.split(',').map(Number).map(measureHead);
  for (const head of heads) printHead(head);
  const result = {
    schemaVersion: 1, node: process.version, processor: cpus()[0]?.model, cores: availableParallelism(), threads, repeats,
    bundle: bundleDir.replace(root, ''), target: TARGET, heads,
  };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function measureHead(spacingMm) {
  const cohort = join(scratch, `head-${spacingMm}`);
  console.error(`bench: simulating a head of ${spacingMm} mm …`);
  node([join(root, 'dist', 'cli.js'), 'simulate', cohort, '--people', '1', '--scanners', '2', '--spacing', String(spacingMm)]);
  const [reference, source] = readdirSync(cohort).filter((name) => name.startsWith('scanner-')).sort().map((name) => join(cohort, name));
  const child = (mode, input) => JSON.parse(node(
    [join(root, 'validation', 'bench', 'child.mjs'), JSON.stringify({ mode, source, reference, bundleDir, folder: cohort, threads })], input));
  const style = JSON.stringify(child('style'));
  const runs = Array.from({ length: repeats }, (_, n) => {
    console.error(`bench: ${spacingMm} mm, repeat ${n + 1} of ${repeats} …`);
    return { stages: child('stages', style), whole: child('whole', style) };
  });
  const { stages, perStage } = runs[0].stages;
  return {
    spacingMm, shape: runs[0].whole.shape, status: runs[0].whole.status, stagePeaks: perStage ? 'each stage' : 'so far',
    kernelSeconds: median(runs.flatMap((run) => [run.stages.kernel, run.whole.kernel])),
    stages: stages.map(({ name }, n) => measured(name, runs.map(({ stages: run }) => ({ ...run.stages[n], kernel: run.kernel })))),
    whole: measured('whole chain', runs.map(({ whole }) => ({ ...whole.whole, peakMiB: whole.peakMiB, kernel: whole.kernel }))),
    load: measured('load bundle', runs.map(({ whole }) => ({ ...whole.load, peakMiB: 0, kernel: whole.kernel }))),
  };
}

function measured(name, samples) {
  return {
    name, seconds: median(samples.map(({ seconds }) => seconds)), cpuSeconds: median(samples.map(({ cpuSeconds }) => cpuSeconds)),
    ratio: median(samples.map(({ seconds, kernel }) => seconds / kernel)), peakMiB: Math.max(...samples.map(({ peakMiB }) => peakMiB)),
  };
}

function printHead({ spacingMm, shape, status, kernelSeconds, stages, whole, load }) {
  console.log(`\n${spacingMm} mm head, ${shape.join('×')}, ${status}; kernel ${kernelSeconds.toFixed(3)} s`);
  console.log(`${'stage'.padEnd(12)} ${'s'.padStart(8)} ${'cpu s'.padStart(8)} ${'ratio'.padStart(8)} ${'peak MiB'.padStart(9)}`);
  for (const { name, seconds, cpuSeconds, ratio, peakMiB } of [...stages, whole, load]) {
    console.log(`${name.padEnd(12)} ${seconds.toFixed(3).padStart(8)} ${cpuSeconds.toFixed(3).padStart(8)} ${ratio.toFixed(2).padStart(8)} ${(peakMiB > 0 ? peakMiB.toFixed(0) : '').padStart(9)}`);
  }
  if (spacingMm === TARGET.spacingMm) {
    console.log(`target: whole chain below ${TARGET.seconds} s on two cores and ${TARGET.peakMiB.toFixed(0)} MiB: ` +
      `${whole.seconds < TARGET.seconds ? 'time met' : 'time missed'}, ${whole.peakMiB < TARGET.peakMiB ? 'memory met' : 'memory missed'}`);
  }
}

function newestBundle() {
  const folder = join(root, 'models', 'mr-head');
  const versions = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name)) : [];
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

function node(args, input = '') {
  const ran = spawnSync(process.execPath, args, { input, stdio: ['pipe', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (ran.status !== 0) throw new Error(`${args[0]} ended with ${ran.status}`);
  return ran.stdout;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
