import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { ScanRefusal } from '../../src/core/issues.ts';
import { parseDataSet, parseElements } from '../../src/formats/dicom/dataSet.ts';
import { preScan } from '../../src/formats/dicom/preScan.ts';
import { findScans, readScan } from '../../src/formats/scan.ts';
import type { Scan } from '../../src/formats/scan.ts';
import { bidsFacts } from '../../src/pipeline/sidecar.ts';
import { dicomBytes, encapsulatedElement, sliceElements, writeSeries } from '../support/dicomBytes.ts';
import type { Overrides } from '../support/dicomBytes.ts';
import { describeWithOracle, describeWithProgram, runOracle } from '../support/oraclePython.ts';
import { scratchFolder } from '../support/scratch.ts';
import { describeWithData } from '../support/sharedData.ts';

async function readOnly(folder: string, options?: { allowDerived: boolean }): Promise<Scan> {
  const { inputs } = await findScans(folder, options);
  expect(inputs).toHaveLength(1);
  return readScan(inputs[0]!);
}

async function refusalOf(folder: string): Promise<string> {
  const outcome = await readOnly(folder).catch((error: unknown) => error);
  return outcome instanceof ScanRefusal ? outcome.issue.code : `not refused: ${String(outcome)}`;
}

/** Where our voxel (i, j, k) lies in another array of the same scan: a permutation with flips, found by geometry. */
function sameVoxel(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]) {
  const column = (rows: readonly (readonly number[])[], axis: number): number[] => rows.map((row) => row[axis]!);
  const axes = [0, 1, 2].map((axis) => {
    const mine = column(ours, axis);
    const other = [0, 1, 2].find((candidate) => {
      const step = column(theirs, candidate);
      const dot = mine.reduce((sum, value, d) => sum + value * step[d]!, 0);
      return Math.abs(dot) > 0.9 * Math.hypot(...mine) * Math.hypot(...step);
    })!;
    const sign = Math.sign(mine.reduce((sum, value, d) => sum + value * theirs[d]![other]!, 0));
    return { other, sign };
  });
  return axes;
}

/** Largest difference between two affines of one scan, in mm, after bringing theirs to our voxel order. */
function affineGap(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[], shape: readonly number[]): number {
  const axes = sameVoxel(ours, theirs);
  let gap = 0;
  for (let d = 0; d < 3; d++) {
    let origin = theirs[d]![3]!;
    axes.forEach(({ other, sign }, axis) => {
      gap = Math.max(gap, Math.abs(ours[d]![axis]! - sign * theirs[d]![other]!));
      if (sign < 0) origin += theirs[d]![other]! * (shape[axis]! - 1);
    });
    gap = Math.max(gap, Math.abs(ours[d]![3]! - origin));
  }
  return gap;
}

/** Every fact that both sidecars give, and that ours gives those for which sites differ. dcm2niix writes SIEMENS as Siemens, and a kernel with its second value. */
function expectSameFacts(ours: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>>): void {
  const shared = Object.keys(ours).filter((key) => ours[key] !== undefined && key in theirs && !['Manufacturer', 'ConvolutionKernel'].includes(key));
  // dcm2niix prints six digits: 0.9 for a slice thickness of 0.900000035763
  const sixDigits = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);
  expect(shared.map((key) => [key, sixDigits(ours[key])])).toEqual(shared.map((key) => [key, theirs[key]]));
  expect(String(ours['Manufacturer']).toLowerCase()).toBe(String(theirs['Manufacturer']).toLowerCase());
  const needed = theirs['Modality'] === 'CT' ? ['ManufacturersModelName'] : ['EchoTime', 'FlipAngle', 'InversionTime', 'MagneticFieldStrength', 'ManufacturersModelName', 'RepetitionTime', 'SequenceName', 'SliceThickness'];
  expect(shared.sort()).toEqual(needed);
  expect(String(theirs['ConvolutionKernel']).split('\\')[0]).toBe(String(ours['ConvolutionKernel']));
}

