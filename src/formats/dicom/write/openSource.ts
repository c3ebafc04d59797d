import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { ScanRefusal } from '../../../core/issues.ts';
import { preScan } from '../preScan.ts';
import type { CheckedFile } from '../preScan.ts';
import type { ReadSlice } from '../readSlices.ts';
import type { Elements } from './element.ts';
import { sourceElements } from './sourceElements.ts';

/** A source instance's elements, as its derived instance begins with them. @throws ScanRefusal MALFORMED when it changed */
export async function readSourceElements(slice: ReadSlice): Promise<Elements> {
  return sourceElements(await openSource(slice), slice.pixels.isSigned);
}

async function openSource(slice: ReadSlice): Promise<CheckedFile> {
  const bytes = await readFile(slice.path);
  if (createHash('sha256').update(bytes).digest('hex') !== slice.sha256) {
    throw new ScanRefusal('MALFORMED', 'a file changed while the series was harmonized');
  }
  return preScan(bytes);
}
