// The CT product on real scans, through its own command line: one chest under two kernels, both ways, and an abdomen to another
// patient's style. `node validation/studies/ct-kernel/product.mjs [--bundle DIR]` prints a table and writes product.json beside itself.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sliceStackOf } from '../../../dist/core/sliceStack.js';
import { createSmoother } from '../../../dist/core/sliceSmoothing.js';
import { fillBody, findBody } from '../../../dist/field/bodyMask.js';
import { describeSlice, emptyParts } from '../../../dist/field/huClasses.js';
import { createNoiseMeter } from '../../../dist/field/noisePower.js';
import { findScans, readScan } from '../../../dist/formats/scan.js';
import { createDetailMeter } from '../../../dist/metrics/ct/detailSd.js';
import { createLungMeter } from '../../../dist/metrics/ct/lungDensity.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const bundleAt = process.argv.indexOf('--bundle');
const bundle = bundleAt > 0 ? ['--bundle', process.argv[bundleAt + 1]] : [];
const work = mkdtempSync(join(tmpdir(), 'concord-ct-'));
const pair = { B40f: join(data, 'ct/kernel-pair/ct-lungdx-A0002-B40f.nii.gz'), B70f: join(data, 'ct/kernel-pair/ct-lungdx-A0002-B70f.nii.gz') };
for (const path of Object.values(pair)) if (!existsSync(path)) throw new Error(`${path} is missing: this study needs ../shared/data.`);

const concord = (...args) => execFileSync(process.execPath, [join(root, 'dist/cli.js'), ...args, ...bundle, '--device', 'cpu'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

async function load(path) {
  const { inputs } = await findScans(path, { allowHarmonized: true });
  return (await readScan(inputs[0])).volume;
}

/** Everything a row shows, of one volume against the truth; body and lung are the truth's. */
function measure(volume, truth, from) {
  const [stack, other] = [sliceStackOf(volume), sliceStackOf(truth)];
  const [ni, nj, nk] = other.shape;
  const smoother = createSmoother([ni, nj], [2 / other.spacing[0], 2 / other.spacing[1]], 3);
  const body = findBody(other, smoother);
  const parts = emptyParts(ni * nj), mask = new Uint8Array(ni * nj), hu = new Float32Array(ni * nj), y = new Float32Array(ni * nj);
  const meters = { detail: createDetailMeter([ni, nj]), detailTrue: createDetailMeter([ni, nj]), lung: createLungMeter(), lungTrue: createLungMeter() };
  const noise = [createNoiseMeter([ni, nj], other.spacing), createNoiseMeter([ni, nj], other.spacing)];
  let sum = 0, count = 0, shift = 0;
  for (let k = from; k < nk; k++) {
    other.read(k, y);
    fillBody(body, k, mask);
    describeSlice(y, mask, smoother, parts);
    stack.read(k, hu);
    meters.detail.add(hu, parts.weight); meters.detailTrue.add(y, parts.weight);
    meters.lung.add(hu, parts.smoothed, mask); meters.lungTrue.add(y, parts.smoothed, mask);
    noise[0].add(hu); noise[1].add(y);
    for (let n = 0; n < hu.length; n++) if (parts.weight[n] > 0) { sum += Math.abs(hu[n] - y[n]); shift += hu[n] - y[n]; count++; }
  }
  const [nps, npsTrue] = noise.map((meter) => meter.result().nps);
  return {
    mae: sum / count, meanShift: shift / count, hfSdRatio: meters.detail.result() / meters.detailTrue.result(),
    laa950: meters.lung.result()?.laa950 ?? null, laa950True: meters.lungTrue.result()?.laa950 ?? null,
    npsRatio: Array.from(nps, (power, b) => power / npsTrue[b]),
  };
}

const rows = [];
for (const [from, to] of [['B70f', 'B40f'], ['B40f', 'B70f']]) {
  const style = join(work, `${to}.json`), out = join(work, `${from}-${to}`);
  concord('style', 'create', pair[to], style);
  concord('harmonize', pair[from], out, '--reference', style);
  const truth = await load(pair[to]);
  const image = readdirSync(out).find((name) => name.endsWith('.nii.gz'));
  const record = JSON.parse(readFileSync(join(out, readdirSync(out).find((name) => name.endsWith('.record.json'))), 'utf8'));
  rows.push({ pair: `${from} → ${to}`, arm: 'unchanged', ...measure(await load(pair[from]), truth, 0) });
  rows.push({ pair: `${from} → ${to}`, arm: image ? 'concord' : `refused: ${record.gates.filter((g) => g.verdict === 'refuse').map((g) => g.gate)}`, ...(image ? measure(await load(join(out, image)), truth, 0) : {}), bundle: `${record.bundle.id}/${record.bundle.version}`, regionShift: record.ct?.regions?.worstClass });
}
// another patient's scan as reference: no truth, so the record's own numbers
const others = [];
const abdomen = join(data, 'dicom/ct-siemens-mct-abdomen'), donor = join(data, 'ct/volumes/ct-totalseg-example.nii.gz');
if (existsSync(abdomen) && existsSync(donor)) {
  const style = join(work, 'donor.json'), out = join(work, 'abdomen');
  concord('style', 'create', donor, style);
  try { concord('harmonize', abdomen, out, '--reference', style); } catch { /* a refusal is a result: its record says why */ }
  const name = readdirSync(out).find((entry) => entry.endsWith('.record.json'));
  const record = JSON.parse(readFileSync(join(out, name), 'utf8'));
  others.push({ scan: 'abdomen (DICOM) → TotalSegmentator style', status: record.status, issues: record.issues.map(({ code }) => code), gates: record.gates.filter(({ verdict }) => verdict !== 'pass'), metrics: record.metrics });
}
const cell = (value, digits) => (value === undefined || value === null ? '-' : value.toFixed(digits));
console.log('pair          arm         MAE HU  mean HU  HF-SD ratio  LAA-950 % (true)  NPS ratio, 12 bands');
for (const row of rows) console.log(`${row.pair}  ${row.arm.padEnd(10)}  ${cell(row.mae, 2).padStart(6)}  ${cell(row.meanShift, 2).padStart(7)}  ${cell(row.hfSdRatio, 3).padStart(11)}  ${`${cell(row.laa950, 2)} (${cell(row.laa950True, 2)})`.padStart(16)}  ${(row.npsRatio ?? []).map((ratio) => ratio.toFixed(2)).join(' ')}`);
for (const other of others) console.log(JSON.stringify(other));
writeFileSync(fileURLToPath(new URL('product.json', import.meta.url)), `${JSON.stringify({ rows, others }, null, 1)}\n`);
rmSync(work, { recursive: true });
