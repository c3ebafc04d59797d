// One CT through the whole chain in a process of its own: `ctChild.mjs '{"source", "reference", "folder", "bundle", "output", "detail", "cores"}'`
// prints wall and processor seconds, those of the main thread, peak memory and verdict as one JSON object.
import { readFileSync } from 'node:fs';

import { loadProtocol } from '../../dist/config/protocol.js';
import { findScans } from '../../dist/formats/scan.js';
import { loadBundle } from '../../dist/inference/bundle.js';
import { createStyle } from '../../dist/pipeline/createStyle.js';
import { harmonizeScan } from '../../dist/pipeline/harmonizeScan.js';

const config = JSON.parse(process.argv[2]);
const bundle = await loadBundle(config.bundle, 'cpu', { threads: config.threads });
const shipped = await loadProtocol(config.protocol);
const protocol = config.detail ? { ...shipped, detail: { ...shipped.detail, mode: 'on' } } : shipped;
const inputOf = async (path) => (await findScans(path)).inputs[0];
const { style } = await createStyle({ id: 'reference', inputs: [await inputOf(config.reference)], biasCorrection: true, scratchDir: config.folder }, protocol, bundle);
const input = await inputOf(config.source);
const job = {
  input, outputDir: config.folder, reference: style, referencePreview: null, seed: 0, draws: protocol.sampler.draws, datatype: 'source', biasCorrection: true,
  concordVersion: 'bench', format: config.output, dicom: { equipment: 'scanner', keepOverlays: false, keepPrivate: [], createdAt: 0, seriesNumbers: { [input.name]: 2 } },
};
/** Processor seconds of the main thread so far: what no other core can take over. Linux tells. */
const ownSeconds = () => {
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const [begin, used, own] = [performance.now(), process.cpuUsage(), ownSeconds()];
const record = await harmonizeScan(job, protocol, bundle, config.cores);
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({
  seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6, ownSeconds: ownSeconds() - own, peakMiB: process.resourceUsage().maxRSS / 1024, status: record.status,
  refused: record.gates.filter(({ verdict }) => verdict === 'refuse').map(({ gate }) => gate), tiles: record.ct?.detail?.change?.tiles ?? 0,
  outputs: record.outputs.map(({ kind, sha256 }) => `${kind} ${sha256.slice(0, 12)}`),
}));
await bundle.close();
