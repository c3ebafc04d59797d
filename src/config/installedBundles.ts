import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import type { Manifest } from './manifest.ts';
import { packageRoot } from './packageRoot.ts';
import type { Protocol } from './protocol.ts';
import { compareVersions, newestVersion } from './semver.ts';

const MODELS = join(packageRoot, 'models');

export type InstalledBundle = Readonly<{ id: string; version: string; directory: string }>;

/** The bundles that come with concord, by id and rising version: folders `models/<id>/<version>` with a manifest. */
export async function listBundles(): Promise<readonly InstalledBundle[]> {
  const found: InstalledBundle[] = [];
  for (const id of await foldersIn(MODELS)) {
    for (const version of (await foldersIn(join(MODELS, id))).filter((name) => newestVersion([name]) !== undefined).sort(compareVersions)) {
      const directory = join(MODELS, id, version);
      if (await stat(join(directory, 'manifest.json')).then(() => true, () => false)) found.push({ id, version, directory });
    }
  }
  return found;
}

/** @throws CONCORD_MODEL_MISSING when no version of that bundle is installed */
export async function newestBundle(id: string): Promise<InstalledBundle> {
  const bundle = (await listBundles()).filter((installed) => installed.id === id).at(-1);
  if (bundle === undefined) throw new ConcordError('CONCORD_MODEL_MISSING', `Expected an installed bundle ${id}, got none.`);
  return bundle;
}

/**
 * A bundle knows scans conformed one way and fields sampled one way; a protocol that asks for another is refused.
 *
 * @throws CONCORD_MODEL_SHAPE naming the first setting that differs
 */
export function checkCompatible(protocol: Protocol, manifest: Manifest): void {
  const modality = manifest.modality ?? 'MR';
  if (protocol.modality !== modality) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `Protocol ${protocol.id} is for ${protocol.modality}, bundle ${manifest.id} for ${modality}.`);
  }
  const conform = Object.fromEntries(Object.entries(protocol.conform).filter(([key]) => key !== 'biasField'));
  const { timesteps: _steps, draws: _draws, ...sampler } = protocol.sampler;
  const { timesteps: _trained, ...trained } = manifest.sampler;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['conform', conform, manifest.conform],
    ['statistics', protocol.statistics, manifest.statistics],
    ['sampler', sampler, trained],
  ];
  for (const [name, asked, known] of pairs) {
    const [a, b] = [flat(asked), flat(known)];
    if (a !== b) {
      throw new ConcordError('CONCORD_MODEL_SHAPE',
        `Protocol ${protocol.id} and bundle ${manifest.id} differ in /${name}: the protocol says ${a}, the bundle ${b}.`);
    }
  }
}

/** Keys sorted at every level, so that equal settings are equal text. */
function flat(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member);
}

async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
}
