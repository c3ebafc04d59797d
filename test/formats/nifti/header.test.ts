import { describe, expect, it } from 'vitest';

import { ScanRefusal } from '../../../src/core/issues.ts';
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts';
import { niftiBytes } from '../../support/niftiBytes.ts';

/** NIfTI-1 little endian with one number overwritten. */
function damaged(change: (view: DataView) => void): Buffer {
  const bytes = niftiBytes();
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return bytes;
}

function codeOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof ScanRefusal) return error.issue.code;
    throw error;
  }
  return 'none';
}

describe('parseNiftiHeader', () => {
  it.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
  ] as const)('reads NIfTI-%i, little endian %s', (version, littleEndian) => {
    const header = parseNiftiHeader(niftiBytes({ version, littleEndian, slope: 2, inter: -7, kind: 'uint16' }));
    expect(header).toMatchObject({
      littleEndian,
      shape: [3, 4, 5],
      datatype: 'uint16',
      voxOffset: version === 1 ? 352 : 544,
      sclSlope: 2,
      sclInter: -7,
      pixdim: [1, 2, 3],
      srow: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0],
    });
    expect(header.layout.version).toBe(version);
  });

  it.each([
    ['sizeof_hdr 347', 'MALFORMED', (v: DataView) => v.setInt32(0, 347, true)],
    ['magic "n+9"', 'MALFORMED', (v: DataView) => v.setUint8(345, 0x39)],
    ['magic "ni1", a file pair', 'UNSUPPORTED_FORMAT', (v: DataView) => v.setUint8(345, 0x69)],
    ['no magic, Analyze 7.5', 'UNSUPPORTED_FORMAT', (v: DataView) => v.setUint32(344, 0)],
    ['dim[0] = 0', 'MALFORMED', (v: DataView) => v.setInt16(40, 0, true)],
    ['dim[0] = 8', 'MALFORMED', (v: DataView) => v.setInt16(40, 8, true)],
    ['dim[1] = -1', 'MALFORMED', (v: DataView) => v.setInt16(42, -1, true)],
    ['dim[3] = 0', 'MALFORMED', (v: DataView) => v.setInt16(46, 0, true)],
    ['dim[0] = 2', 'NOT_3D', (v: DataView) => v.setInt16(40, 2, true)],
    ['datatype 3', 'MALFORMED', (v: DataView) => v.setInt16(70, 3, true)],
    ['datatype rgb24', 'COLOR', (v: DataView) => v.setInt16(70, 128, true)],
    ['datatype rgba32', 'COLOR', (v: DataView) => v.setInt16(70, 2304, true)],
    ['datatype complex64', 'COMPLEX_COMPONENT', (v: DataView) => v.setInt16(70, 32, true)],
    ['datatype float128', 'UNSUPPORTED_FORMAT', (v: DataView) => v.setInt16(70, 1536, true)],
    ['bitpix 8 for int16', 'MALFORMED', (v: DataView) => v.setInt16(72, 8, true)],
    ['pixdim[2] = 0', 'MALFORMED', (v: DataView) => v.setFloat32(84, 0, true)],
    ['pixdim[2] = NaN', 'MALFORMED', (v: DataView) => v.setFloat32(84, Number.NaN, true)],
    ['vox_offset 348', 'MALFORMED', (v: DataView) => v.setFloat32(108, 348, true)],
    ['vox_offset 352.5', 'MALFORMED', (v: DataView) => v.setFloat32(108, 352.5, true)],
    ['slope infinite', 'MALFORMED', (v: DataView) => v.setFloat32(112, Infinity, true)],
    ['intercept infinite', 'MALFORMED', (v: DataView) => v.setFloat32(116, -Infinity, true)],
  ])('refuses %s as %s', (_, code, change) => {
    expect(codeOf(() => parseNiftiHeader(damaged(change)))).toBe(code);
  });

  it('refuses a header of 347 bytes as TRUNCATED', () => {
    expect(codeOf(() => parseNiftiHeader(niftiBytes().subarray(0, 347)))).toBe('TRUNCATED');
  });

  it('takes trailing axes of length 1, and refuses a fourth axis of length 2', () => {
    expect(parseNiftiHeader(niftiBytes({ dims: [3, 4, 5, 1, 1] })).shape).toEqual([3, 4, 5]);
    expect(codeOf(() => parseNiftiHeader(niftiBytes({ dims: [3, 4, 5, 2] })))).toBe('NOT_3D');
    expect(codeOf(() => parseNiftiHeader(niftiBytes({ dims: [3, 4, 5, 1, 3] })))).toBe('NOT_3D');
  });

  it.each([0, Number.NaN])('reads slope %s as no scaling, and then ignores the intercept', (slope) => {
    expect(parseNiftiHeader(niftiBytes({ slope, inter: 40 }))).toMatchObject({ sclSlope: 1, sclInter: 0 });
  });
});
