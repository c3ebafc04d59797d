import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockOutput } from '../../src/cohort/outputLock.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import type { RunSummary } from '../../src/report/runIndex.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { resultOf, runCli, startCli, tinyBundle } from '../support/runCli.ts';
import type { CliResult } from '../support/runCli.ts';

let root: string;
const at = (...names: string[]): string => join(root, ...names);
const common = ['--bundle', tinyBundle, '--device', 'cpu', '--draws', '1'];
const harmonize = (input: string, output: string, ...more: string[]): Promise<CliResult> =>
  runCli(['harmonize', input, output, '--reference', at('style.json'), ...common, ...more]);
const summaryOf = async (output: string): Promise<RunSummary> => JSON.parse(await readFile(join(output, 'run.json'), 'utf8')) as RunSummary;

/** Bytes, size and time of change of every file: a reader that writes would change one of them. */
async function stateOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => {
    const path = join(folder, name);
    const { size, mtimeMs } = await stat(path);
    return [name, `${size} ${mtimeMs} ${createHash('sha256').update(await readFile(path)).digest('hex')}`];
  })));
}

/** What lies in an output folder, without what may differ between equal runs. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !['journal.jsonl', 'timing.json'].includes(name)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, createHash('sha256').update(await readFile(join(folder, name))).digest('hex')])));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'concord-e2e-'));
  await writeInt16(at('reference', 'ref_T1w.nii'), phantomScan('reference', 'scanner-1'));
  for (const name of ['p1', 'p2', 'p3']) await writeInt16(at('three', `${name}_T1w.nii`), phantomScan(name, 'scanner-2'));
  const made = await runCli(['style', 'create', at('reference'), at('style.json'), '--bundle', tinyBundle, '--device', 'cpu']);
  expect(made.stderr + made.stdout).toContain('1 scan');
  expect(made.status).toBe(0);
}, 600_000);
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('a folder of damaged and unsuitable files with one good scan', () => {
  const shape = [40, 40, 40] as const;
  const whole = { dims: shape, kind: 'int16', pixdim: [1, 4, 4, 4], srow: [4, 0, 0, -80, 0, 4, 0, -80, 0, 0, 4, -80] } as const;
  const expected: Record<string, readonly string[]> = {
    bomb: ['DECOMPRESSION_BOMB'], constant: ['CONSTANT'], corrupt: ['CORRUPT_GZIP'], ct: ['WRONG_MODALITY'], empty: ['TRUNCATED', 'MALFORMED', 'UNSUPPORTED_FORMAT'],
    'four-d': ['NOT_3D'], good: ['harmonized'], 'gzip-cut': ['TRUNCATED', 'CORRUPT_GZIP'], magic: ['UNSUPPORTED_FORMAT', 'MALFORMED'], nan: ['CONSTANT', 'NO_HEAD'],
    'no-head': ['NO_HEAD'], rgb: ['COLOR'], 'some-nan': ['harmonized'], truncated: ['TRUNCATED'],
  };
  let before: Record<string, string>;
  let result: CliResult;
  let summary: RunSummary;

  beforeAll(async () => {
    await mkdir(at('bad'));
    const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(at('bad', name), bytes);
    const good = await readFile(at('three', 'p1_T1w.nii'));
    const noise = Array.from({ length: 64_000 }, (_, i) => (i * 7919) % 50);
    await put('good.nii', good);
    await put('truncated.nii', good.subarray(0, good.length / 2));
    const packed = gzipSync(good);
    await put('gzip-cut.nii.gz', packed.subarray(0, packed.length - 2000));
    const corrupt = Buffer.from(packed);
    corrupt.fill(0x5a, corrupt.length / 2, corrupt.length / 2 + 64);
    await put('corrupt.nii.gz', corrupt);
    await put('bomb.nii.gz', gzipSync(Buffer.concat([niftiBytes(whole), Buffer.alloc(300_000_000)])));
    await put('empty.nii', Buffer.alloc(0));
    const magic = niftiBytes(whole);
    magic.write('xx', 344, 'latin1');
    await put('magic.nii', magic);
    await put('nan.nii', niftiBytes({ ...whole, kind: 'float32', stored: noise.map(() => NaN) }));
    const phantom = phantomScan('p1', 'scanner-2');
    await put('some-nan.nii', niftiBytes({
      dims: phantom.shape, kind: 'float32', pixdim: [1, 3, 3, 3], srow: phantom.affine.rows.flat(),
      stored: Array.from(phantom.samples, (value, n) => (n < 50 ? NaN : value)),
    }));
    await put('constant.nii', niftiBytes({ ...whole, stored: noise.map(() => 7) }));
    await put('no-head.nii', niftiBytes({ ...whole, stored: noise }));
    await put('four-d.nii', niftiBytes({ ...whole, dims: [20, 20, 20, 8], stored: noise }));
    const rgb = niftiBytes(whole);
    rgb.writeInt16LE(128, 70);
    rgb.writeInt16LE(24, 72);
    await put('rgb.nii', Buffer.concat([rgb, Buffer.alloc(64_000)]));
    await put('ct.nii', niftiBytes({ ...whole, stored: noise.map((value, i) => (i % 3 === 0 ? value : -1000)) }));
    await put('notes.txt', Buffer.from('not a scan'));
    before = await stateOf(at('bad'));
    result = await harmonize(at('bad'), at('bad-out'), '--json');
    summary = await summaryOf(at('bad-out'));
  }, 600_000);

  it.each(Object.entries(expected))('%s ends as %j', (name, codes) => {
    const scan = summary.scans.find((each) => each.scan === name);
    expect(codes).toContain(scan?.code ?? scan?.status);
    expect(scan?.status === 'harmonized' || (scan!.detail !== '' && scan!.remedy !== '')).toBe(true);
  });

  it('every file is named once, and the text file is no scan', () => {
    expect(summary.scans.map(({ scan }) => scan)).toEqual(Object.keys(expected).sort());
    expect(summary.counts).toEqual({ harmonized: 2, refused: Object.keys(expected).length - 2, failed: 0, skipped: 0 });
  });

  it('the exit status is 5, and standard output is one JSON value that says the same as run.json', () => {
    expect(result.status).toBe(5);
    expect(JSON.parse(result.stdout)).toMatchObject({ counts: summary.counts, scans: summary.scans });
  });

  it('only the good scans have an image, and nothing is half-written', async () => {
    const names = await readdir(at('bad-out'));
    expect(names.filter((name) => name.endsWith('.nii.gz')).sort()).toEqual(['good_desc-harmonized.nii.gz', 'some-nan_desc-harmonized.nii.gz']);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    const record = JSON.parse(await readFile(at('bad-out', 'some-nan.record.json'), 'utf8')) as ScanRecord;
    expect(record.issues.map(({ code }) => code)).toContain('NON_FINITE');
  });

  it('no input was changed', async () => {
    expect(await stateOf(at('bad'))).toEqual(before);
  });

  it('--strict and a policy refusal alone end with 4', async () => {
    await mkdir(at('policy'));
    await copyFile(at('bad', 'good.nii'), at('policy', 'good.nii'));
    await copyFile(at('bad', 'no-head.nii'), at('policy', 'no-head.nii'));
    expect((await harmonize(at('policy'), at('policy-out'), '--strict')).status).toBe(4);
    expect((await harmonize(at('policy'), at('policy-out'))).status).toBe(0);
  }, 600_000);
});

describe('what is wrong before any work is said before any work', () => {
  it.each([
    ['a missing input', () => ['none', 'out', '--reference', at('style.json')], 3, 'CONCORD_NO_INPUT'],
    ['an empty folder', () => ['empty', 'out', '--reference', at('style.json')], 3, 'CONCORD_NO_INPUT'],
    ['a missing reference', () => ['three', 'out', '--reference', 'no-such-style'], 7, 'CONCORD_REFERENCE'],
    ['a reference that is no head', () => ['three', 'out', '--reference', at('bad', 'no-head.nii')], 7, 'CONCORD_REFERENCE'],
    ['a style file that is none', () => ['three', 'out', '--reference', at('three.json')], 7, 'CONCORD_REFERENCE'],
    ['an output below a file', () => ['three', 'style.json/out', '--reference', at('style.json')], 6, 'CONCORD_OUTPUT_NOT_WRITABLE'],
    ['an output in the input', () => ['three', 'three/out', '--reference', at('style.json')], 6, 'CONCORD_OUTPUT_NOT_WRITABLE'],
    ['an unknown protocol', () => ['three', 'out', '--reference', at('style.json'), '--protocol', 'x'], 2, 'CONCORD_PROTOCOL'],
    ['a negative seed', () => ['three', 'out', '--reference', at('style.json'), '--seed', '-1'], 2, 'CONCORD_USAGE'],
    ['no such bundle', () => ['three', 'out', '--reference', at('style.json'), '--bundle', 'none'], 7, 'CONCORD_MODEL_MISSING'],
  ] as const)('%s', async (_, args, status, code) => {
    await mkdir(at('empty'), { recursive: true });
    await writeFile(at('three.json'), '{}');
    const result = await runCli(['harmonize', ...args(), '--json', ...(args().includes('--bundle') ? [] : common)], { cwd: root });
    expect([result.status, (JSON.parse(result.stdout) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(result.stderr).toContain(code);
    expect(await readdir(root)).not.toContain('journal.jsonl');
  }, 120_000);

  it('a folder that another job holds ends with 6 and stays as it is', async () => {
    await mkdir(at('held'));
    const unlock = await lockOutput(at('held'));
    const result = await harmonize(at('three'), at('held'));
    expect([result.status, result.stderr.includes('CONCORD_OUTPUT_LOCKED')]).toEqual([6, true]);
    await unlock();
    expect(await readdir(at('held'))).toEqual([]);
  }, 120_000);
});

describe('a run that is stopped', () => {
  let uninterrupted: Record<string, string>;
  beforeAll(async () => {
    expect((await harmonize(at('three'), at('whole'))).status).toBe(0);
    uninterrupted = await contentOf(at('whole'));
  }, 600_000);

  /** Starts a run and calls back when its first scan is done. */
  async function stopAfterFirst(output: string, stop: (pid: number) => void): Promise<CliResult> {
    const child = startCli(['harmonize', at('three'), output, '--reference', at('style.json'), ...common]);
    child.stderr!.on('data', (chunk: Buffer) => { if (chunk.toString().includes('1/3')) stop(child.pid!); });
    return resultOf(child);
  }

  it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s: exit %i, what is done is whole, the next run goes on to equal bytes', async (signal, status) => {
    const output = at(`stopped-${signal}`);
    const result = await stopAfterFirst(output, (pid) => process.kill(pid, signal));
    expect(result.status).toBe(status);
    const names = await readdir(output);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    const summary = await summaryOf(output);
    expect(summary.counts.harmonized).toBeGreaterThanOrEqual(1);
    expect(summary.scans.filter(({ code }) => code === 'INTERRUPTED')).toHaveLength(3 - summary.counts.harmonized);
    expect(names.filter((name) => name.endsWith('.nii.gz'))).toHaveLength(summary.counts.harmonized);
    expect((await harmonize(at('three'), output)).status).toBe(0);
    expect(await contentOf(output)).toEqual(uninterrupted);
  }, 600_000);

  it('kill -9: the next run takes the lock over, cleans up and goes on to equal bytes', async () => {
    const output = at('killed');
    const result = await stopAfterFirst(output, (pid) => process.kill(pid, 'SIGKILL'));
    expect(result.status).toBeNull();
    const again = await harmonize(at('three'), output);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('already done');
    expect(await contentOf(output)).toEqual(uninterrupted);
  }, 600_000);

  it('a worker that is killed costs one scan: 8, and the next run repairs it', async () => {
    const output = at('crashed');
    const killWorker = (pid: number): void => {
      for (const child of childrenOf(pid)) process.kill(child, 'SIGKILL');
    };
    const result = await stopAfterFirst(output, killWorker);
    const summary = await summaryOf(output);
    expect(summary.scans.filter(({ code }) => code === 'WORKER_CRASH')).toHaveLength(1);
    expect([result.status, summary.counts.harmonized]).toEqual([8, 2]);
    expect((await harmonize(at('three'), output)).status).toBe(0);
    expect(await contentOf(output)).toEqual(uninterrupted);
  }, 600_000);
});

