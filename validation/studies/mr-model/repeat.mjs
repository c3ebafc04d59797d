// One patient scanned twice with changed protocols: node validation/studies/mr-model/repeat.mjs --data ../shared/data --bundle models/mr-head/VERSION --out FOLDER
// Writes every arm of every direction as NIfTI on the source's grid; repeat.py registers the truth and measures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadProtocol } from '../../../dist/config/protocol.js';
import { readScan, writeScan } from '../../../dist/formats/scan.js';
import { loadBundle } from '../../../dist/inference/bundle.js';
import { conform, nativeToWorking, restore } from '../../../dist/preprocess/conform.js';
import { armsOf, prepareReference } from './arms.mjs';

const { values: options } = parseArgs({ options: {
  data: { type: 'string', default: '../shared/data' }, bundle: { type: 'string' }, out: { type: 'string' },
} });
const protocol = await loadProtocol('t1w-head');
const bundle = await loadBundle(options.bundle, 'cpu');
mkdirSync(options.out, { recursive: true });

async function conformed(name) {
  const scan = await readScan({ format: 'nifti', name, paths: [join(options.data, 'mr/repeat', `${name}.nii.gz`)] });
  return { ...conform(scan.volume, protocol.conform), scan };
}

for (const contrast of ['T1W', 'FLAIR']) {
  for (const [from, to] of [['s1', 's2'], ['s2', 's1']]) {
    const source = await conformed(`openms-long-p12-${from}-${contrast}`);
    const reference = await prepareReference('repeat', [await conformed(`openms-long-p12-${to}-${contrast}`)], bundle, protocol);
    const itself = (await prepareReference('itself', [source], bundle, protocol)).style;
    const { arms } = await armsOf(source, reference, itself, bundle, protocol, `${contrast}-${from}`);
    for (const [arm, apply] of Object.entries(arms)) {
      const volume = apply(source.native, nativeToWorking(source.trace));
      const image = restore(volume, source.trace, { brainScale: 1000, biasField: 'keep-removed' });
      await writeScan(source.scan, image, join(options.out, `${contrast}_${from}-to-${to}_${arm.replaceAll(/[^a-z0-9]+/gi, '-')}.nii.gz`), { datatype: 'float32', description: 'study' });
    }
    process.stderr.write(`${contrast} ${from} to ${to}\n`);
  }
}
await bundle.close?.();
