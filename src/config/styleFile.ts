import { readFile } from 'node:fs/promises';

import { ConcordError } from '../core/errors.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import { modalityClaimed, parseChecked } from './schemaCheck.ts';

type SharedStyle = Readonly<{
  schemaVersion: 1;
  id: string;
  /** `<id>/<version>` of the protocol that conformed its scans. */
  protocol: string;
  code: readonly number[];
  scans: number;
  encoderSha256: string;
  acquisition: Acquisition;
  dispersion: number;
}>;

/** Of head MR (models/schema/style.schema.json). */
export type MrStyle = SharedStyle & Readonly<{
  modality: 'MR';
  /** Quantiles of the mean brain, model scale. */
  quantiles: readonly number[];
  /** The same taken apart: mean amounts of the tissues, and how each looks. */
  tissues: Readonly<{ amounts: readonly number[]; quantiles: readonly (readonly number[])[] }>;
  /** Mean quantiles of the upper head outside the brain, model scale; null when its scans show none (stripped skulls). */
  outsideQuantiles: readonly number[] | null;
  /** How far one of its scans lies from their mean (RMS, n − 1), model scale: tissue by tissue in the brain, W1 outside; null from one scan. */
  personSpread: Readonly<{ brain: number; outside: number | null }> | null;
  /** Scanner units per model unit. */
  brainScale: number;
}>;

/** Of CT (models/schema/style-ct.schema.json): Hounsfield units need no scale. */
export type CtStyle = SharedStyle & Readonly<{
  modality: 'CT';
  /** Noise power of bands 1 … 12 in flat soft tissue, HU², and how many patches it rests on. */
  nps: readonly number[];
  patches: number;
  /** Mean log powers of patches, [group · 12]; null when no scan had enough tissue. */
  spectra: readonly number[] | null;
  /** How far the kernel of one of its scans lies from that of all: root mean square over scans of the size of the start between their looks; absent from one scan, and in styles made before it was measured. */
  kernelSpread?: number;
  /** Bands that the pixels of every scan can show. */
  sampled: number;
  /** How sharp the border between body and air is, bands 1 … 12, and how many patches it rests on; absent in styles made before it was read. */
  skin?: Readonly<{ amplitude: readonly number[]; patches: number }>;
  /** Radial amplitude of slices, bands 1 … 12, as shares of band 1. */
  amplitude: readonly number[];
  /** SD of the detail inside the body, HU. */
  detailSd: number;
}>;

/** A saved style: the look of one scanner, without any identifier. */
export type StyleFile = MrStyle | CtStyle;

const SCHEMAS = { MR: 'models/schema/style.schema.json', CT: 'models/schema/style-ct.schema.json' } as const;

/** @throws CONCORD_REFERENCE with the path, what was expected and what was found */
export function parseStyleFile(text: string): StyleFile {
  const style = parseChecked<StyleFile>(text, {
    schema: SCHEMAS[modalityClaimed(text)], what: 'The style file', code: 'CONCORD_REFERENCE',
  });
  if (style.modality === 'CT') return style;
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