describeWithData(
  'the shared series',
  [
    'dicom/mr-siemens-skyra-mprage',
    'dicom/ct-siemens-mct-abdomen',
    'dicom/ct-ge-hispeed-head-tilted',
    'dicom/mr-siemens-prisma-dual-echo-phantom',
    'dicom/mr-siemens-fieldmap',
  ],
  ([mprage, abdomen, tilted, dualEcho, fieldmap]) => {
    it('MPRAGE is read as MR with its acquisition', async () => {
      const scan = await readOnly(mprage);
      expect(scan).toMatchObject({ modality: 'MR', datatype: 'int16', issues: [] });
      expect(scan.volume.shape).toEqual([256, 256, 192]);
      expect(scan.acquisition).toMatchObject({ manufacturer: 'SIEMENS', model: 'Skyra', fieldStrengthT: 3, echoTimeMs: 2.52 });
    });

    it('abdomen CT in JPEG 2000 is read in HU, and nothing is printed', async () => {
      const print = vi.spyOn(process.stdout, 'write');
      const scan = await readOnly(abdomen);
      expect(print.mock.calls.filter(([text]) => String(text).includes('[INFO]'))).toEqual([]);
      print.mockRestore();
      expect(scan.modality).toBe('CT');
      expect(scan.volume.samples.reduce((low, value) => Math.min(low, value), 0)).toBe(-1024);
    }, 240_000);

    it('the tilted head is read on its own sheared grid, its spacings and tilt flagged', async () => {
      const { volume, issues } = await readOnly(tilted);
      expect(volume.shape).toEqual([512, 512, 28]);
      expect(issues.map(({ code, severity, detail }) => [code, severity, detail])).toEqual([
        ['VARIABLE_SPACING', 'flag', 'spacings of 1.08 mm (1 times) and 4.00 mm (13 times) and 7.00 mm (13 times)'],
        ['GANTRY_TILT', 'flag', '18.50 degrees'],
      ]);
      // the slices follow each other straight up while their plane is tilted: the third axis is not normal to the second
      const [, j, k] = [0, 1, 2].map((axis) => volume.affine.rows.map((row) => row[axis]!));
      const cosine = j!.reduce((sum, value, d) => sum + value * k![d]!, 0) / Math.hypot(...j!) / Math.hypot(...k!);
      expect((Math.asin(cosine) * 180) / Math.PI).toBeCloseTo(18.5, 2);
    });

    it('the dual echo is two volumes, the field map is refused as a map', async () => {
      const { inputs } = await findScans(dualEcho);
      expect(inputs.map(({ name, summary }) => [name.slice(20), summary?.part])).toEqual([['echo-1', 'EchoTime 11'], ['echo-2', 'EchoTime 92']]);
      for (const input of inputs) expect((await readScan(input)).volume.shape).toEqual([64, 64, 35]);
      expect(await refusalOf(fieldmap)).toBe('QUANTITATIVE_MAP');
    });
  },
);

