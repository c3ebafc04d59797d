import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { ConcordError } from '../../src/core/errors.ts';
import { parseDataSet } from '../../src/formats/dicom/dataSet.ts';
import { frameWordsOf, storedValueOf } from '../../src/formats/dicom/framePixels.ts';
import { readHeader } from '../../src/formats/dicom/identify.ts';
import { preScan } from '../../src/formats/dicom/preScan.ts';
import { findScans, readScan } from '../../src/formats/scan.ts';
import { describeWithOracle, oraclePython, runOracle } from '../support/oraclePython.ts';
import { pydicomVerdicts } from './pydicomVerdicts.ts';

function testFiles(): string {
  const args = ['-c', 'import os, pydicom.data; print(os.path.join(os.path.dirname(pydicom.data.__file__), "test_files"))'];
  return execFileSync(oraclePython()!, args, { encoding: 'utf8' }).trim();
}

function filesOf(root: string): string[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile() && !/\.pyc?$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

async function verdictOf(path: string): Promise<string> {
  const { inputs, issues, passedOver } = await findScans(path, { allowDerived: true });
  const codes = issues.map(({ issue }) => issue.code as string);
  for (const input of inputs) codes.push(await readScan(input).then(() => 'read', codeOf));
  return codes.length > 0 ? codes.join(' ') : Object.entries(passedOver).filter(([, count]) => count > 0).map(([what]) => what).join(' ');
}

async function valuesOf(path: string): Promise<Int32Array> {
  const header = await readHeader(path);
  return Int32Array.from(await frameWordsOf(header, parseDataSet(preScan(readFileSync(path))).pixelData()), storedValueOf(header.pixels));
}

/** Whatever is no typed refusal is shown as it is, and is in no table. */
function codeOf(error: unknown): string {
  return (error instanceof ConcordError ? error.issueCode : undefined) ?? String(error);
}

const expected = (file: string): string | undefined =>
  Object.entries(pydicomVerdicts).find(([, files]) => files.includes(file) || files.includes(`${dirname(file)}/*`))?.[0];

describeWithOracle("pydicom's own test files", ['pydicom', 'numpy'], () => {
  it('get the verdicts of the table, all of them', async () => {
    const root = testFiles();
    const files = filesOf(root);
    const verdicts: Record<string, string> = {};
    for (const file of files) verdicts[file] = await verdictOf(join(root, file));
    expect(verdicts).toEqual(Object.fromEntries(files.map((file) => [file, expected(file)])));
    expect(files.length).toBeGreaterThan(150);
  });

  it('hold the stored values that pydicom reads, as far as its own decoders go', async () => {
    const root = testFiles();
    const files = filesOf(root).filter((file) => expected(file) === 'TOO_FEW_SLICES').map((file) => join(root, file));
    const oracle = (await runOracle('dicom_pixels.py', [JSON.stringify(files)])) as ([number, number, number, number] | null)[];
    let compared = 0;
    for (const [index, file] of files.entries()) {
      const theirs = oracle[index];
      const values = await valuesOf(file).catch(codeOf);
      if (theirs === null || theirs === undefined || typeof values === 'string') continue;
      const [low, high, sum] = values.reduce(([a, b, c], value) => [Math.min(a, value), Math.max(b, value), c + value], [Infinity, -Infinity, 0]);
      expect([file.slice(root.length), values.length, low, high, sum]).toEqual([file.slice(root.length), ...theirs]);
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  it('compressed ones equal their uncompressed siblings', async () => {
    const root = testFiles();
    const plain = await valuesOf(join(root, 'MR_small.dcm'));
    for (const file of ['MR_small_RLE.dcm', 'MR_small_bigendian.dcm', 'MR_small_implicit.dcm', 'MR_small_jp2klossless.dcm', 'MR_small_jpeg_ls_lossless.dcm']) {
      expect((await valuesOf(join(root, file))).every((value, at) => value === plain[at]), file).toBe(true);
    }
  });
});
