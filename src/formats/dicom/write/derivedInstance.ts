import { ConcordError } from '../../../core/errors.ts';
import { withoutGroups } from './dropGroups.ts';
import { elementsOf, textElement } from './element.ts';
import type { Element, Elements } from './element.ts';
import { encodeElements } from './encodeElements.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_NAME } from './implementation.ts';
import type { InstanceFacts } from './rule.ts';
import { ruleTable } from './ruleTable.ts';
import { tags } from './tags.ts';

const PREAMBLE_BYTES = 128;
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
/** VR SH. */
const LONGEST_NAME = 16;

/** A derived instance as a file: preamble of zeros (dicom.md D-38), meta group, data set. */
export function derivedInstance(facts: InstanceFacts): Buffer {
  const dataSet = encodeElements(derivedElements(facts));
  return Buffer.concat([Buffer.alloc(PREAMBLE_BYTES), Buffer.from('DICM', 'latin1'), metaGroup(facts), dataSet]);
}

/** The source's elements after every rule that applies. */
export function derivedElements(facts: InstanceFacts): Elements {
  const draft = new Map(withoutGroups(facts.source, facts.series.options));
  for (const { id, action, attributes, appliesTo, write } of ruleTable) {
    if (action === 'KEEP' || appliesTo?.(facts) === false) continue;
    const own: readonly number[] = attributes.map((keyword) => tags[keyword]);
    for (const tag of own) draft.delete(tag);
    for (const element of write?.(facts) ?? []) {
      if (!own.includes(element.tag)) throw new ConcordError('CONCORD_INTERNAL', `Rule ${id} writes an attribute that it does not name.`);
      draft.set(element.tag, element);
    }
  }
  return draft;
}

/** PS3.10 §7.1; with D-39's own implementation identity, and nothing of the source's route. */
function metaGroup({ sourceSopClassUid, sopInstanceUid, series }: InstanceFacts): Buffer {
  const name = `${IMPLEMENTATION_NAME}_${series.provenance.concordVersion}`.slice(0, LONGEST_NAME);
  const elements: Element[] = [
    { tag: 0x00020001, vr: 'OB', value: Buffer.from([0, 1]) },
    textElement(tags.MediaStorageSOPClassUID, 'UI', sourceSopClassUid),
    textElement(tags.MediaStorageSOPInstanceUID, 'UI', sopInstanceUid),
    textElement(tags.TransferSyntaxUID, 'UI', EXPLICIT_LITTLE_ENDIAN),
    textElement(tags.ImplementationClassUID, 'UI', IMPLEMENTATION_CLASS_UID),
    textElement(tags.ImplementationVersionName, 'SH', name),
  ];
  const group = encodeElements(elementsOf(elements));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(group.length);
  return Buffer.concat([encodeElements(elementsOf([{ tag: 0x00020000, vr: 'UL', value: length }])), group]);
}