/** Linux says it in /proc, other systems have ps. */
function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(list) ? readFileSync(list, 'utf8') : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  return text.trim().split(/\s+/).map(Number);
}

/** A small file system of its own, or the reason why there is none. */
function mountSmall(path: string, options: string): string | undefined {
  const ran = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { encoding: 'utf8' });
  return ran.status === 0 ? undefined : `a tmpfs cannot be mounted here: ${ran.stderr.trim() || String(ran.error?.message)}`;
}

describe('a disk that is full or read-only (on a small tmpfs; needs root)', () => {
  const mounted: string[] = [];
  afterAll(() => {
    for (const path of mounted) spawnSync('umount', [path]);
  });
  async function small(name: string, options: string, skip: (reason: string) => void): Promise<string> {
    await mkdir(at(name));
    const reason = mountSmall(at(name), options);
    if (reason === undefined) mounted.push(at(name));
    else skip(reason);
    return at(name);
  }

  it('too small for the outputs: 6 before any work', async ({ skip }) => {
    const disk = await small('tiny-disk', 'size=1m', skip);
    const result = await harmonize(at('three'), join(disk, 'out'));
    expect([result.status, result.stderr.includes('CONCORD_NO_SPACE')]).toEqual([6, true]);
    expect(await readdir(join(disk, 'out'))).toEqual([]);
  }, 120_000);

  it('full in the middle: 6, what is done is whole, nothing is half-written, the rest is named', async ({ skip }) => {
    const disk = await small('full-disk', 'size=24m', skip);
    const output = join(disk, 'out');
    const child = startCli(['harmonize', at('three'), output, '--reference', at('style.json'), ...common]);
    let filled = Promise.resolve();
    child.stderr!.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('1/3')) filled = writeFile(join(disk, 'filler'), Buffer.alloc(30_000_000)).catch(() => undefined);
    });
    const result = await resultOf(child);
    await filled;
    expect(result.status).toBe(6);
    expect(result.stdout).toContain('CONCORD_NO_SPACE');
    const names = await readdir(output);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    for (const name of names.filter((each) => each.endsWith('.record.json'))) {
      const record = JSON.parse(await readFile(join(output, name), 'utf8')) as ScanRecord;
      for (const { path, sha256 } of record.outputs) {
        expect(createHash('sha256').update(await readFile(join(output, path))).digest('hex')).toBe(sha256);
      }
    }
    await rm(join(disk, 'filler'));
    expect((await harmonize(at('three'), output)).status).toBe(0);
  }, 600_000);

  it('read-only: 6', async ({ skip }) => {
    const disk = await small('read-only', 'size=8m,ro', skip);
    const result = await harmonize(at('three'), disk);
    expect([result.status, result.stderr.includes('CONCORD_OUTPUT_NOT_WRITABLE')]).toEqual([6, true]);
  }, 120_000);
});
