// One measurement in a process of its own: `child.mjs '{"mode": "stages" | "whole", …}'` prints one JSON object.
import { join } from 'node:path';
import { loadProtocol } from '../../dist/config/protocol.js';
import { findScans } from '../../dist/formats/scan.js';
import { loadBundle } from '../../dist/inference/bundle.js';
import { createStyle } from '../../dist/pipeline/createStyle.js';
import { harmonizeScan } from '../../dist/pipeline/harmonizeScan.js';
import { calibrate } from './calibration.mjs';
import { peakMemory, resetPeak } from './peakMemory.mjs';
import { runStages } from './stages.mjs';

const { mode, source, reference, bundleDir, folder, threads } = JSON.parse(process.argv[2]);
/** What `work` returned, with its wall and processor seconds: on a busy machine only the second means anything. */
const timed = async (work) => {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(used);
  return [value, { seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 }];
};
const kernel = calibrate();
const protocol = await loadProtocol('t1w-head');
const [bundle, load] = await timed(() => loadBundle(bundleDir, 'cpu', { threads }));
const { inputs: [input] } = await findScans(source);

if (mode === 'style') {
  const { inputs } = await findScans(reference);
  const { style, preview } = await createStyle({ id: 'bench', inputs, biasCorrection: true, scratchDir: folder }, protocol, bundle);
  const { samples, ...rest } = preview;
  print({ style, preview: rest, previewSamples: Buffer.from(samples.buffer).toString('base64') });
} else {
  const { style, preview: geometry, previewSamples } = JSON.parse(await new Response(process.stdin).text());
  const preview = { ...geometry, samples: new Float32Array(new Uint8Array(Buffer.from(previewSamples, 'base64')).buffer) };
  if (mode === 'stages') {
    const stages = [];
    const perStage = resetPeak();
    const stage = async (name, work) => {
      resetPeak();
      const [value, times] = await timed(work);
      stages.push({ name, ...times, peakMiB: peakMemory() });
      return value;
    };
    await runStages(stage, { input, outputPath: join(folder, 'stages.nii.gz'), reference: style, preview, protocol, bundle, seed: 0 });
    print({ kernel, load, stages, perStage });
  } else {
    const job = {
      input, outputDir: join(folder, 'whole'), reference: style, referencePreview: preview, seed: 0, draws: protocol.sampler.draws,
      datatype: 'source', biasCorrection: true, concordVersion: '0.0.0',
    };
    const [record, whole] = await timed(() => harmonizeScan(job, protocol, bundle));
    print({ kernel, load, whole, peakMiB: process.resourceUsage().maxRSS / 1024, status: record.status, shape: record.source.shape });
  }
}
await bundle.close();

function print(value) {
  process.stdout.write(JSON.stringify(value));
}
