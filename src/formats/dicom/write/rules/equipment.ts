import { codeItem, codes } from '../codes.ts';
import type { Code } from '../codes.ts';
import { elementsOf, itemsOf, sequenceElement, textElement, textOf } from '../element.ts';
import type { Element, Elements } from '../element.ts';
import { instantAt } from '../instant.ts';
import type { InstanceFacts, Rule } from '../rule.ts';
import { tags } from '../tags.ts';

const SCANNER_ATTRIBUTES = ['Manufacturer', 'StationName', 'ManufacturerModelName', 'DeviceSerialNumber', 'SoftwareVersions'] as const;

/** Data table: which machines had a hand in the image. The reference scanner had none. */
export const equipmentRules: readonly Rule[] = [
  {
    id: 'D-13', action: 'SET', attributes: ['ContributingEquipmentSequence'],
    says: 'The source\'s items, then the scanner `(109101, DCM)`, concord `(109102, DCM)` and, where a generative model ran, its model `(109100, DCM)`.',
    write: (facts) => [
      sequenceElement(tags.ContributingEquipmentSequence, [
        ...itemsOf(facts.source, tags.ContributingEquipmentSequence),
        ...scannerItems(facts.source),
        softwareItem(facts, codes.processingEquipment, 'Brought the appearance of the image to a reference style.'),
        ...(facts.series.provenance.isGenerative
          ? [softwareItem(facts, codes.synthesizingEquipment, `Generated the change of appearance: model ${facts.series.provenance.modelId}.`)]
          : []),
      ]),
    ],
  },
  {
    id: 'D-16', action: 'KEEP', attributes: SCANNER_ATTRIBUTES,
    says: 'The source scanner, which cohort studies need as their batch; `--equipment software` writes concord instead.',
    appliesTo: ({ series }) => series.options.equipment === 'scanner',
  },
  {
    id: 'D-16', action: 'SET', attributes: SCANNER_ATTRIBUTES,
    says: 'Only with `--equipment software`: concord and its version; the scanner stands in ContributingEquipmentSequence.',
    appliesTo: ({ series }) => series.options.equipment === 'software',
    write: softwareElements,
  },
];

function scannerItems(source: Elements): readonly Elements[] {
  // Manufacturer is type 1 in an item: a scanner without a name gets none
  if (textOf(source, tags.Manufacturer) === '') return [];
  const scanner = SCANNER_ATTRIBUTES.flatMap((keyword) => source.get(tags[keyword]) ?? []);
  return [elementsOf([...scanner, purpose(codes.acquisitionEquipment)])];
}

function softwareItem(facts: InstanceFacts, code: Code, description: string): Elements {
  const { dateTime } = instantAt(facts.series.provenance.createdAt, textOf(facts.source, tags.TimezoneOffsetFromUTC));
  return elementsOf([
    ...softwareElements(facts),
    textElement(tags.ContributionDateTime, 'DT', dateTime),
    textElement(tags.ContributionDescription, 'ST', description),
    purpose(code),
  ]);
}

function softwareElements({ series }: InstanceFacts): Element[] {
  return [
    textElement(tags.Manufacturer, 'LO', 'concord'),
    textElement(tags.ManufacturerModelName, 'LO', 'concord'),
    textElement(tags.SoftwareVersions, 'LO', series.provenance.concordVersion),
  ];
}

function purpose(code: Code): Element {
  return sequenceElement(tags.PurposeOfReferenceCodeSequence, [codeItem(code)]);
}
