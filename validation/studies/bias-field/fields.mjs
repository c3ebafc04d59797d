// The shading that concord finds in each given NIfTI file, as JSON lines on standard output. Needs "npm run build".
import { readScan } from '../../../dist/formats/scan.js';
import { conform } from '../../../dist/preprocess/conform.js';

const settings = {
  orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90',
  biasField: { enabled: true, degree: 3, iterations: 40 },
};

for (const path of process.argv.slice(2)) {
  const { volume } = await readScan({ format: 'nifti', name: 'scan', paths: [path] });
  const before = process.cpuUsage();
  conform(volume, { ...settings, biasField: { ...settings.biasField, enabled: false } });
  const middle = process.cpuUsage();
  const { trace } = conform(volume, settings);
  const after = process.cpuUsage();
  const seconds = (to, from) => (to.user + to.system - from.user - from.system) / 1e6;
  process.stdout.write(`${JSON.stringify({
    path, field: trace.biasField, offset: trace.headFrame.offset,
    cpuSeconds: { plain: seconds(middle, before), withBias: seconds(after, middle) },
  })}\n`);
}