describeWithProgram('dcm2niix agrees', ['dcm2niix'], () => {
  describeWithData('on', ['dicom/mr-siemens-prisma-dual-echo-phantom', 'dicom/ct-ge-hispeed-head-tilted'], ([dualEcho, tilted]) => {
    it('both echoes of the phantom: affine to 1e-4 mm', async () => {
      const output = await scratchFolder();
      execFileSync('dcm2niix', ['-z', 'n', '-b', 'n', '-f', 'x_%e', '-o', output, dualEcho], { stdio: 'ignore' });
      const { inputs } = await findScans(dualEcho);
      for (const [index, input] of inputs.entries()) {
        const theirs = (await readScan({ format: 'nifti', name: 'x', paths: [join(output, `x_${index + 1}.nii`)] })).volume;
        const ours = (await readScan(input)).volume;
        expect(affineGap(ours.affine.rows, theirs.affine.rows, ours.shape)).toBeLessThan(1e-4);
      }
    });

    it('the tilted head: rows and origin; its columns and slices are scaled by the tilt there, and as in the files here', async () => {
      const output = await scratchFolder();
      execFileSync('dcm2niix', ['-z', 'n', '-b', 'n', '-f', 'x', '-o', output, tilted], { stdio: 'ignore' });
      const theirs = (await readScan({ format: 'nifti', name: 'x', paths: [join(output, 'x.nii')] })).volume.affine.rows;
      const ours = (await readOnly(tilted)).volume.affine.rows;
      for (const axis of [0, 3]) {
        for (const d of [0, 1, 2]) expect(Math.abs(ours[d]![axis]! - theirs[d]![axis]!)).toBeLessThan(1e-4);
      }
      const length = (rows: readonly (readonly number[])[], axis: number): number => Math.hypot(...rows.map((row) => row[axis]!));
      // PixelSpacing is 0.488281 mm; dcm2niix divides by the cosine of the tilt to prepare its own resampling
      expect([length(ours, 1), length(theirs, 1)].map((mm) => mm.toFixed(4))).toEqual(['0.4883', '0.5377']);
      const step = (rows: readonly (readonly number[])[]): number => length(rows, 2);
      expect(step(theirs)).toBeCloseTo(3.795, 3);
      // (157.7760586 - 5.8360586) / 27: first and last position are where the scanner said
      expect(step(ours)).toBeCloseTo(5.6274, 3);
    });
  });

  describeWithData('on', ['dicom/mr-siemens-skyra-mprage', 'dicom/ct-siemens-mct-abdomen'], ([mprage, abdomen]) => {
    it.each([['MPRAGE', mprage], ['abdomen CT', abdomen]])('%s: affine to 1e-4 mm, every voxel equal, and the facts of its sidecar', async (_, folder) => {
      const output = await scratchFolder();
      execFileSync('dcm2niix', ['-z', 'n', '-b', 'y', '-f', 'x', '-o', output, folder], { stdio: 'ignore' });
      const name = readdirSync(output).find((file) => file.endsWith('.nii'))!;
      const theirs = (await readScan({ format: 'nifti', name: 'x', paths: [join(output, name)] })).volume;
      const scan = await readOnly(folder);
      expectSameFacts(bidsFacts(scan.acquisition, 'dicom'), JSON.parse(await readFile(join(output, name.replace(/nii$/, 'json')), 'utf8')) as Record<string, unknown>);
      const ours = scan.volume;
      expect(affineGap(ours.affine.rows, theirs.affine.rows, ours.shape)).toBeLessThan(1e-4);
      const axes = sameVoxel(ours.affine.rows, theirs.affine.rows);
      const strides = [1, theirs.shape[0], theirs.shape[0] * theirs.shape[1]];
      const steps = axes.map(({ other, sign }) => sign * strides[other]!);
      const start = axes.reduce((at, { other, sign }) => at + (sign < 0 ? strides[other]! * (theirs.shape[other]! - 1) : 0), 0);
      let different = 0;
      for (let k = 0, at = 0; k < ours.shape[2]; k++) {
        for (let j = 0; j < ours.shape[1]; j++) {
          for (let i = 0; i < ours.shape[0]; i++, at++) {
            const there = start + i * steps[0]! + j * steps[1]! + k * steps[2]!;
            if (ours.samples[at] !== theirs.samples[there]) different++;
          }
        }
      }
      expect(different).toBe(0);
    }, 240_000);
  });
});

