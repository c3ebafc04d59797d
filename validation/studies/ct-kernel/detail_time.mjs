// What the detail stage costs: slices of one chest (512²) through the product's own stage. `node validation/studies/ct-kernel/detail_time.mjs --bundle DIR
// [--threads 1] [--slices 8]` prints wall and CPU seconds per slice and the load they were taken at.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createSmoother } from '../../../dist/core/sliceSmoothing.js';
import { sliceStackOf } from '../../../dist/core/sliceStack.js';
import { createDetailStage } from '../../../dist/detail/detailStage.js';
import { detailCondition } from '../../../dist/detail/noiseScale.js';
import { createSlabNoise } from '../../../dist/detail/slabNoise.js';
import { fillBody, findBody } from '../../../dist/field/bodyMask.js';
import { describeSlice, emptyParts } from '../../../dist/field/huClasses.js';
import { findScans, readScan } from '../../../dist/formats/scan.js';
import { loadBundle } from '../../../dist/inference/bundle.js';

const { values } = parseArgs({ options: { bundle: { type: 'string' }, threads: { type: 'string', default: '1' }, slices: { type: 'string', default: '8' } } });
const chest = join(fileURLToPath(new URL('../../../../shared/data/', import.meta.url)), 'ct/kernel-pair/ct-lungdx-A0002-B70f.nii.gz');
const bundle = await loadBundle(values.bundle, 'cpu', { threads: Number(values.threads) });
const { inputs } = await findScans(chest, {});
const stack = sliceStackOf((await readScan(inputs[0])).volume);
const [ni, nj, nk] = stack.shape;
const spacing = [stack.spacing[0], stack.spacing[1]];
const smoother = createSmoother([ni, nj], [2 / spacing[0], 2 / spacing[1]], 3);
const body = findBody(stack, smoother);
const stage = createDetailStage(bundle.predictDetail, smoother, createSlabNoise('time', ni * nj, 0), {
  condition: detailCondition(new Float64Array(12).fill(900), new Float64Array(12).fill(200), spacing), scale: bundle.manifest.detail.scale,
  sampler: { prediction_type: 'v_prediction', num_train_timesteps: 1000, timesteps: [999] }, capHu: 200, softCapHu: 200,
});
const parts = emptyParts(ni * nj), mask = new Uint8Array(ni * nj), before = new Float32Array(ni * nj);
const rows = [];
for (let n = 0; n < Number(values.slices); n++) {
  const k = Math.floor(((n + 0.5) * nk) / Number(values.slices));
  stack.read(k, before);
  fillBody(body, k, mask);
  describeSlice(before, mask, smoother, parts);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await stage.apply({ k, before, after: before.slice(), parts, clipped: 0 });
  const { user, system } = process.cpuUsage(cpu);
  rows.push({ wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 });
}
const median = (of) => rows.map(of).sort((a, b) => a - b)[Math.floor(rows.length / 2)];
console.log(JSON.stringify({ slices: rows.length, size: [ni, nj], threads: Number(values.threads), wallSecondsPerSlice: median(({ wall }) => wall), cpuSecondsPerSlice: median(({ cpu }) => cpu), load: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]) }));
await bundle.close();
