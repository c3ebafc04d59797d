import { mkdir, readdir, realpath, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { eachOf } from '../formats/eachOf.ts';
import { scratchBytes } from '../formats/planeShelf.ts';
import { declaredShape } from '../formats/scan.ts';
import type { ScanInput } from '../formats/scan.ts';
import { outputPaths } from '../pipeline/outputNames.ts';

/** Free space asked for before work begins, over the estimate (operations.md T-23). */
const SPACE_MARGIN = 1.2;
/** A report with its pictures and a record. */
const REPORT_BYTES = 2_000_000;
/** Headers read at a time. */
const SHAPES_AT_ONCE = 8;

/**
 * Refuses an output folder that holds the input or lies in it: outputs would be walked as inputs (operations.md T-21).
 * Links are resolved, also above a folder that does not exist yet.
 *
 * @throws CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function checkDisjoint(inputPath: string, outputDir: string): Promise<void> {
  const [input, output] = [await resolvedPath(inputPath), await resolvedPath(outputDir)];
  if (isWithin(output, input) || isWithin(input, output)) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'Expected input and output apart, got one inside the other.');
  }
}

/** @throws CONCORD_OUTPUT_NOT_WRITABLE when the folder cannot be made */
export async function createOutputFolder(outputDir: string): Promise<void> {
  try {
    await mkdir(outputDir, { recursive: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder cannot be made.', { cause });
  }
}

/** What a run will work on; of `references` one is read at a time. */
export type RunInputs = Readonly<{ inputs: readonly ScanInput[]; references?: readonly ScanInput[]; workers?: number }>;

/**
 * Outputs as large as their inputs, and beside them what long CTs lie in while they are worked on: the largest, one for each worker.
 *
 * @throws CONCORD_NO_SPACE when the disk will clearly not hold them: better now than after an hour
 */
export async function checkFreeSpace(outputDir: string, { inputs, references = [], workers = 1 }: RunInputs): Promise<void> {
  const sizes = inputs.flatMap(({ paths }) => paths).map((path) => stat(path).then(({ size }) => size, () => 0));
  const outputs = (await Promise.all(sizes)).reduce((sum, size) => sum + size, inputs.length * REPORT_BYTES);
  const scratch = Math.max(await largestScratch(inputs, workers), await largestScratch(references, 1));
  const { bavail, bsize } = await statfs(outputDir);
  if (bavail * bsize < SPACE_MARGIN * outputs + scratch) {
    const [needed, free] = [SPACE_MARGIN * outputs + scratch, bavail * bsize].map((n) => `${(n / 1e6).toFixed(0)} MB`);
    throw new ConcordError('CONCORD_NO_SPACE', `Expected ${needed!} of free disk space for the outputs, got ${free!}.`);
  }
}

/** Bytes of the `count` largest scratch files that these scans can ask for at once. */
async function largestScratch(inputs: readonly ScanInput[], count: number): Promise<number> {
  const shapes = await eachOf(inputs, SHAPES_AT_ONCE, declaredShape);
  const bytes = shapes.map((shape) => (shape === undefined ? 0 : scratchBytes(shape)));
  return bytes.sort((a, b) => b - a).slice(0, count).reduce((sum, one) => sum + one, 0);
}

/** What a killed worker left: temporary files of atomicFile.ts. Only the holder of the folder's lock may call this. */
export async function removePartialFiles(outputDir: string): Promise<void> {
  const names = await readdir(outputDir).catch(() => []);
  const partial = names.filter((name) => name.startsWith('.') && name.endsWith('.partial'));
  await Promise.all(partial.map((name) => rm(join(outputDir, name), { recursive: true, force: true })));
}

/** A scan without a result must not lie beside an earlier run's image. */
export async function removeOutputs(outputDir: string, scan: string): Promise<void> {
  const names = await readdir(outputDir).catch(() => []);
  const series = names.filter((name) => name.startsWith('study-')).map((study) => join(outputDir, study, scan));
  const paths = [...Object.values(outputPaths(outputDir, scan)), ...series];
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(outer, inner);
  return path !== '..' && !path.startsWith(`..${sep}`) && resolve(outer, path) === inner;
}

async function resolvedPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (cause) {
    const parent = dirname(absolute);
    if (parent === absolute || !(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) return absolute;
    return join(await resolvedPath(parent), relative(parent, absolute));
  }
}