describeWithOracle('SimpleITK agrees', ['SimpleITK', 'numpy'], () => {
  describeWithData('on', ['dicom/mr-siemens-skyra-mprage'], ([mprage]) => {
    it('MPRAGE: size, geometry to 1e-3 mm, sum and voxels', async () => {
      const { volume } = await readOnly(mprage);
      const files = readdirSync(mprage).sort().map((name) => join(mprage, name));
      const at = [[10, 20, 30], [200, 100, 150], [128, 128, 96]];
      const oracle = (await runOracle('dicom_series.py', [JSON.stringify(files), JSON.stringify(at)])) as {
        size: number[];
        lps: number[][];
        sum: number;
        voxels: number[];
      };
      expect(oracle.size).toEqual(volume.shape);
      const ras = oracle.lps.map((row, axis) => row.map((value) => (axis < 2 ? -value : value)));
      // ITK makes its directions orthonormal, which moves far corners by a little
      expect(affineGap(volume.affine.rows, ras, volume.shape)).toBeLessThan(1e-3);
      expect(volume.samples.reduce((sum, value) => sum + value, 0)).toBe(oracle.sum);
      const axes = sameVoxel(volume.affine.rows, ras);
      at.forEach((there, n) => {
        const [i, j, k] = axes.map(({ other, sign }) => (sign > 0 ? there[other]! : oracle.size[other]! - 1 - there[other]!));
        expect(volume.samples[i! + 256 * (j! + 256 * k!)]).toBe(oracle.voxels[n]);
      });
    });
  });
});

/** A smooth 64×48 picture with some noise, 12 or 8 bits, one slice each; made by arithmetic alone. */
function picture(k: number, top: number): number[] {
  return Array.from({ length: 64 * 48 }, (_, at) => {
    const [column, row] = [at % 64, Math.floor(at / 64)];
    return Math.round(top * (0.5 + 0.4 * Math.sin(column / 9 + k) * Math.cos(row / 7))) + ((column * 7 + row * 13 + k) % 5);
  });
}

/** Signed ones begin at -1024, as CT does that stores HU. */
function pictureSeries(bits: 8 | 12 | 16): Buffer[] {
  return [0, 1, 2].map((k) => {
    const values = picture(k, bits === 8 ? 200 : 3000).map((value) => (bits === 16 ? value - 1024 : value));
    const us = (tag: number, value: number): Overrides => ({ [tag]: { tag, vr: 'US', value: [value] } });
    return dicomBytes(
      sliceElements(k, {
        ...us(0x00280010, 48),
        ...us(0x00280011, 64),
        ...us(0x00280100, bits === 8 ? 8 : 16),
        ...us(0x00280101, bits),
        ...us(0x00280102, bits - 1),
        // gdcm makes one up for every file that has none
        0x0020000d: { tag: 0x0020000d, vr: 'UI', value: '1.2.826.0.1.76' },
        ...us(0x00280103, bits === 16 ? 1 : 0),
        0x7fe00010: { tag: 0x7fe00010, vr: bits === 8 ? 'OB' : 'OW', value: bits === 8 ? Buffer.from(values) : values },
      }),
    );
  });
}

/** Runs a converter on every file of a folder, into a new folder beside it. */
async function convert(folder: string, name: string, program: string, args: readonly string[]): Promise<string> {
  const output = join(folder, '..', name);
  await mkdir(output);
  for (const file of readdirSync(folder)) {
    execFileSync(program, [...args, join(folder, file), join(output, file)], { stdio: 'ignore' });
  }
  return output;
}

function largestGap(a: Scan, b: Scan): number {
  expect(a.volume.affine).toEqual(b.volume.affine);
  let gap = 0;
  a.volume.samples.forEach((value, at) => (gap = Math.max(gap, Math.abs(value - b.volume.samples[at]!))));
  return gap;
}

