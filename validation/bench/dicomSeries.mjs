// `node validation/bench/dicomSeries.mjs [--json FILE --repeats 5 --slices 400]`: finding, reading, decoding and stacking one CT series,
// against dcm2niix on the same folder in the same run. The two take turns, each in a process of its own; medians are shown, of wall
// and of processor seconds, because on a busy machine only the second means anything. dcm2niix also writes its NIfTI file; concord
// also hashes its input and checks every element of it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCtSeries } from './ctSeries.mjs';

/** Uncompressed: concord's seconds by dcm2niix's. */
const TARGET = 2;
const SIZE = 512;

const { values } = parseArgs({
  options: { json: { type: 'string' }, repeats: { type: 'string', default: '5' }, slices: { type: 'string', default: '400' }, child: { type: 'string' } },
});

if (values.child !== undefined) {
  // 1. as a child: read the series and say what it took, starting Node not counted
  const { findScans, readScan } = await import('../../dist/formats/scan.js');
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const { inputs: [input] } = await findScans(values.child);
  const { volume } = await readScan(input);
  const { user, system } = process.cpuUsage(used);
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({
    seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6, peakMiB: maxRSS / 1024, shape: volume.shape,
  }));
} else compare();

function compare() {
  const scratch = mkdtempSync(join(tmpdir(), 'concord-bench-'));
  try {
    const folder = join(scratch, 'series');
    writeCtSeries(folder, { slices: Number(values.slices), size: SIZE });
    // 2. once each to fill the file cache, then in turns
    const turns = Array.from({ length: Number(values.repeats) + 1 }, (_, n) => ({ concord: readWithConcord(folder), peer: convertWithDcm2niix(folder, join(scratch, `nifti-${n}`)) })).slice(1);
    const both = (side) => ({ seconds: median(turns.map((turn) => turn[side].seconds)), cpuSeconds: median(turns.map((turn) => turn[side].cpuSeconds)) });
    const [concord, peer] = [both('concord'), both('peer')];
    const ratio = { seconds: concord.seconds / peer.seconds, cpuSeconds: concord.cpuSeconds / peer.cpuSeconds };
    const result = {
      schemaVersion: 1, node: process.version, processor: cpus()[0]?.model, cores: availableParallelism(), repeats: turns.length,
      shape: turns[0].concord.shape, peakMiB: Math.max(...turns.map((turn) => turn.concord.peakMiB)), concord, dcm2niix: peer, ratio, target: TARGET,
    };
    for (const [name, { seconds, cpuSeconds }] of Object.entries({ concord, dcm2niix: peer, ratio })) {
      console.log(`${name.padEnd(10)} ${seconds.toFixed(2).padStart(8)} s ${cpuSeconds.toFixed(2).padStart(8)} cpu s`);
    }
    console.log(`peak ${result.peakMiB.toFixed(0)} MiB; target: ratio at most ${TARGET}: ${ratio.cpuSeconds <= TARGET ? 'met' : 'missed'} by processor time, ${ratio.seconds <= TARGET ? 'met' : 'missed'} by the clock`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readWithConcord(folder) {
  const ran = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--child', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (ran.status !== 0) throw new Error(`the child ended with ${ran.status}`);
  return JSON.parse(ran.stdout);
}

function convertWithDcm2niix(folder, output) {
  mkdirSync(output);
  const begin = performance.now();
  const ran = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time dcm2niix -z n -b n -f x -o "$1" "$2" >/dev/null', 'bash', output, folder], { encoding: 'utf8' });
  const seconds = (performance.now() - begin) / 1000;
  if (ran.status !== 0 || !readdirSync(output).includes('x.nii')) throw new Error(`dcm2niix ended with ${ran.status}: ${ran.stderr}`);
  const [user, system] = ran.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  rmSync(output, { recursive: true });
  return { seconds, cpuSeconds: user + system };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
