import type { Rule } from '../rule.ts';

/** Data table: what no longer holds, or may show what nobody checked. dropGroups.ts drops whole groups. */
export const dropRules: readonly Rule[] = [
  { id: 'D-29', action: 'DROP', attributes: ['IconImageSequence'], says: 'It shows the source\'s appearance.' },
  {
    id: 'D-30', action: 'DROP', attributes: ['DigitalSignaturesSequence', 'MACParametersSequence', 'EncryptedAttributesSequence'],
    says: 'They no longer hold.',
  },
  { id: 'D-31', action: 'DROP', attributes: ['GraphicAnnotationSequence'], says: 'A surface for names.' },
  {
    id: 'D-26', action: 'DROP', attributes: ['ExtendedOffsetTable', 'ExtendedOffsetTableLengths', 'DataSetTrailingPadding'],
    says: 'They belong to the source\'s encoding.',
  },
];
