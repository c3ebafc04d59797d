import { RESEARCH_USE } from '../../../../core/scanRecord.ts';
import { codeItem, codes } from '../codes.ts';
import { elementsOf, itemsOf, sequenceElement, textElement, textOf } from '../element.ts';
import type { Element, Elements } from '../element.ts';
import { CODING_SCHEME, CODING_SCHEME_NAME } from '../implementation.ts';
import type { InstanceFacts, Rule, SeriesFacts } from '../rule.ts';
import { tags } from '../tags.ts';

/** VR ST. */
const LONGEST_TEXT = 1024;

/** Data table: what the image was made from, and how. The reference scan is another patient's and is never named. */
export const derivationRules: readonly Rule[] = [
  {
    id: 'D-09', action: 'SET', attributes: ['DerivationDescription'],
    says: 'Tool and version, model with the start of its sha256, reference style id, seed, the scale written, the research sentence.',
    write: ({ series }) => [textElement(tags.DerivationDescription, 'ST', derivationText(series))],
  },
  {
    id: 'D-10', action: 'SET', attributes: ['DerivationCodeSequence', 'CodingSchemeIdentificationSequence'],
    says: `\`(${codes.harmonization.value}, ${CODING_SCHEME}, "${codes.harmonization.meaning}")\`, and what the private scheme is; schemes that the source identifies stay.`,
    write: ({ source }) => [
      sequenceElement(tags.DerivationCodeSequence, [codeItem(codes.harmonization)]),
      sequenceElement(tags.CodingSchemeIdentificationSequence, [...foreignSchemes(source), schemeItem()]),
    ],
  },
  {
    id: 'D-11', action: 'SET', attributes: ['SourceImageSequence'],
    says: 'The instance\'s own source slice, purpose `(121322, DCM)`, SpatialLocationsPreserved YES.',
    write: (facts) => [sequenceElement(tags.SourceImageSequence, [sourceImageItem(facts)])],
  },
  {
    id: 'D-12', action: 'SET', attributes: ['ReferencedSeriesSequence'],
    says: 'The source series with the instance\'s own source slice, after what the source refers to itself.',
    appliesTo: ({ series }) => series.sourceSeriesInstanceUid !== '',
    write: (facts) => [
      sequenceElement(tags.ReferencedSeriesSequence, [...itemsOf(facts.source, tags.ReferencedSeriesSequence), referencedSeriesItem(facts)]),
    ],
  },
];

function derivationText({ provenance, factor }: SeriesFacts): string {
  const { concordVersion, modelId, modelSha256, styleId, seed } = provenance;
  const scale = factor === 1 ? '' : ` Stored signal is ${factor} times the reference scale.`;
  const made = `concord ${concordVersion}; model ${modelId} sha256 ${modelSha256.slice(0, 12)}; reference style ${styleId}; seed ${seed}.`;
  const plain = `${made}${scale}`.replace(/[^\x20-\x7e]/g, '?');
  return `${plain.slice(0, LONGEST_TEXT - RESEARCH_USE.length - 1)} ${RESEARCH_USE}`;
}

function foreignSchemes(source: Elements): readonly Elements[] {
  const schemes = itemsOf(source, tags.CodingSchemeIdentificationSequence);
  return schemes.filter((item) => textOf(item, tags.CodingSchemeDesignator) !== CODING_SCHEME);
}

function schemeItem(): Elements {
  return elementsOf([
    textElement(tags.CodingSchemeDesignator, 'SH', CODING_SCHEME),
    textElement(tags.CodingSchemeName, 'ST', CODING_SCHEME_NAME),
  ]);
}

function referencedInstance({ sourceSopClassUid, sourceSopInstanceUid }: InstanceFacts): Element[] {
  return [
    textElement(tags.ReferencedSOPClassUID, 'UI', sourceSopClassUid),
    textElement(tags.ReferencedSOPInstanceUID, 'UI', sourceSopInstanceUid),
  ];
}

function sourceImageItem(facts: InstanceFacts): Elements {
  return elementsOf([
    ...referencedInstance(facts),
    textElement(tags.SpatialLocationsPreserved, 'CS', 'YES'),
    sequenceElement(tags.PurposeOfReferenceCodeSequence, [codeItem(codes.sourceForProcessing)]),
  ]);
}

function referencedSeriesItem(facts: InstanceFacts): Elements {
  return elementsOf([
    textElement(tags.SeriesInstanceUID, 'UI', facts.series.sourceSeriesInstanceUid),
    sequenceElement(tags.ReferencedInstanceSequence, [elementsOf(referencedInstance(facts))]),
  ]);
}