describeWithProgram('compressed without loss by dcmtk and gdcm', ['dcmcjpeg', 'dcmcjpls', 'dcmcrle', 'dcmconv', 'gdcmconv'], () => {
  it.each<[string, string, string[], 8 | 12 | 16]>([
    ['RLE, signed', 'dcmcrle', [], 16],
    ['JPEG lossless SV1 .70, signed', 'dcmcjpeg', ['+e1'], 16],
    ['JPEG lossless .57, signed', 'dcmcjpeg', ['+el'], 16],
    ['JPEG-LS .80, signed', 'dcmcjpls', ['+el'], 16],
    ['JPEG 2000 lossless .90, signed', 'gdcmconv', ['--j2k'], 16],
    ['big endian, signed', 'dcmconv', ['+tb'], 16],
    ['implicit, signed', 'dcmconv', ['+ti'], 16],
    ['deflated, signed', 'dcmconv', ['+td'], 16],
    ['JPEG-LS .80, 8 bits', 'dcmcjpls', ['+el'], 8],
    ['big endian, 8 bits', 'dcmconv', ['+tb'], 8],
    ['RLE', 'dcmcrle', [], 12],
    ['RLE, 8 bits', 'dcmcrle', [], 8],
    ['JPEG lossless .57', 'dcmcjpeg', ['+el'], 12],
    ['JPEG lossless SV1 .70', 'dcmcjpeg', ['+e1'], 12],
    ['JPEG lossless SV1 .70, 8 bits', 'dcmcjpeg', ['+e1'], 8],
    ['JPEG-LS .80', 'dcmcjpls', ['+el'], 12],
    ['JPEG 2000 lossless .90', 'gdcmconv', ['--j2k'], 12],
    ['JPEG 2000 lossless .90, 8 bits', 'gdcmconv', ['--j2k'], 8],
    ['big endian', 'dcmconv', ['+tb'], 12],
    ['deflated', 'dcmconv', ['+td'], 12],
    ['implicit', 'dcmconv', ['+ti'], 12],
  ])('%s equals the uncompressed series in every voxel', async (_, program, args, bits) => {
    const plain = await writeSeries(join(await scratchFolder(), 'plain'), pictureSeries(bits));
    const packed = await convert(plain, 'packed', program, args);
    expect(largestGap(await readOnly(packed), await readOnly(plain))).toBe(0);
  });

  it('JPEG 2000 .91, which allows a reversible codestream, equals it too', async () => {
    const plain = await writeSeries(join(await scratchFolder(), 'plain'), pictureSeries(12));
    const packed = await convert(plain, 'packed', 'gdcmconv', ['--j2k']);
    for (const name of readdirSync(packed)) {
      const bytes = await readFile(join(packed, name));
      bytes.write('1.2.840.10008.1.2.4.91', bytes.indexOf('1.2.840.10008.1.2.4.90'), 'latin1');
      await writeFile(join(packed, name), bytes);
    }
    expect(largestGap(await readOnly(packed), await readOnly(plain))).toBe(0);
  });
});

describeWithProgram('compressed with loss by dcmtk', ['dcmcjpeg', 'dcmdjpeg', 'dcmcjpls', 'dcmdjpls'], () => {
  it.each<[string, string, string[], string, 8 | 12, number]>([
    // two decoders may round an inverse cosine transform differently by 1
    ['JPEG baseline .50', 'dcmcjpeg', ['+eb', '+q', '90'], 'dcmdjpeg', 8, 1],
    ['JPEG extended .51', 'dcmcjpeg', ['+ee', '+q', '90'], 'dcmdjpeg', 12, 1],
    ['JPEG-LS near-lossless .81', 'dcmcjpls', ['+en', '+md', '2'], 'dcmdjpls', 12, 0],
  ])('%s is decoded as dcmtk decodes it, and refused unless derived images are allowed', async (_, pack, args, unpack, bits, rounding) => {
    const plain = await writeSeries(join(await scratchFolder(), 'plain'), pictureSeries(bits));
    const packed = await convert(plain, 'packed', pack, args);
    const unpacked = await convert(packed, 'unpacked', unpack, []);
    // a lossy encoder must say DERIVED (PS3.3 C.7.6.1.1.2)
    expect(await refusalOf(packed)).toBe('DERIVED_INPUT');
    const ours = await readOnly(packed, { allowDerived: true });
    expect(largestGap(ours, await readOnly(unpacked, { allowDerived: true }))).toBeLessThanOrEqual(rounding);
    expect(ours.issues.map(({ code }) => code)).toEqual(['LOSSY_SOURCE']);
    expect(largestGap(ours, await readOnly(plain))).toBeGreaterThan(0);
  });
});

