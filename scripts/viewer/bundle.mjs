// Makes dist/viewer/page.js, the script of `concord report --viewer`: page.mjs with NiiVue as one file, under the
// licences of all that is in it. Works without network, in about a second.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'scripts', 'viewer', 'page.mjs');
export const viewerBundle = join(root, 'dist', 'viewer', 'page.js');

/** Missing, or older than what it is made from. A bundle of an installation without development packages stays. */
export function isViewerBundled() {
  if (!existsSync(join(root, 'node_modules', '@niivue', 'niivue')) || !existsSync(join(root, 'node_modules', 'esbuild'))) return true;
  if (!existsSync(viewerBundle)) return false;
  const made = statSync(viewerBundle).mtimeMs;
  return [page, fileURLToPath(import.meta.url), join(root, 'node_modules', '.package-lock.json')].every((path) => statSync(path).mtimeMs <= made);
}

export async function bundleViewer() {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [page], absWorkingDir: root, bundle: true, format: 'iife', minify: true, charset: 'utf8', target: 'es2022', legalComments: 'none', metafile: true, write: false, logLevel: 'error',
    plugins: [withoutZarr],
  });
  mkdirSync(join(root, 'dist', 'viewer'), { recursive: true });
  writeFileSync(viewerBundle, `${notice(Object.keys(metafile.inputs))}\n${outputFiles[0].text}`);
}

/** NiiVue reads Zarr from the network, which the page never may: without it, its WebAssembly codecs stay out too. */
const withoutZarr = {
  name: 'without-zarr',
  setup(build) {
    build.onResolve({ filter: /^zarrita$/ }, ({ path }) => ({ path, namespace: 'without' }));
    build.onLoad({ filter: /.*/, namespace: 'without' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/** Every package in the bundle with its version and licence, as a comment that minifiers keep. */
function notice(inputs) {
  const packages = [...new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort();
  const texts = packages.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${licenseOf(name, join(root, folder)).trim()}`;
  });
  return `/*!\nNiiVue and what it is made of, each under its own licence.\n\n${texts.join('\n\n----\n\n').replaceAll('*/', '* /')}\n*/`;
}

/** NiiVue's package holds no licence file: its text is kept beside this script. */
function licenseOf(name, folder) {
  if (name === '@niivue/niivue') return readFileSync(join(root, 'scripts', 'viewer', 'LICENSE-niivue.txt'), 'utf8');
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file: the bundle cannot be passed on.`);
  return readFileSync(join(folder, file), 'utf8');
}
