import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { loadStyleFile } from './styleFile.ts';
import type { StyleFile } from './styleFile.ts';

/** The styles that come with a bundle, `styles/<id>.json`, sorted by id. */
export async function listStyles(bundleDir: string): Promise<readonly StyleFile[]> {
  const folder = join(bundleDir, 'styles');
  // a bundle without styles is whole
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.filter((name) => name.endsWith('.json')).sort().map((name) => loadStyleFile(join(folder, name))));
}

/** One of them, or undefined. */
export async function findStyle(bundleDir: string, id: string): Promise<StyleFile | undefined> {
  return (await listStyles(bundleDir)).find((style) => style.id === id);
}
