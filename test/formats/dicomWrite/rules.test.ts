import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { DataSet } from 'dicom-parser';
import { describe, expect, it, onTestFinished } from 'vitest';

import { RESEARCH_USE } from '../../../src/core/scanRecord.ts';
import { tags } from '../../../src/formats/dicom/write/tags.ts';
import { CT, dicomBytes, MR, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import type { DicomElement, Overrides } from '../../support/dicomBytes.ts';
import { deriveSeries, parseFile, textAt, valueBytes } from '../../support/derivedSeries.ts';
import type { Derivation } from '../../support/derivedSeries.ts';
import { scratchFolder } from '../../support/scratch.ts';

const set = (tag: number, vr: string, value: DicomElement['value']): Overrides => ({ [tag]: { tag, vr, value } });
const x = (keyword: keyof typeof tags): string => `x${tags[keyword].toString(16).padStart(8, '0')}`;
const ct: Overrides = {
  ...set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI'), ...set(0x00080016, 'UI', CT), ...set(0x00080060, 'CS', 'CT'),
  ...set(0x00281050, 'DS', '40\\300'), ...set(0x00281051, 'DS', '300\\1500'), ...set(0x00281055, 'LO', 'WINDOW1\\WINDOW2'),
  ...set(0x00281052, 'DS', '-1024'), ...set(0x00281053, 'DS', '1.0'), ...set(0x00281054, 'LO', 'HU'),
};

/** The first instance derived from a small series with these overrides. */
async function derived(overrides: Overrides = {}, derivation: Derivation = {}): Promise<DataSet> {
  const files = [0, 1, 2].map((k) => dicomBytes(sliceElements(k, overrides)));
  const series = await deriveSeries(await writeSeries(join(await scratchFolder(), 'in'), files), derivation);
  onTestFinished(() => rm(series.folder, { recursive: true, force: true }));
  return parseFile(series.instances[0]!);
}

describe('identity', () => {
  it('is a new instance of a new series, numbered after its own', async () => {
    const dataSet = await derived();
    expect(dataSet.string(x('SOPClassUID'))).toBe(MR);
    for (const keyword of ['SOPInstanceUID', 'SeriesInstanceUID'] as const) expect(dataSet.string(x(keyword))).toMatch(/^2\.25\.\d+$/);
    expect(dataSet.string('x00020003')).toBe(dataSet.string(x('SOPInstanceUID')));
    expect(dataSet.string(x('SeriesNumber'))).toBe('501');
    expect((await derived({}, { options: { seriesNumber: 777 } })).string(x('SeriesNumber'))).toBe('777');
  });

  it('was made at the moment of the job: in UTC, or on the clock that the source states', async () => {
    const dataSet = await derived();
    expect([dataSet.string(x('InstanceCreationDate')), dataSet.string(x('ContentTime')), dataSet.string(x('SeriesDate'))]).toEqual(['20261123', '163639', '20261123']);
    const east = await derived(set(0x00080201, 'SH', '+0900'));
    expect([east.string(x('InstanceCreationDate')), east.string(x('SeriesTime')), east.string(x('TimezoneOffsetFromUTC'))]).toEqual(['20261124', '013639', '+0900']);
    expect(textAt(east, [x('ContributingEquipmentSequence'), x('ContributionDateTime')], 1)).toBe('20261124013639+0900');
    expect(textAt(await derived(set(0x00080201, 'SH', '-0330')), [x('ContentTime')])).toBe('130639');
  });
});

describe('labels', () => {
  it('say it in text and in code', async () => {
    const dataSet = await derived(set(0x0008103e, 'LO', 'T1 MPRAGE'));
    expect(dataSet.string(x('ImageType'))).toBe('DERIVED\\SECONDARY\\M\\HARMONIZED');
    expect(dataSet.string(x('SeriesDescription'))).toBe('HARM RESEARCH: T1 MPRAGE');
    expect(dataSet.string(x('ImageComments'))).toBe(`AI-harmonized. ${RESEARCH_USE}`);
    expect(dataSet.string(x('ContentQualification'))).toBe('RESEARCH');
  });

  it('fill value 3 of ImageType where the source has lost it', async () => {
    expect((await derived(set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY'))).string(x('ImageType'))).toBe('DERIVED\\SECONDARY\\OTHER\\HARMONIZED');
    expect((await derived({ ...ct, ...set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY') })).string(x('ImageType'))).toBe('DERIVED\\SECONDARY\\AXIAL\\HARMONIZED');
  });

  it.each([
    [true, undefined, 'YES'], [false, undefined, 'NO'], [false, 'YES', 'YES'], [true, 'NO', 'YES'], [false, 'NO', 'NO'],
  ])('give SyntheticData for generative %s and source %s as %s', async (isGenerative, source, expected) => {
    const overrides = source === undefined ? {} : set(0x0008001c, 'CS', source);
    expect((await derived(overrides, { provenance: { isGenerative } })).string(x('SyntheticData'))).toBe(expected);
  });
});

describe('derivation', () => {
  it('names tool, model, style, seed and use, and no UID but the source\'s own', async () => {
    const dataSet = await derived();
    expect(dataSet.string(x('DerivationDescription'))).toBe(
      `concord 0.1.0; model mr-head/0.1.0 sha256 abababababab; reference style site-a; seed 7. ${RESEARCH_USE}`);
    expect(textAt(dataSet, [x('DerivationCodeSequence'), x('CodeValue')])).toBe('HARM-01');
    expect(textAt(dataSet, [x('DerivationCodeSequence'), x('CodingSchemeDesignator')])).toBe('99CONCORD');
    expect(textAt(dataSet, [x('CodingSchemeIdentificationSequence'), x('CodingSchemeDesignator')])).toBe('99CONCORD');
  });

  it('keeps the research sentence whole whatever the style is called', async () => {
    const dataSet = await derived({}, { provenance: { styleId: 'é'.repeat(2000) } });
    const text = dataSet.string(x('DerivationDescription'))!;
    expect(text).toHaveLength(1024);
    expect(text.endsWith(RESEARCH_USE)).toBe(true);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
  });

  it('refers to its source slice, at the same place', async () => {
    const dataSet = await derived();
    const sequence = x('SourceImageSequence');
    expect(dataSet.elements[sequence]!.items).toHaveLength(1);
    expect(textAt(dataSet, [sequence, x('ReferencedSOPClassUID')])).toBe(MR);
    expect(textAt(dataSet, [sequence, x('ReferencedSOPInstanceUID')])).toBe('1.2.826.0.1.1');
    expect(textAt(dataSet, [sequence, x('SpatialLocationsPreserved')])).toBe('YES');
    expect(textAt(dataSet, [sequence, x('PurposeOfReferenceCodeSequence'), x('CodeValue')])).toBe('121322');
    const series = x('ReferencedSeriesSequence');
    expect(textAt(dataSet, [series, x('SeriesInstanceUID')])).toBe('1.2.826.0.1.77');
    expect(textAt(dataSet, [series, x('ReferencedInstanceSequence'), x('ReferencedSOPInstanceUID')])).toBe('1.2.826.0.1.1');
  });
});

describe('equipment', () => {
  const scanner = { ...set(0x00081010, 'SH', 'STATION7'), ...set(0x00181000, 'LO', '45152'), ...set(0x00181020, 'LO', 'syngo D11') };

  it('stays the scanner\'s; scanner, concord and its model contributed', async () => {
    const dataSet = await derived(scanner);
    expect([dataSet.string(x('Manufacturer')), dataSet.string(x('StationName')), dataSet.string(x('SoftwareVersions'))]).toEqual(['SIEMENS', 'STATION7', 'syngo D11']);
    const sequence = x('ContributingEquipmentSequence');
    const purposes = [0, 1, 2].map((item) => textAt(dataSet, [sequence, x('PurposeOfReferenceCodeSequence'), x('CodeValue')], item));
    expect(purposes).toEqual(['109101', '109102', '109100']);
    expect(textAt(dataSet, [sequence, x('DeviceSerialNumber')])).toBe('45152');
    expect(textAt(dataSet, [sequence, x('SoftwareVersions')], 1)).toBe('0.1.0');
  });

  it('becomes concord\'s on demand, the scanner then standing among those that contributed', async () => {
    const dataSet = await derived(scanner, { options: { equipment: 'software' }, provenance: { isGenerative: false } });
    expect([dataSet.string(x('Manufacturer')), dataSet.string(x('StationName')), dataSet.string(x('DeviceSerialNumber'))]).toEqual(['concord', undefined, undefined]);
    const sequence = x('ContributingEquipmentSequence');
    expect(textAt(dataSet, [sequence, x('StationName')])).toBe('STATION7');
    expect(dataSet.elements[sequence]!.items).toHaveLength(2);
  });

  it('follows equipment that contributed before', async () => {
    const earlier = set(0x0018a001, 'SQ', [[{ tag: 0x00080070, vr: 'LO', value: 'ACME' }]]);
    const dataSet = await derived(earlier);
    expect(textAt(dataSet, [x('ContributingEquipmentSequence'), x('Manufacturer')])).toBe('ACME');
    expect(dataSet.elements[x('ContributingEquipmentSequence')]!.items).toHaveLength(4);
  });
});

describe('values and windows', () => {
  it('leave CT its rescale pair and windows byte for byte', async () => {
    const dataSet = await derived(ct);
    expect(['WindowCenter', 'WindowWidth', 'WindowCenterWidthExplanation', 'RescaleSlope', 'RescaleIntercept', 'RescaleType'].map((k) => dataSet.string(x(k as keyof typeof tags))))
      .toEqual(['40\\300', '300\\1500', 'WINDOW1\\WINDOW2', '1.0', '-1024', 'HU']);
  });

  it('give MR one window over the foreground and drop what belonged to the old one', async () => {
    const overrides = {
      ...set(0x00281050, 'DS', '1\\2'), ...set(0x00281051, 'DS', '3\\4'), ...set(0x00281055, 'LO', 'A\\B'), ...set(0x00281056, 'CS', 'SIGMOID'),
      ...set(0x00283010, 'SQ', []), ...set(0x00409096, 'SQ', []),
    };
    const dataSet = await derived(overrides);
    expect(dataSet.string(x('WindowCenter'))).toMatch(/^\d+(\.\d+)?$/);
    const [center, width] = [Number(dataSet.string(x('WindowCenter'))), Number(dataSet.string(x('WindowWidth')))];
    // the series holds 0–11, 100–111 and 200–211: the first are air
    expect([center > 100 && center < 211, width > 90 && width < 112]).toEqual([true, true]);
    for (const keyword of ['VOILUTFunction', 'VOILUTSequence', 'RealWorldValueMappingSequence'] as const) expect(dataSet.elements[x(keyword)]).toBeUndefined();
  });

  it('recompute extremes where the source has them, in the VR of the pixels', async () => {
    const dataSet = await derived({ ...set(0x00280106, 'US', [9]), ...set(0x00280109, 'US', [9]) }, { change: (value) => value + 5 });
    expect([dataSet.uint16(x('SmallestImagePixelValue')), dataSet.uint16(x('LargestPixelValueInSeries'))]).toEqual([5, 216]);
    expect(dataSet.elements[x('LargestImagePixelValue')]).toBeUndefined();
    const signed = await derived({ ...set(0x00280103, 'US', [1]), ...set(0x00280106, 'SS', [9]) }, { change: (value) => value - 50 });
    expect([signed.elements[x('SmallestImagePixelValue')]!.vr, signed.int16(x('SmallestImagePixelValue'))]).toEqual(['SS', -50]);
  });

  it('drop an MR rescale pair that cannot hold the reference\'s scale, and say the factor', async () => {
    const pair = { ...set(0x00281052, 'DS', '0'), ...set(0x00281053, 'DS', '50') };
    expect((await derived(pair)).string(x('RescaleSlope'))).toBe('50');
    const dropped = await derived(pair, { typicalSignal: 0.7, change: (value) => value / 1e5 });
    expect(dropped.elements[x('RescaleSlope')]).toBeUndefined();
    expect(dropped.string(x('DerivationDescription'))).toContain('Stored signal is 1000 times the reference scale.');
  });
});

describe('drops', () => {
  const privates = {
    ...set(0x00190010, 'LO', 'SIEMENS MR HEADER'), ...set(0x00190011, 'LO', 'OTHER'), ...set(0x0019100c, 'IS', '0'), ...set(0x0019110c, 'IS', '1'),
    ...set(0x00081140, 'SQ', [[{ tag: 0x00081155, vr: 'UI', value: '1.2' }, { tag: 0x00190010, vr: 'LO', value: 'X' }]]),
  };

  it('take private elements, in items too', async () => {
    const dataSet = await derived(privates);
    expect(Object.keys(dataSet.elements).filter((tag) => Number.parseInt(tag.slice(4, 5), 16) % 2 === 1)).toEqual([]);
    expect(Object.keys(dataSet.elements['x00081140']!.items![0]!.dataSet!.elements)).toEqual(['x00081155']);
  });

  it('leave a private element that is named by its owner, with its creator alone', async () => {
    const dataSet = await derived(privates, { options: { keepPrivate: [{ group: 0x19, creator: 'OTHER', element: 0x0c }] } });
    expect(Object.keys(dataSet.elements).filter((tag) => tag.startsWith('x0019'))).toEqual(['x00190011', 'x0019110c']);
  });

  it('take overlays, curves, icons, signatures and annotations; overlays with data stay on demand', async () => {
    const overlays = {
      ...set(0x60000010, 'US', [3]), ...set(0x60000102, 'US', [0]), ...set(0x60003000, 'OW', [1, 2]),
      ...set(0x60020010, 'US', [3]), ...set(0x60020102, 'US', [12]), ...set(0x50000005, 'US', [2]),
      ...set(0x00880200, 'SQ', []), ...set(0x4ffe0001, 'SQ', []), ...set(0xfffafffa, 'SQ', []), ...set(0x04000500, 'SQ', []), ...set(0x00700001, 'SQ', []),
    };
    const gone = (dataSet: DataSet): string[] => Object.keys(dataSet.elements).filter((tag) => /^x(60|50|0088|4ffe|fffa|0400|0070)/.test(tag));
    expect(gone(await derived(overlays))).toEqual([]);
    expect(gone(await derived(overlays, { options: { keepOverlays: true } }))).toEqual(['x60000010', 'x60000102', 'x60003000']);
  });
});

it('writes nothing of a source\'s preamble', async () => {
  const files = [0, 1, 2].map((k) => Buffer.concat([Buffer.from('MZ'.repeat(64)), dicomBytes(sliceElements(k)).subarray(128)]));
  const series = await deriveSeries(await writeSeries(join(await scratchFolder(), 'in'), files));
  onTestFinished(() => rm(series.folder, { recursive: true, force: true }));
  const dataSet = await parseFile(series.instances[0]!);
  expect(Buffer.from(dataSet.byteArray.subarray(0, 128)).equals(Buffer.alloc(128))).toBe(true);
  expect(valueBytes(dataSet, 'x00100010')!.toString()).toBe('ZZPHI7431^NAME');
});
