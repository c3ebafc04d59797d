import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { DataSet } from 'dicom-parser';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ruleTable } from '../../../src/formats/dicom/write/ruleTable.ts';
import { tags } from '../../../src/formats/dicom/write/tags.ts';
import { dicomBytes, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import type { DicomElement, Encoding } from '../../support/dicomBytes.ts';
import { deriveSeries, parseFile, valueBytes } from '../../support/derivedSeries.ts';
import { scratchFolder } from '../../support/scratch.ts';

const slices = [0, 1, 2];
/** Values that a library would like to tidy up: odd spellings of numbers, old dates, text in several sets. */
const awkward: readonly DicomElement[] = [
  { tag: 0x00080005, vr: 'CS', value: '\\ISO 2022 IR 87' },
  { tag: 0x00080020, vr: 'DA', value: '1997.04.24' },
  { tag: 0x00080030, vr: 'TM', value: '10:11:12' },
  { tag: 0x00080050, vr: 'SH', value: '' },
  { tag: 0x00080081, vr: 'ST', value: ' leading and trailing  ' },
  { tag: 0x00081140, vr: 'SQ', value: [[{ tag: 0x00081150, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.4' }, { tag: 0x00081155, vr: 'UI', value: '1.2.3' }], []] },
  { tag: 0x00100010, vr: 'PN', value: Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B', 'latin1') },
  { tag: 0x00100030, vr: 'DA', value: '19000101' },
  { tag: 0x00180050, vr: 'DS', value: '+2.50000000E00' },
  { tag: 0x00180088, vr: 'DS', value: '2.4999999999999' },
  { tag: 0x00181310, vr: 'US', value: [0, 256, 256, 0] },
  { tag: 0x0020000d, vr: 'UI', value: '1.2.826.0.1.9' },
  { tag: 0x00200013, vr: 'IS', value: ' 007' },
  { tag: 0x00280120, vr: 'US', value: [4095] },
];
/** Slice `k` with the awkward values among its own. */
function elementsOf(k: number): DicomElement[] {
  const own = sliceElements(k).map((element) => (element.tag === 0x00200032
    ? { ...element, value: `-10.000000000001\\-2.0e1\\+${(30 + 2.5 * k).toFixed(4)}` } : element));
  return [...own.filter(({ tag }) => !awkward.some((other) => other.tag === tag)), ...awkward];
}

/** Tags that a rule other than KEEP may touch, as dicom-parser spells them. */
const governed = new Set(ruleTable.filter(({ action }) => action !== 'KEEP')
  .flatMap(({ attributes }) => attributes.map((keyword) => `x${tags[keyword].toString(16).padStart(8, '0')}`)));
// rules whose condition does not hold here leave these as they are
for (const keyword of ['Manufacturer', 'ManufacturerModelName', 'StationName', 'DeviceSerialNumber', 'SoftwareVersions'] as const) {
  governed.delete(`x${tags[keyword].toString(16).padStart(8, '0')}`);
}
governed.add('x7fe00010');

function keptTags(source: DataSet): string[] {
  return Object.keys(source.elements).filter((tag) => !tag.startsWith('x0002') && !governed.has(tag));
}

async function derivedPair(encoding: Encoding): Promise<readonly [DataSet, DataSet]> {
  const files = slices.map((k) => dicomBytes(elementsOf(k), encoding));
  const explicit = slices.map((k) => dicomBytes(elementsOf(k)));
  const root = await scratchFolder();
  const derived = await deriveSeries(await writeSeries(join(root, 'in'), files));
  onTestFinished(() => rm(derived.folder, { recursive: true, force: true }));
  const [source] = await Promise.all([parseFileOf(explicit[1]!, root), writeSeries(join(root, 'explicit'), explicit)]);
  return [source, await parseFile(derived.instances[1]!)];
}

async function parseFileOf(bytes: Buffer, root: string): Promise<DataSet> {
  await writeSeries(join(root, 'one'), [bytes]);
  return parseFile(join(root, 'one', 'f0-0'));
}

describe.each(['explicit', 'implicit', 'big-endian', 'deflated'] satisfies Encoding[])('from %s', (encoding) => {
  it('keeps every element that no rule names byte for byte, and its VR', async () => {
    const [source, derived] = await derivedPair(encoding);
    const kept = keptTags(source);
    expect(kept.length).toBeGreaterThan(25);
    for (const tag of kept.filter((each) => each !== 'x00081140')) {
      expect([tag, valueBytes(derived, tag)]).toEqual([tag, valueBytes(source, tag)]);
      expect([tag, derived.elements[tag]!.vr]).toEqual([tag, source.elements[tag]!.vr]);
    }
  });

  it('keeps the values in sequences, an empty item included', async () => {
    const [source, derived] = await derivedPair(encoding);
    const itemsOf = (dataSet: DataSet): unknown[] => dataSet.elements['x00081140']!.items!.map(({ dataSet: item }) =>
      Object.keys(item!.elements).map((tag) => [tag, valueBytes(item!, tag)]));
    expect(itemsOf(derived)).toEqual(itemsOf(source));
    expect(itemsOf(derived)).toHaveLength(2);
  });

  it('writes explicit VR little endian behind a preamble of zeros, ascending and without group lengths', async () => {
    const [, derived] = await derivedPair(encoding);
    expect(derived.string('x00020010')).toBe('1.2.840.10008.1.2.1');
    expect(derived.string('x00020003')).toBe(derived.string('x00080018'));
    expect(Buffer.from(derived.byteArray.subarray(0, 128))).toEqual(Buffer.alloc(128));
    // dicom-parser lists the meta group last
    const order = Object.keys(derived.elements).filter((tag) => !tag.startsWith('x0002'));
    expect(order).toEqual([...order].sort());
    expect(order.filter((tag) => tag.endsWith('0000'))).toEqual([]);
  });
});
