import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseFile, valueBytes } from './derivedSeries.ts';

/** Pixel data of an instance as bytes, decompressed by gdcm where it must be. */
export async function readStoredPixels(path: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'concord-test-'));
  try {
    const raw = join(folder, 'raw.dcm');
    execFileSync('gdcmconv', ['--raw', path, raw], { stdio: 'ignore' });
    return valueBytes(await parseFile(raw), 'x7fe00010')!;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
