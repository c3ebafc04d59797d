import type { Acquisition } from '../core/scanRecord.ts';

type AcquisitionKey = keyof Acquisition;

const LONGEST_TEXT = 64;
const textKeys = ['manufacturer', 'model', 'sequence', 'convolutionKernel'] as const satisfies AcquisitionKey[];
const numberKeys = [
  'fieldStrengthT', 'echoTimeMs', 'repetitionTimeMs', 'inversionTimeMs', 'flipAngleDeg', 'sliceThicknessMm',
] as const satisfies AcquisitionKey[];

/**
 * Header values of any type → the facts that are well-formed; the rest is left out. Texts keep letters, digits,
 * punctuation and symbols of any script and nothing that steers a terminal or a line of text.
 */
export function acquisitionOf(values: Readonly<Partial<Record<AcquisitionKey, unknown>>>): Acquisition {
  const facts: Partial<Record<AcquisitionKey, string | number>> = {};
  for (const key of textKeys) {
    const text = plainText(values[key]);
    if (text !== '') facts[key] = text;
  }
  for (const key of numberKeys) {
    const value = values[key];
    // 12 digits: converting seconds to milliseconds must not turn 2.1 into 2100.0000000000005
    if (typeof value === 'number' && Number.isFinite(value)) facts[key] = Number(value.toPrecision(12));
  }
  return facts as Acquisition;
}

function plainText(value: unknown): string {
  if (typeof value !== 'string') return '';
  const plain = value.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, ' ').replace(/\s+/g, ' ').trim();
  // by character, as half a surrogate pair is none
  return Array.from(plain).slice(0, LONGEST_TEXT).join('');
}
