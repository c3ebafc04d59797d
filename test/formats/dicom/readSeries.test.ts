import { join } from 'node:path';
import { copyFile, readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import { findScans, readScan, writeScan } from '../../../src/formats/scan.ts';
import type { Scan } from '../../../src/formats/scan.ts';
import { CT, dicomBytes, encapsulatedElement, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import type { DicomElement, Encoding, Overrides } from '../../support/dicomBytes.ts';
import { readMetaGroup } from '../../../src/formats/dicom/preScan.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A replacement, keyed by its tag as `sliceElements` takes it. */
const set = (tag: number, vr: string, value: DicomElement['value']): Overrides => ({ [tag]: { tag, vr, value } });
const slices = [0, 1, 2, 3];

async function readFiles(files: readonly Buffer[]): Promise<Scan> {
  const { inputs } = await findScans(await writeSeries(await scratchFolder(), files));
  expect(inputs).toHaveLength(1);
  return readScan(inputs[0]!);
}

/** A series in which slice k has the overrides of `change(k)`. */
function series(change: (k: number) => Overrides = () => ({}), encoding: Encoding = 'explicit'): Promise<Scan> {
  return readFiles(slices.map((k) => dicomBytes(sliceElements(k, change(k)), encoding)));
}

async function refusal(scan: Promise<Scan>): Promise<string> {
  const outcome = await scan.catch((error: unknown) => error);
  return outcome instanceof ScanRefusal ? outcome.issue.code : `not refused: ${String(outcome)}`;
}

/** Voxel (column, row, slice) of the file, as it must lie in the volume: rows turned upside down. */
const at = ({ volume }: Scan, column: number, row: number, k: number): number => volume.samples[column + 4 * (2 - row + 3 * k)]!;

const ctElements: Overrides = {
  ...set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'),
  ...set(0x00080016, 'UI', CT),
  ...set(0x00280103, 'US', [1]),
  ...set(0x00280101, 'US', [16]),
  ...set(0x00280102, 'US', [15]),
  ...set(0x00281052, 'DS', '-1024'),
  ...set(0x00281053, 'DS', '2'),
};

describe('readSeries', () => {
  it.each(['explicit', 'implicit', 'big-endian', 'deflated'] satisfies Encoding[])('reads %s', async (encoding) => {
    const scan = await series(undefined, encoding);
    expect(scan.volume.shape).toEqual([4, 3, 4]);
    expect(scan.modality).toBe('MR');
    expect([at(scan, 0, 0, 0), at(scan, 3, 0, 1), at(scan, 1, 2, 3)]).toEqual([0, 103, 309]);
  });

  it('puts voxel (0, 0) of the first slice at its ImagePositionPatient, in RAS', async () => {
    const { affine } = (await series()).volume;
    // LPS (-10, -20, 30) is RAS (10, 20, 30); i steps 2 mm to the left, j 1.5 mm forwards, k 2.5 mm up
    expect(affine.rows).toEqual([[-2, 0, 0, 10], [0, 1.5, 0, 17], [0, 0, 2.5, 30]]);
  });

  it('reads acquisition facts in our units, and no name', async () => {
    const scan = await series();
    expect(scan.acquisition).toEqual({
      manufacturer: 'SIEMENS',
      repetitionTimeMs: 2300,
      echoTimeMs: 2.98,
      fieldStrengthT: 3,
    });
    const { volume, input, ...facts } = scan;
    expect(JSON.stringify(facts)).not.toContain('ZZPHI7431');
  });

  it('does not depend on file names: equal volumes and equal hashes', async () => {
    const files = slices.map((k) => dicomBytes(sliceElements(k)));
    const [a, b] = [await readFiles(files), await readFiles([...files].reverse())];
    expect(a.volume).toEqual(b.volume);
    expect(a.sha256).toBe(b.sha256);
    expect(a.input.name).toBe(b.input.name);
  });

  it('reads signed CT as HU: 2·(-7) - 1024', async () => {
    const pixels = set(0x7fe00010, 'OW', Array.from({ length: 12 }, (_, index) => index - 7));
    const scan = await series(() => ({ ...ctElements, ...pixels }));
    expect(scan.modality).toBe('CT');
    expect(at(scan, 0, 0, 2)).toBe(-1038);
    expect(scan.datatype).toBe('int16');
  });

  it('rescales each MR slice on its own, as Philips needs, and then stores float32', async () => {
    const scan = await series((k) => ({ ...set(0x00281053, 'DS', String(1 + k)), ...set(0x00281052, 'DS', '5') }));
    expect([at(scan, 1, 0, 0), at(scan, 1, 0, 2)]).toEqual([6, 3 * 201 + 5]);
    expect(scan.datatype).toBe('float32');
  });

  it('ignores overlay bits above HighBit, and extends the sign of 12 stored bits', async () => {
    const pixels = set(0x7fe00010, 'OW', Array.from({ length: 12 }, (_, index) => 0xf000 | (index === 0 ? 0xfff : index)));
    const unsigned = await series(() => pixels);
    expect([at(unsigned, 0, 0, 0), at(unsigned, 1, 0, 0)]).toEqual([4095, 1]);
    const signed = await series(() => ({ ...pixels, ...set(0x00280103, 'US', [1]) }));
    expect([at(signed, 0, 0, 0), at(signed, 1, 0, 0)]).toEqual([-1, 1]);
  });

  it('turns MONOCHROME1 around for MR and leaves it for CT', async () => {
    const inverted = set(0x00280004, 'CS', 'MONOCHROME1');
    expect(at(await series(() => inverted), 1, 0, 0)).toBe(4094);
    expect(at(await series(() => ({ ...ctElements, ...inverted })), 1, 0, 0)).toBe(2 * 1 - 1024);
  });

  it.each(['explicit', 'implicit'] satisfies Encoding[])('reads padding of -2000 as 0 in MR (%s)', async (encoding) => {
    const pixels = Array.from({ length: 12 }, (_, index) => (index < 4 ? -2000 : index));
    const scan = await series(
      () => ({
        ...set(0x7fe00010, 'OW', pixels),
        ...set(0x00280103, 'US', [1]),
        ...set(0x00280101, 'US', [16]),
        ...set(0x00280102, 'US', [15]),
        ...set(0x00280120, 'SS', [-2000]),
      }),
      encoding,
    );
    expect([at(scan, 0, 0, 0), at(scan, 0, 1, 0)]).toEqual([0, 4]);
  });

  it('reads RLE: the high byte plane, then the low one', async () => {
    const frame = (k: number): Buffer => {
      const header = Buffer.alloc(64);
      header.writeUInt32LE(2, 0);
      header.writeUInt32LE(64, 4);
      header.writeUInt32LE(66, 8);
      // 12 high bytes of k as one run (257 - 12); 12 low bytes literally
      return Buffer.concat([header, Buffer.from([245, k, 11, ...Array.from({ length: 12 }, (_, index) => index)]), Buffer.alloc(1)]);
    };
    const files = slices.map((k) =>
      dicomBytes(sliceElements(k, { 0x7fe00010: encapsulatedElement(frame(k)) }), 'explicit', '1.2.840.10008.1.2.5'),
    );
    const scan = await readFiles(files);
    expect([at(scan, 0, 0, 0), at(scan, 2, 1, 3)]).toEqual([0, 3 * 256 + 6]);
  });

  it('keeps the sheared grid of a tilted gantry and says how far it is tilted', async () => {
    const scan = await series((k) => set(0x00200032, 'DS', `-10\\${-20 + 0.5 * k}\\${30 + 2.5 * k}`));
    expect(scan.issues.map(({ code, detail }) => [code, detail])).toEqual([['GANTRY_TILT', '11.31 degrees']]);
    expect(scan.volume.affine.rows.map((row) => row[2])).toEqual([0, -0.5, 2.5]);
  });

  it('flags two spacings in CT, which is harmonized slice by slice, and keeps the first and last position', async () => {
    const scan = await series((k) => ({ ...ctElements, ...height(k === 3 ? 38.1 : 30 + 2.5 * k) }));
    expect(scan.issues).toMatchObject([{ code: 'VARIABLE_SPACING', severity: 'flag', detail: 'spacings of 2.50 mm (2 times) and 3.10 mm (1 times)' }]);
    expect(scan.volume.affine.rows[2][2]).toBeCloseTo(2.7, 12);
    const gap = await series((k) => ({ ...ctElements, ...height(k === 3 ? 40 : 30 + 2.5 * k) }));
    expect(gap.issues).toMatchObject([{ code: 'MISSING_SLICES', severity: 'flag' }]);
  });

  it('takes a CT crop without air: bone and contrast are no lost intercept', async () => {
    const values = [-80, 40, 50, 60, 300, 400, 500, 600, 700, 900, 1000, 1200];
    const scan = await series(() => ({ ...ctElements, ...set(0x00281053, 'DS', '1'), ...set(0x00281052, 'DS', '0'), ...ctPixels(values) }));
    expect(scan.issues).toEqual([]);
  });

  it('names every slice of the volume: its file, its frame, its rescale pair and padding', async () => {
    const scan = await series((k) => ({ ...set(0x00281053, 'DS', String(1 + k)), ...set(0x00280120, 'US', [4000]) }));
    if (scan.origin.kind !== 'dicom') throw new Error('a DICOM origin was expected');
    expect(scan.origin.slices.map(({ frame, rescaleSlope, pixels, height: z }) => [frame, rescaleSlope, pixels.padding, z])).toEqual(
      slices.map((k) => [0, 1 + k, [4000, 4000], 30 + 2.5 * k]),
    );
    expect(new Set(scan.origin.slices.map(({ path }) => path)).size).toBe(4);
  });

  it.each(['explicit', 'implicit', 'big-endian'] satisfies Encoding[])('recognises %s files without preamble and meta group', async (encoding) => {
    const bodies = slices.map((k) => {
      const bytes = dicomBytes(sliceElements(k), encoding);
      return bytes.subarray(readMetaGroup(bytes).end);
    });
    expect((await readFiles(bodies)).volume.samples).toEqual((await series()).volume.samples);
  });

  it('recognises files whose meta group has no preamble', async () => {
    const bodies = slices.map((k) => dicomBytes(sliceElements(k)).subarray(132));
    expect((await readFiles(bodies)).volume.shape).toEqual([4, 3, 4]);
  });

  it('decodes GB18030, ISO 2022 and UTF-8 scanner names', async () => {
    const model = async (characterSet: string, bytes: string) =>
      (await series(() => ({ ...set(0x00080005, 'CS', characterSet), ...set(0x00081090, 'LO', Buffer.from(bytes, 'hex')) }))).acquisition.model;
    expect(await model('GB18030', 'c1aad3b02075cd52')).toMatch(/^联影/);
    expect(await model('ISO_IR 192', 'e88194e5bdb12075')).toBe('联影 u');
    expect(await model('\\ISO 2022 IR 87', '1b2442454c47201b284220')).toMatch(/\p{Script=Han}/u);
    expect(await model('ISO_IR 100', '4df86c6c6572')).toBe('Møller');
    // an unknown set leaves what is surely text
    expect(await model('KLINGON', '4142ff4344')).toMatch(/^AB.?CD$/);
  });

  it('flags lossy sources', async () => {
    const scan = await series(() => set(0x00282110, 'CS', '01'));
    expect(scan.issues.map(({ code }) => code)).toEqual(['LOSSY_SOURCE']);
  });

  it('flags a map to real-world values, which a harmonized series cannot keep', async () => {
    const scan = await series(() => set(0x00409096, 'SQ', [[realWorldUnit('1')]]));
    expect(scan.issues.map(({ code }) => code)).toEqual(['VALUE_MAP']);
  });

  it('takes one instance stored twice once, and refuses two contents under one UID', async () => {
    const files = slices.map((k) => dicomBytes(sliceElements(k)));
    expect((await readFiles([...files, files[1]!])).volume.shape).toEqual([4, 3, 4]);
    const other = dicomBytes(sliceElements(1, set(0x00180080, 'DS', '2301')));
    expect(await refusal(readFiles([...files, other]))).toBe('DUP_SOP');
  });

  it('is written as NIfTI on its own grid, and reads back equal', async () => {
    const folder = await scratchFolder();
    const scan = await series((k) => set(0x7fe00010, 'OW', Array.from({ length: 12 }, (_, i) => 1000 + 100 * k + i)));
    const path = join(folder, 'out.nii.gz');
    const written = await writeScan(scan, scan.volume, path, { datatype: 'source', description: 'concord' });
    const back = await readScan({ format: 'nifti', name: 'out', paths: [path] });
    expect(written.datatype).toBe('int16');
    expect(back.volume).toEqual(scan.volume);
    expect(back.issues).toEqual([]);
  });

  it('allows DERIVED only when asked', async () => {
    const derived = set(0x00080008, 'CS', 'DERIVED\\PRIMARY\\M');
    const files = slices.map((k) => dicomBytes(sliceElements(k, derived)));
    expect(await refusal(readFiles(files))).toBe('DERIVED_INPUT');
    const { inputs } = await findScans(await writeSeries(await scratchFolder(), files));
    expect((await readScan({ ...inputs[0]!, allow: ['derived'] })).volume.shape).toEqual([4, 3, 4]);
  });
});

const ctPixels = (values: number[]): Overrides => set(0x7fe00010, 'OW', values);
const each = (overrides: Overrides) => () => overrides;
const whenLast = (overrides: Overrides) => (k: number) => (k === 3 ? overrides : {});
const height = (z: number): Overrides => set(0x00200032, 'DS', `-10\\-20\\${z}`);

describe('a series is refused', () => {
  it.each<[string, string, (k: number) => Overrides]>([
    ['enhanced MR', 'UNSUPPORTED_SOP_CLASS_ENHANCED', each(set(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.4.1'))],
    ['three samples per pixel', 'COLOR', each(set(0x00280002, 'US', [3]))],
    ['palette colour', 'COLOR', each(set(0x00280004, 'CS', 'PALETTE COLOR'))],
    ['localizer', 'LOCALIZER', each(set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\LOCALIZER'))],
    ['mosaic', 'MOSAIC', each(set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\M\\MOSAIC'))],
    ['harmonized', 'ALREADY_HARMONIZED', each(set(0x00080008, 'CS', 'DERIVED\\SECONDARY\\M\\HARMONIZED'))],
    ['phase', 'COMPLEX_COMPONENT', each(set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\P\\ND'))],
    ['real part by attribute', 'COMPLEX_COMPONENT', each(set(0x00089208, 'CS', 'REAL'))],
    ['b-value 1000', 'DWI_RAW', each(set(0x00189087, 'FD', doubleBytes(1000)))],
    ['Siemens private b-value', 'DWI_RAW', each(set(0x0019100c, 'IS', '1000'))],
    ['ADC map', 'QUANTITATIVE_MAP', each(set(0x00080008, 'CS', 'DERIVED\\PRIMARY\\DIFFUSION\\ADC'))],
    ['T1 map', 'QUANTITATIVE_MAP', each(set(0x00080008, 'CS', 'DERIVED\\PRIMARY\\M\\T1 MAP'))],
    ['MR in ms by RescaleType', 'QUANTITATIVE_MAP', each(set(0x00281054, 'LO', 'ms'))],
    ['field map sequence', 'QUANTITATIVE_MAP', each(set(0x00180024, 'SH', '*fm2d2r'))],
    ['real-world values in mm2/s', 'QUANTITATIVE_MAP', each(set(0x00409096, 'SQ', [[realWorldUnit('mm2/s')]]))],
    ['burned-in text', 'BURNED_IN', each(set(0x00280301, 'CS', 'YES'))],
    ['CT without rescale', 'NOT_HU', each({ ...ctElements, 0x00281053: null })],
    ['CT with RescaleType US', 'NOT_HU', each({ ...ctElements, ...set(0x00281054, 'LO', 'US') })],
    ['no position', 'MALFORMED', each({ 0x00200032: null })],
    ['a position of two numbers', 'MALFORMED', each(set(0x00200032, 'DS', '1\\2'))],
    ['row and column not orthogonal', 'MALFORMED', each(set(0x00200037, 'DS', '1\\0\\0\\1\\0\\0'))],
    ['pixel spacing 0', 'MALFORMED', each(set(0x00280030, 'DS', '0\\1'))],
    ['BitsStored above BitsAllocated', 'MALFORMED', each(set(0x00280101, 'US', [17]))],
    ['Rows as UL', 'MALFORMED', each(set(0x00280010, 'UL', Buffer.from([3, 0, 0, 0])))],
    ['pixel data too short', 'PIXEL_LENGTH', each(set(0x7fe00010, 'OW', [1, 2, 3]))],
    ['pixel data too long', 'PIXEL_LENGTH', each(set(0x7fe00010, 'OW', Array.from({ length: 13 }, (_, i) => i)))],
    ['no pixel data', 'PIXEL_LENGTH', each({ 0x7fe00010: null })],
    ['constant pixels', 'CONSTANT', each(set(0x7fe00010, 'OW', Array.from({ length: 12 }, () => 9)))],
    ['two echo times', 'MIXED_SERIES', whenLast(set(0x00180081, 'DS', '92'))],
    ['two matrices', 'MIXED_SERIES', whenLast(set(0x00280010, 'US', [6]))],
    ['two orientations', 'MIXED_SERIES', whenLast(set(0x00200037, 'DS', '0.9950042\\0.0998334\\0\\-0.0998334\\0.9950042\\0'))],
    ['GE series plane of three planes', 'LOCALIZER', each({ ...set(0x00080070, 'LO', 'GE MEDICAL SYSTEMS'), ...set(0x00191017, 'SS', [256]) })],
    ['Philips private b-value', 'DWI_RAW', each({ ...set(0x00080070, 'LO', 'Philips'), ...set(0x20011003, 'FL', floatBytes(800)) })],
    ['GE private b-value with its mark', 'DWI_RAW', each({ ...set(0x00080070, 'LO', 'GE MEDICAL SYSTEMS'), ...set(0x00431039, 'IS', '1000000800\\8\\0\\0') })],
    ['GE private phase', 'COMPLEX_COMPONENT', each({ ...set(0x00080070, 'LO', 'GE MEDICAL SYSTEMS'), ...set(0x0043102f, 'SS', [1]) })],
    ['isotropic diffusion', 'QUANTITATIVE_MAP', each(set(0x00189075, 'CS', 'ISOTROPIC'))],
    ['a perfusion map by FrameType', 'QUANTITATIVE_MAP', each(set(0x00089007, 'CS', 'DERIVED\\PRIMARY\\CBF\\NONE'))],
    ['SUV by Units', 'QUANTITATIVE_MAP', each(set(0x00541001, 'CS', 'BQML'))],
    ['CT reformatted: MPR', 'DERIVED_INPUT', each({ ...ctElements, ...set(0x00080008, 'CS', 'DERIVED\\SECONDARY\\MPR') })],
    ['CT projected: MIP', 'DERIVED_INPUT', each({ ...ctElements, ...set(0x00080008, 'CS', 'DERIVED\\PRIMARY\\MIP') })],
    ['CT topogram', 'LOCALIZER', each({ ...ctElements, ...set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\LOCALIZER\\CT_SOM5 TOP') })],
    ['dual-energy map in mg/ml', 'NOT_HU', each({ ...ctElements, ...set(0x00281054, 'LO', 'MGML') })],
    ['one CT slice of another contrast phase', 'MIXED_SERIES', (k) => ({ ...ctElements, ...(k === 3 ? set(0x00180010, 'LO', 'Agent') : {}) })],
    ['one CT slice of another kernel', 'MIXED_SERIES', (k) => ({ ...ctElements, ...set(0x00181210, 'SH', k === 3 ? 'B70f' : 'B40f') })],
    ['multi-energy CT', 'NOT_HU', each({ ...ctElements, ...set(0x00189361, 'CS', 'YES') })],
    ['CT that lost its intercept', 'NOT_HU', each({ ...ctElements, ...set(0x00281053, 'DS', '1'), ...set(0x00281052, 'DS', '0'), ...ctPixels([0, 1, 2, 3, 1020, 1040, 1050, 1055, 1060, 1065, 1070, 1500]) })],
    ['CT whose air lies near -520', 'NOT_HU', each({ ...ctElements, ...set(0x00281053, 'DS', '1'), ...set(0x00281052, 'DS', '0'), ...ctPixels([-520, -521, -522, -523, -524, -525, 0, 10, 20, 30, 40, 50]) })],
    ['two rescale pairs in CT', 'MIXED_SERIES', (k) => ({ ...ctElements, ...(k === 3 ? set(0x00281052, 'DS', '0') : {}) })],
    ['one position twice', 'DUP_POSITION', whenLast(height(30))],
    ['one position twice with two acquisitions', 'MIXED_SERIES', whenLast({ ...height(30), ...set(0x00200012, 'IS', '2') })],
    ['a gap of two spacings in MR', 'MISSING_SLICES', whenLast(height(40))],
    ['spacings of 2.5 and 3.1 mm', 'VARIABLE_SPACING', whenLast(height(38.1))],
    ['three orthogonal planes', 'LOCALIZER', (k) => set(0x00200037, 'DS', ['1\\0\\0\\0\\1\\0', '0\\1\\0\\0\\0\\-1', '1\\0\\0\\0\\0\\-1'][k % 3]!)],
  ])('%s: %s', async (_, code, change) => {
    expect(await refusal(series(change))).toBe(code);
  });

  it('in an unknown transfer syntax, by its number and no other text', async () => {
    const files = slices.map((k) => dicomBytes(sliceElements(k), 'explicit', '1.2.840.10008.1.2.4.102'));
    expect(await refusal(readFiles(files))).toBe('UNSUPPORTED_TS');
    const named = slices.map((k) => dicomBytes(sliceElements(k), 'explicit', 'ZZPHI7431'));
    const outcome = (await readFiles(named).catch((error: unknown) => error)) as ScanRefusal;
    expect([outcome.issue.code, outcome.message.includes('ZZPHI')]).toEqual(['UNSUPPORTED_TS', false]);
  });

  it('with two slices: TOO_FEW_SLICES', async () => {
    expect(await refusal(readFiles([0, 1].map((k) => dicomBytes(sliceElements(k)))))).toBe('TOO_FEW_SLICES');
  });

  it('when one file ends early: TRUNCATED, and not as a shorter series', async () => {
    const files = slices.map((k) => dicomBytes(sliceElements(k)));
    files[3] = files[3]!.subarray(0, files[3]!.length - 5);
    expect(await refusal(readFiles(files))).toBe('TRUNCATED');
  });

  it('when it needs more memory than allowed: 48 voxels are 192 bytes', async () => {
    const { inputs } = await findScans(await writeSeries(await scratchFolder(), slices.map((k) => dicomBytes(sliceElements(k)))));
    expect(await refusal(readScan(inputs[0]!, { maxBytes: 191 }))).toBe('TOO_LARGE');
    expect((await readScan(inputs[0]!, { maxBytes: 192 })).volume.samples.length).toBe(48);
  });

  it.each([
    ['JPEG of another size', '1.2.840.10008.1.2.4.70', Buffer.from('ffd8ffc3000b0c0004000401011100', 'hex'), 'PIXEL_LENGTH'],
    ['JPEG 2000 that is not', '1.2.840.10008.1.2.4.90', Buffer.alloc(64, 3), 'MALFORMED'],
    ['JPEG with nothing after its header', '1.2.840.10008.1.2.4.70', Buffer.from('ffd8ffc3000b0c00030004010111000000', 'hex'), 'MALFORMED'],
    ['RLE with an offset outside', '1.2.840.10008.1.2.5', rleHeader(2, 64, 9000), 'MALFORMED'],
    ['RLE with one segment for 16 bits', '1.2.840.10008.1.2.5', rleHeader(1, 64, 0), 'MALFORMED'],
  ])('with %s', async (_, syntax, frame, code) => {
    const pixels = { 0x7fe00010: encapsulatedElement(frame) };
    const files = slices.map((k) => dicomBytes(sliceElements(k, pixels), 'explicit', syntax));
    expect(await refusal(readFiles(files))).toBe(code);
  });

  it('and its files are never changed', async () => {
    const folder = await writeSeries(await scratchFolder(), slices.map((k) => dicomBytes(sliceElements(k))));
    const copy = await scratchFolder();
    for (const name of await readdir(folder)) await copyFile(join(folder, name), join(copy, name));
    const [before, after] = [(await findScans(copy)).inputs[0]!, (await findScans(folder)).inputs[0]!];
    expect((await readScan(after)).sha256).toBe((await readScan(before)).sha256);
  });
});

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function realWorldUnit(code: string): DicomElement {
  return { tag: 0x004008ea, vr: 'SQ', value: [[{ tag: 0x00080100, vr: 'SH', value: code }]] };
}

function floatBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function rleHeader(segments: number, first: number, second: number): Buffer {
  const frame = Buffer.alloc(80);
  frame.writeUInt32LE(segments, 0);
  frame.writeUInt32LE(first, 4);
  frame.writeUInt32LE(second, 8);
  return frame;
}
