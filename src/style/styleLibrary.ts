import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { loadStyleFile } from '../config/styleFile.ts';
import type { ReferenceStyle } from './referenceStyle.ts';

/** The styles that come with a bundle, `styles/<id>.json`, sorted by id. */
export async function listStyles(bundleDir: string): Promise<readonly ReferenceStyle[]> {
  const folder = join(bundleDir, 'styles');
  // a bundle without styles is whole
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.filter((name) => name.endsWith('.json')).sort().map((name) => loadStyleFile(join(folder, name))));
}

/** One of them, or undefined. */
export async function findStyle(bundleDir: string, id: string): Promise<ReferenceStyle | undefined> {
  return (await listStyles(bundleDir)).find((style) => style.id === id);
}
