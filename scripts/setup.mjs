// Makes a fresh clone ready to run: checks Node, installs the packages and builds dist, each only when needed.
// No dependencies, since it runs before there are any. `node scripts/setup.mjs`, and first in every npm script.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleViewer, isViewerBundled, viewerBundle } from './viewer/bundle.mjs';

export const root = fileURLToPath(new URL('../', import.meta.url));
const isWindows = process.platform === 'win32';
const inRoot = (...names) => join(root, ...names);

/** Runs what is missing of the steps below; ends the process with a sentence when one cannot be done. */
export async function setup() {
  checkNode();
  if (!isInstalled()) install();
  if (!isBuilt()) build();
  linkCommand();
  if (!isViewerBundled()) await bundleViewer();
}

/** The version that package.json asks for, compared number by number. */
function checkNode() {
  const wanted = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).engines.node.replace(/[^\d.]/g, '');
  const [needMajor, needMinor = 0] = wanted.split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  stop(`concord needs Node ${wanted} or newer, this is ${process.versions.node}. Install a newer one from https://nodejs.org and try again.`);
}

/** npm leaves its own copy of the lock file behind; an older one belongs to an older package-lock.json. */
function isInstalled() {
  const installed = inRoot('node_modules', '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(inRoot('package-lock.json')).mtimeMs;
}

function install() {
  step('installing packages (a minute or two) …');
  const npm = process.env.npm_execpath;
  // npm 10 does not read allowScripts of package.json, so the GPU download of onnxruntime-node is also declined here
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: 'development' };
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const ran = npm?.endsWith('.js')
    ? run(process.execPath, [npm, ...args], { env })
    : run('npm', args, { env, shell: isWindows });
  if (ran !== 0) stop('The packages could not be installed. Check the network connection and the message above, then try again.');
}

const stamp = inRoot('dist', '.built-from');

function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceState();
}

function build() {
  step('building …');
  const state = sourceState();
  const status = run(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', inRoot('tsconfig.build.json')]);
  if (status !== 0) stop('The sources do not compile; see the message above.');
  removeOrphans();
  writeFileSync(stamp, state);
}

/** Names, sizes and times of everything that a build reads. */
function sourceState() {
  const files = [...filesBelow(inRoot('src')), inRoot('package-lock.json'), inRoot('tsconfig.json'), inRoot('tsconfig.build.json')];
  const hash = createHash('sha256');
  for (const path of files.sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** The compiler leaves the output of a deleted source behind, which would go on being imported. */
function removeOrphans() {
  for (const path of filesBelow(inRoot('dist'))) {
    const source = inRoot('src', relative(inRoot('dist'), path).replace(/\.js$/, '.ts'));
    if (path.endsWith('.js') && path !== viewerBundle && !existsSync(source)) rmSync(path);
  }
}

/** `npx concord` in this folder runs this build, not a package of that name from elsewhere. */
function linkCommand() {
  const cli = inRoot('dist', 'cli.js');
  const bin = inRoot('node_modules', '.bin');
  const link = join(bin, isWindows ? 'concord.cmd' : 'concord');
  if (!existsSync(cli)) return;
  if (!isWindows) chmodSync(cli, 0o755);
  if (existsSync(link)) return;
  mkdirSync(bin, { recursive: true });
  if (isWindows) writeFileSync(link, `@node "${cli}" %*\r\n`);
  else symlinkSync(relative(bin, cli), link);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]);
}

/** Runs a program in the repository with its talk on standard error; returns its exit status. */
export function run(program, args, options = {}) {
  const ran = spawnSync(program, args, { cwd: root, stdio: ['inherit', 2, 2], ...options });
  if (ran.error) stop(`${program} could not be started: ${ran.error.message}`);
  return ran.status ?? 128;
}

export function step(line) {
  process.stderr.write(`concord: ${line}\n`);
}

export function stop(line, status = 1) {
  step(line);
  process.exit(status);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await setup();
