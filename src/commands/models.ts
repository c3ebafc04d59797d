import { listBundles } from '../config/installedBundles.ts';
import { loadManifest } from '../config/manifest.ts';
import { ConcordError } from '../core/errors.ts';
import { loadBundle } from '../inference/bundle.ts';
import { command } from './command.ts';
import { deviceParameter } from './modelParameters.ts';
import { optionalText } from './parameter.ts';

export const modelsList = command({
  name: 'models list',
  summary: 'List the installed model bundles.',
  groups: {},
  example: 'models list',
  run: async (_values, context) => {
    const bundles = await Promise.all((await listBundles()).map(async ({ id, version, directory }) => {
      const { description, license, files } = await loadManifest(directory);
      return { id, version, description, license, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
    }));
    const lines = bundles.map(({ id, version, description, license, bytes }) => `${id}/${version}  ${(bytes / 1e6).toFixed(1)} MB  ${license}  ${description}`);
    context.result(bundles, lines.length === 0 ? 'No model bundle is installed.' : lines.join('\n'));
    return bundles.length === 0 ? 7 : 0;
  },
});

export const modelsCheck = command({
  name: 'models check',
  summary: 'Load bundles as a run would: hashes, names, types, shapes, a trial run, finite numbers.',
  groups: {
    'Input and output': { bundle: optionalText('DIR', 'Folder of one bundle', 'all installed') },
    Run: { device: deviceParameter },
  },
  example: 'models check',
  run: async (values, context) => {
    const directories = values.bundle === undefined ? (await listBundles()).map(({ directory }) => directory) : [values.bundle];
    if (directories.length === 0) throw new ConcordError('CONCORD_MODEL_MISSING', 'Expected an installed model bundle, got none.');
    const checked: { id: string; version: string; provider: string; files: number; codeLength: number }[] = [];
    for (const directory of directories) {
      const bundle = await loadBundle(directory, values.device);
      const { id, version, files, style } = bundle.manifest;
      checked.push({ id, version, provider: bundle.provider, files: files.length, codeLength: style.codeLength });
      await bundle.close();
    }
    context.result(checked, checked.map(({ id, version, provider, files }) => `${id}/${version}  ${files} files as published, runs on ${provider}`).join('\n'));
    return 0;
  },
});