describe('HTJ2K', () => {
  it('made by OpenJPH is read back exactly', async () => {
    const { default: codec } = (await import('@cornerstonejs/dicom-codec')) as unknown as { default: Encoder };
    const syntax = '1.2.840.10008.1.2.4.201';
    const info = { rows: 48, columns: 64, bitsAllocated: 16, bitsStored: 12, samplesPerPixel: 1, pixelRepresentation: 0, signed: false };
    const files: Buffer[] = [];
    for (const k of [0, 1, 2]) {
      const pixels = new Uint8Array(Uint16Array.from(picture(k, 3000)).buffer);
      const { imageFrame } = await codec.encode(pixels, info, syntax);
      const frame = Buffer.from(imageFrame.buffer, imageFrame.byteOffset, imageFrame.byteLength);
      // the encoder answers with memory that it has freed: the allocator has overwritten the first eight bytes, which
      // are SOC, SIZ, the length of SIZ for one component, and the capability of part 15 (ISO 15444-15 A.2)
      Buffer.from('ff4fff5100294000', 'hex').copy(frame);
      const us = (tag: number, value: number): Overrides => ({ [tag]: { tag, vr: 'US', value: [value] } });
      const overrides = { ...us(0x00280010, 48), ...us(0x00280011, 64), 0x7fe00010: encapsulatedElement(frame) };
      files.push(dicomBytes(sliceElements(k, overrides), 'explicit', syntax));
    }
    const root = await scratchFolder();
    const plain = await readOnly(await writeSeries(join(root, 'plain'), pictureSeries(12)));
    const packed = await readOnly(await writeSeries(join(root, 'packed'), files));
    expect(largestGap(packed, plain)).toBe(0);
  });
});

describe('JPEG XL', () => {
  it.each<[string, 8 | 12 | 16]>([['12 bits', 12], ['8 bits', 8], ['signed', 16]])('made by libjxl is read back exactly: %s', async (_, bits) => {
    const { default: codecs } = await import('dcmjs-codecs');
    await codecs.NativeCodecs.initializeAsync();
    const form = { width: 64, height: 48, bitsAllocated: bits === 8 ? 8 : 16, bitsStored: bits, samplesPerPixel: 1, pixelRepresentation: bits === 16 ? 1 : 0, photometricInterpretation: 'MONOCHROME2' };
    const plain = pictureSeries(bits);
    const files = plain.map((file) => {
      const pixels = parseDataSet(preScan(file)).pixelData()!.bytes;
      const encoded = codecs.NativeCodecs.encodeJpegXl(new codecs.Context({ ...form, decodedBuffer: Uint8Array.from(pixels) }), { lossy: false }).getEncodedBuffer()!;
      const elements = parseElements(preScan(file)).filter(({ tag }) => tag !== 0x7fe00010).map(({ tag, vr, bytes }) => ({ tag, vr: vr!, value: bytes }));
      return dicomBytes([...elements, encapsulatedElement(Buffer.from(encoded))], 'explicit', '1.2.840.10008.1.2.4.110');
    });
    const root = await scratchFolder();
    const packed = await readOnly(await writeSeries(join(root, 'packed'), files));
    expect(largestGap(packed, await readOnly(await writeSeries(join(root, 'plain'), plain)))).toBe(0);
  });
});

type Encoder = { encode: (frame: Uint8Array, info: object, syntax: string) => Promise<{ imageFrame: Uint8Array }> };
