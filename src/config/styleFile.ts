import { readFile } from 'node:fs/promises';

import { ConcordError } from '../core/errors.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import { parseChecked } from './schemaCheck.ts';

/** A saved style (models/schema/style.schema.json): the look of one scanner, without any identifier. */
export type StyleFile = Readonly<{
  schemaVersion: 1;
  id: string;
  modality: 'MR';
  /** `<id>/<version>` of the protocol that conformed its scans. */
  protocol: string;
  code: readonly number[];
  /** Mean brain quantiles, model scale. */
  quantiles: readonly number[];
  /** Scanner units per model unit. */
  brainScale: number;
  scans: number;
  encoderSha256: string;
  acquisition: Acquisition;
  dispersion: number;
}>;

/** @throws CONCORD_REFERENCE with the path, what was expected and what was found */
export function parseStyleFile(text: string): StyleFile {
  const style = parseChecked<StyleFile>(text, {
    schema: 'models/schema/style.schema.json', what: 'The style file', code: 'CONCORD_REFERENCE',
  });
  // what a schema cannot say: quantiles never fall
  const fall = style.quantiles.findIndex((q, i) => i > 0 && q < style.quantiles[i - 1]!);
  if (fall > 0) {
    throw new ConcordError('CONCORD_REFERENCE',
      `The style file: /quantiles/${fall}: expected at least ${style.quantiles[fall - 1]!}, got ${style.quantiles[fall]!}.`);
  }
  return style;
}

/** @throws CONCORD_REFERENCE when the file cannot be read or breaks its schema */
export async function loadStyleFile(path: string): Promise<StyleFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConcordError('CONCORD_REFERENCE', 'The style file cannot be read.', { cause });
  }
  return parseStyleFile(text);
}
