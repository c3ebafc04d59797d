// `node validation/bench/ct.mjs [--slices 50,300,1500] [--input nifti,nifti-gz,dicom] [--output nifti|dicom|both] [--detail] [--bundle DIR]
// [--threads N] [--cores N] [--json FILE]`: synthetic 512² CTs through the whole chain, each in a fresh process: wall and processor seconds, those of
// the main thread, processor seconds a slice, peak memory. A busy machine shows in the gap between wall and processor seconds. --detail forces the detail stage on.
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { SIZE, writeTrunk, writeTrunkSeries } from './trunk.mjs';

/** Noise SD in HU of scan and reference: twice as noisy is within what the protocol takes. */
const NOISE = { scan: 40, reference: 15 };
const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: {
  slices: { type: 'string', default: '50,300,1500' }, input: { type: 'string', default: 'nifti' }, output: { type: 'string', default: 'nifti' },
  protocol: { type: 'string', default: 'ct-kernel' }, bundle: { type: 'string', default: join(root, 'test/support/tinyCtBundle') },
  threads: { type: 'string', default: '1' }, cores: { type: 'string', default: '1' }, detail: { type: 'boolean', default: false }, json: { type: 'string' },
} });
const scratch = mkdtempSync(join(tmpdir(), 'concord-bench-ct-'));

/** Writes a scan of so many slices in one of the forms of --input; returns its path. */
async function writeSource(form, slices) {
  const path = join(scratch, form === 'dicom' ? 'series' : 'trunk.nii');
  if (form === 'dicom') writeTrunkSeries(path, slices, NOISE.scan);
  else writeTrunk(path, slices, NOISE.scan);
  if (form !== 'nifti-gz') return path;
  await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(`${path}.gz`));
  rmSync(path);
  return `${path}.gz`;
}

async function measure(form, slices, reference) {
  const source = await writeSource(form, slices);
  const folder = join(scratch, 'out');
  const config = { ...values, threads: Number(values.threads), cores: Number(values.cores), output: form === 'dicom' ? values.output : 'nifti', source, reference, folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'validation/bench/ctChild.mjs'), JSON.stringify(config)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The child ended with ${status}: ${stderr.slice(-2000)}`);
  for (const path of [source, folder]) rmSync(path, { recursive: true });
  return { input: form, output: config.output, slices, ...JSON.parse(stdout), load: loadavg()[0] };
}

function print({ input, output, slices, seconds, cpuSeconds, ownSeconds, peakMiB, status, refused, tiles, load }) {
  const columns = [input.padEnd(8), output.padEnd(6), String(slices).padStart(6), seconds.toFixed(1).padStart(7), cpuSeconds.toFixed(1).padStart(7), ownSeconds.toFixed(1).padStart(7), (cpuSeconds / slices).toFixed(3).padStart(11), peakMiB.toFixed(0).padStart(8), String(tiles).padStart(6), load.toFixed(1).padStart(5)];
  console.log([...columns, status, refused].join('  '));
}

try {
  const reference = join(scratch, 'reference.nii');
  writeTrunk(reference, 8, NOISE.reference);
  console.log('input     output  slices   wall s    cpu s   main s  cpu s/slice  peak MiB   tiles   load  status');
  const rows = [];
  for (const form of values.input.split(',')) {
    for (const slices of values.slices.split(',').map(Number)) {
      rows.push(await measure(form, slices, reference));
      print(rows.at(-1));
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ schemaVersion: 1, node: process.version, size: SIZE, rows }, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
