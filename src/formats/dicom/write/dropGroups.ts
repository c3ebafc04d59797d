import { bytesOf, textOf } from './element.ts';
import type { Element, Elements } from './element.ts';
import type { DicomOptions, PrivateAttribute } from './provenance.ts';

/** What is dropped by its group, as the conformance statement says it. */
export const DROPPED_GROUPS = [
  { id: 'D-31', groups: 'Overlays (60xx)', says: 'Dropped, as is what lies in unused pixel bits; `--keep-overlays` keeps those with data of their own.' },
  { id: 'D-31', groups: 'Curves (50xx)', says: 'Dropped.' },
  { id: 'D-32', groups: 'Private groups', says: 'Dropped, in items of sequences too; `--keep-private` keeps what it names, at the top level.' },
  { id: 'D-32', groups: 'Group lengths (gggg,0000)', says: 'Dropped: retired, and no longer true.' },
] as const;

const OVERLAY_DATA = 0x3000;

/** A copy without the groups that do not survive a derivation (dicom.md D-31, D-32). */
export function withoutGroups(elements: Elements, options: Pick<DicomOptions, 'keepOverlays' | 'keepPrivate'>): Elements {
  return filtered(elements, (element) => isKept(element, elements, options));
}

function filtered(elements: Elements, keep: (element: Element) => boolean): Elements {
  const kept = [...elements.values()].filter(keep).map((element) =>
    Buffer.isBuffer(element.value) ? element : { ...element, value: element.value.map((item) => filtered(item, isStandard)) });
  return new Map(kept.map((element) => [element.tag, element]));
}

function isStandard({ tag }: Element): boolean {
  return (tag >>> 16) % 2 === 0 && (tag & 0xffff) !== 0;
}

function isKept(element: Element, all: Elements, { keepOverlays, keepPrivate }: Pick<DicomOptions, 'keepOverlays' | 'keepPrivate'>): boolean {
  const { tag } = element;
  const group = tag >>> 16;
  if ((tag & 0xffff) === 0) return false;
  if (group % 2 === 1) return keepPrivate.some((wanted) => isNamed(tag, all, wanted));
  if (group >>> 8 === 0x50) return false;
  // an overlay without data lies in the pixels' unused bits, which are written anew
  if (group >>> 8 === 0x60) return keepOverlays && bytesOf(all, group * 0x10000 + OVERLAY_DATA).length > 0;
  return true;
}

/** Whether a private tag is the wanted element, or the creator that reserves its block (PS3.5 §7.8.1). */
function isNamed(tag: number, all: Elements, { group, creator, element }: PrivateAttribute): boolean {
  if (tag >>> 16 !== group) return false;
  const number = tag & 0xffff;
  const block = number <= 0xff ? number : number >>> 8;
  if (textOf(all, group * 0x10000 + block) !== creator) return false;
  return number <= 0xff ? all.has(group * 0x10000 + block * 0x100 + element) : (number & 0xff) === element;
}
