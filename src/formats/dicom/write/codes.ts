import { CODING_SCHEME } from './implementation.ts';
import { elementsOf, textElement } from './element.ts';
import type { Elements } from './element.ts';
import { tags } from './tags.ts';

export type Code = Readonly<{ value: string; scheme: string; meaning: string }>;

/** Data table: the codes that instances carry. */
export const codes = {
  // CID 7203 has no code for this, and is extensible
  harmonization: { value: 'HARM-01', scheme: CODING_SCHEME, meaning: 'Image appearance harmonization' },
  sourceForProcessing: { value: '121322', scheme: 'DCM', meaning: 'Source image for image processing operation' },
  synthesizingEquipment: { value: '109100', scheme: 'DCM', meaning: 'Synthesizing Equipment' },
  acquisitionEquipment: { value: '109101', scheme: 'DCM', meaning: 'Acquisition Equipment' },
  processingEquipment: { value: '109102', scheme: 'DCM', meaning: 'Processing Equipment' },
} as const satisfies Record<string, Code>;

/** One item of a code sequence (PS3.3 §8.1). */
export function codeItem({ value, scheme, meaning }: Code): Elements {
  return elementsOf([
    textElement(tags.CodeValue, 'SH', value),
    textElement(tags.CodingSchemeDesignator, 'SH', scheme),
    textElement(tags.CodeMeaning, 'LO', meaning),
  ]);
}
