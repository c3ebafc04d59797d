// `node validation/bench/ct.mjs [--slices 50,300,1000] [--bundle DIR] [--json FILE]`: one synthetic 512² CT after another through the
// whole chain in a fresh process: wall and processor seconds, seconds a slice, peak memory. A busy machine shows in the gap
// between wall and processor seconds.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SIZE = 512;
const { values } = parseArgs({ options: {
  slices: { type: 'string', default: '50,300,1000' }, bundle: { type: 'string', default: join(root, 'test/support/tinyCtBundle') }, json: { type: 'string' },
} });
const scratch = mkdtempSync(join(tmpdir(), 'concord-bench-ct-'));

/** A chest-like trunk in HU with noise, int16, not compressed, 0.7 × 0.7 × 1 mm. */
function writeTrunk(path, slices, noise) {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  [3, SIZE, SIZE, slices, 1, 1, 1, 1].forEach((n, d) => header.writeInt16LE(n, 40 + 2 * d));
  header.writeInt16LE(4, 70); header.writeInt16LE(16, 72);
  [1, 0.7, 0.7, 1].forEach((mm, d) => header.writeFloatLE(mm, 76 + 4 * d));
  header.writeFloatLE(352, 108); header.writeFloatLE(1, 112); header.writeInt16LE(1, 254);
  [[0.7, 0, 0, 0], [0, 0.7, 0, 0], [0, 0, 1, 0]].flat().forEach((n, i) => header.writeFloatLE(n, 280 + 4 * i));
  header.write('n+1\0', 344, 'latin1');
  const inside = (i, j, ci, cj, ri, rj) => ((i - ci) / ri) ** 2 + ((j - cj) / rj) ** 2 < 1;
  const plan = Int16Array.from({ length: SIZE * SIZE }, (_, n) => {
    const [i, j] = [n % SIZE, Math.floor(n / SIZE)];
    if (inside(i, j, 150, 270, 70, 95) || inside(i, j, 362, 270, 70, 95)) return -850;
    if (inside(i, j, 256, 120, 30, 30)) return 450;
    return inside(i, j, 256, 250, 205, 160) ? 50 : inside(i, j, 256, 250, 222, 178) ? -100 : -1000;
  });
  const file = openSync(path, 'w');
  writeSync(file, header);
  const plane = new Int16Array(SIZE * SIZE);
  let state = 1;
  for (let k = 0; k < slices; k++) {
    for (let n = 0; n < plane.length; n++) {
      // the sum of two uniform numbers is near enough to a normal one
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      plane[n] = Math.max(-1024, plan[n] + Math.round(noise * (((state & 0xffff) + (state >>> 16)) / 26755 - 2.45)));
    }
    writeSync(file, Buffer.from(plane.buffer));
  }
  closeSync(file);
}

const CHILD = `
const [chain, protocols, bundles, styles, config] = await Promise.all(process.argv.slice(2, 6).map((url) => import(url)).concat(JSON.parse(process.argv[6])));
const bundle = await bundles.loadBundle(config.bundle, 'cpu', { threads: 1 });
const protocol = await protocols.loadProtocol('ct-kernel');
const input = (path) => ({ format: 'nifti', name: 'trunk', paths: [path] });
const { style } = await styles.createStyle({ id: 'reference', inputs: [input(config.reference)], biasCorrection: true }, protocol, bundle);
const [begin, cpu] = [performance.now(), process.cpuUsage()];
const record = await chain.harmonizeScan({ input: input(config.source), outputDir: config.folder, reference: style, referencePreview: null, seed: 0, draws: protocol.sampler.draws, datatype: 'source', biasCorrection: true, concordVersion: 'bench' }, protocol, bundle);
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, cpuSeconds: (used.user + used.system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024, status: record.status, rank: record.ct?.rank, refused: record.gates.filter(({ verdict }) => verdict === 'refuse').map(({ gate }) => gate) }));
await bundle.close();
`;

try {
  const reference = join(scratch, 'reference.nii');
  writeTrunk(reference, 8, 15);
  const child = join(scratch, 'child.mjs');
  writeFileSync(child, CHILD);
  const dist = (path) => pathToFileURL(join(root, 'dist', path)).href;
  console.log('slices  wall s  cpu s  cpu s/slice  peak MiB  rank  status');
  const rows = values.slices.split(',').map(Number).map((slices) => {
    const source = join(scratch, `trunk-${slices}.nii`);
    writeTrunk(source, slices, 40);
    const config = { bundle: values.bundle, reference, source, folder: join(scratch, `out-${slices}`) };
    const args = [child, dist('pipeline/harmonizeScan.js'), dist('config/protocol.js'), dist('inference/bundle.js'), dist('pipeline/createStyle.js'), JSON.stringify(config)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The child ended with ${status}: ${stderr.slice(-2000)}`);
    const row = { slices, ...JSON.parse(stdout) };
    console.log(`${String(slices).padStart(6)}  ${row.seconds.toFixed(1).padStart(6)}  ${row.cpuSeconds.toFixed(1).padStart(5)}  ${(row.cpuSeconds / slices).toFixed(3).padStart(11)}  ${row.peakMiB.toFixed(0).padStart(8)}  ${String(row.rank).padStart(4)}  ${row.status} ${row.refused}`);
    rmSync(source);
    rmSync(config.folder, { recursive: true });
    return row;
  });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ schemaVersion: 1, node: process.version, size: SIZE, rows }, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
