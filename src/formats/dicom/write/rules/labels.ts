import { RESEARCH_USE } from '../../../../core/scanRecord.ts';
import { bytesOf, textElement, textOf } from '../element.ts';
import { HARMONIZED } from '../implementation.ts';
import type { InstanceFacts, Rule } from '../rule.ts';
import { harmonizedDescription } from '../seriesDescription.ts';
import { tags } from '../tags.ts';

/** Data table: how a person and a program see that the image is no scanner's. */
export const labelRules: readonly Rule[] = [
  {
    id: 'D-05', action: 'SET', attributes: ['ImageType'],
    says: '`DERIVED\\SECONDARY\\<value 3 of the source>\\HARMONIZED`.',
    write: (facts) => [textElement(tags.ImageType, 'CS', ['DERIVED', 'SECONDARY', thirdValue(facts), HARMONIZED].join('\\'))],
  },
  {
    id: 'D-06', action: 'SET', attributes: ['SeriesDescription'],
    says: '`HARM RESEARCH: ` and the source\'s description, cut at its end to 64 characters.',
    write: ({ source }) => [
      textElement(tags.SeriesDescription, 'LO',
        harmonizedDescription(bytesOf(source, tags.SeriesDescription), textOf(source, tags.SpecificCharacterSet))),
    ],
  },
  {
    id: 'D-14', action: 'SET', attributes: ['SyntheticData'],
    says: 'YES where a generative model made the change or the source says YES, else NO.',
    write: ({ source, series }) => {
      const isSynthetic = series.provenance.isGenerative || textOf(source, tags.SyntheticData) === 'YES';
      return [textElement(tags.SyntheticData, 'CS', isSynthetic ? 'YES' : 'NO')];
    },
  },
  {
    id: 'D-15', action: 'SET', attributes: ['ContentQualification'], says: 'RESEARCH.',
    write: () => [textElement(tags.ContentQualification, 'CS', 'RESEARCH')],
  },
  {
    id: 'D-37', action: 'SET', attributes: ['ImageComments'], says: `\`AI-harmonized. ${RESEARCH_USE}\``,
    write: () => [textElement(tags.ImageComments, 'LT', `AI-harmonized. ${RESEARCH_USE}`)],
  },
  {
    id: 'D-35', action: 'KEEP', attributes: ['PresentationIntentType', 'PresentationLUTShape'], says: 'How the image is meant to be shown.',
  },
];

/** Of MR and CT, both of which define OTHER and AXIAL, where the source has lost the value. */
function thirdValue({ source, isMr }: InstanceFacts): string {
  const value = textOf(source, tags.ImageType).split('\\')[2]?.trim() ?? '';
  return value === '' ? (isMr ? 'OTHER' : 'AXIAL') : value;
}
