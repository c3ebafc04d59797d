import { appendFile, mkdir, readdir, readFile, stat, statfs, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileHash, inputHash } from '../../src/cohort/inputHash.ts';
import { JOURNAL, openJournal } from '../../src/cohort/journal.ts';
import { checkDisjoint, checkFreeSpace, removeOutputs, removePartialFiles } from '../../src/cohort/outputFolder.ts';
import { LOCK, lockOutput } from '../../src/cohort/outputLock.ts';
import type { ConcordError } from '../../src/core/errors.ts';
import { declaredShape } from '../../src/formats/scan.ts';
import type { ScanInput } from '../../src/formats/scan.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { scratchFolder } from '../support/scratch.ts';

describe('the lock of an output folder', () => {
  it('a second job is refused with CONCORD_OUTPUT_LOCKED, naming process and host; after release it is let in', async () => {
    const folder = await scratchFolder();
    const unlock = await lockOutput(folder);
    await expect(lockOutput(folder)).rejects.toMatchObject({
      code: 'CONCORD_OUTPUT_LOCKED', message: expect.stringContaining(`process ${process.pid} on ${hostname()}`) as string,
    });
    await unlock();
    await (await lockOutput(folder))();
    expect(await readdir(folder)).toEqual([]);
  });

  it('the lock of a process that is gone is taken over', async () => {
    const folder = await scratchFolder();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    await writeFile(join(folder, LOCK), JSON.stringify({ pid: gone, host: hostname(), token: 'theirs' }));
    await (await lockOutput(folder))();
  });

  it('another host\'s lock holds while its heartbeat is fresh, and not after 30 s of silence', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, LOCK), JSON.stringify({ pid: 1, host: 'elsewhere', token: 'theirs' }));
    await expect(lockOutput(folder)).rejects.toMatchObject({ code: 'CONCORD_OUTPUT_LOCKED' });
    const old = new Date(Date.now() - 31_000);
    await utimes(join(folder, LOCK), old, old);
    await (await lockOutput(folder))();
  });

  it('of two jobs that find one stale lock, one gets it', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, LOCK), '{}');
    const old = new Date(0);
    await utimes(join(folder, LOCK), old, old);
    const ended = await Promise.allSettled([lockOutput(folder), lockOutput(folder)]);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the journal', () => {
  it('says the last word on each scan after it is opened again', async () => {
    const folder = await scratchFolder();
    const journal = await openJournal(folder);
    await Promise.all([journal.append({ scan: 'a', state: 'RUNNING' }), journal.append({ scan: 'a', state: 'VERIFIED' }), journal.append({ scan: 'b', state: 'FAILED', code: 'TIMEOUT' })]);
    await journal.close();
    const again = await openJournal(folder);
    expect([again.last('a')?.state, again.last('b')?.code, again.last('c')]).toEqual(['VERIFIED', 'TIMEOUT', undefined]);
    await again.close();
  });

  it('a line that a kill cut short is passed over, and the next one is whole', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, JOURNAL), '{"scan":"a","state":"VERIFIED"}\n{"scan":"b","sta');
    const journal = await openJournal(folder);
    await journal.append({ scan: 'c', state: 'RUNNING' });
    await journal.close();
    const again = await openJournal(folder);
    expect([again.last('a')?.state, again.last('b'), again.last('c')?.state]).toEqual(['VERIFIED', undefined, 'RUNNING']);
    await again.close();
  });
});

describe('the output folder', () => {
  it.each([
    ['the output in the input', 'in', 'in/out'],
    ['the input in the output', 'out/in', 'out'],
    ['one folder', 'in', 'in'],
    ['a link into the input', 'in', 'link/out'],
  ])('%s is refused', async (_, input, output) => {
    const folder = await scratchFolder();
    await mkdir(join(folder, input), { recursive: true });
    await symlink(join(folder, 'in'), join(folder, 'link'));
    await expect(checkDisjoint(join(folder, input), join(folder, output))).rejects.toMatchObject({ code: 'CONCORD_OUTPUT_NOT_WRITABLE' });
  });

  it('neighbours whose names begin alike are apart', async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, 'scans'));
    await checkDisjoint(join(folder, 'scans'), join(folder, 'scans-harmonized'));
    await checkDisjoint(join(folder, 'scans'), join(folder, '..out'));
  });

  it('what a killed worker left is removed, and nothing else', async () => {
    const folder = await scratchFolder();
    for (const name of ['.a.nii.gz.00ff.partial', 'a.partial', '.hidden', 'a.html']) await writeFile(join(folder, name), '');
    await removePartialFiles(folder);
    expect((await readdir(folder)).sort()).toEqual(['.hidden', 'a.html', 'a.partial']);
  });

  it('the outputs of sub-1 are removed without those of sub-10', async () => {
    const folder = await scratchFolder();
    for (const name of ['sub-1_T1w.html', 'sub-1_desc-harmonized_T1w.nii.gz', 'sub-10_T1w.html']) await writeFile(join(folder, name), '');
    await removeOutputs(folder, 'sub-1_T1w');
    expect(await readdir(folder)).toEqual(['sub-10_T1w.html']);
  });

  it('a disk with less than 1.2 times the inputs free is CONCORD_NO_SPACE before any work', async () => {
    const folder = await scratchFolder();
    const free = await statfs(folder).then(({ bavail, bsize }) => bavail * bsize);
    const input = { format: 'nifti', name: 'a', paths: [join(folder, 'holes.nii')] } as const;
    for (const [share, verdict] of [[0.7, 'enough'], [0.95, 'CONCORD_NO_SPACE']] as const) {
      // a file of nothing but a hole takes no room itself
      await writeFile(input.paths[0], '');
      await truncate(input.paths[0], Math.floor(share * free));
      expect(await checkFreeSpace(folder, { inputs: [input] }).then(() => 'enough', (error: unknown) => (error as ConcordError).code)).toBe(verdict);
    }
  });

  it('a long CT needs room for its scratch file, one for each worker; so does a long reference, and a short one none', async () => {
    const folder = await scratchFolder();
    const free = await statfs(folder).then(({ bavail, bsize }) => bavail * bsize);
    const ofBytes = (bytes: number): ScanInput => ({ format: 'dicom', name: 'a', paths: [], summary: { modality: 'CT', acquisition: {}, size: [512, 512, Math.ceil(bytes / 2 ** 20)] } });
    const [most, half] = [ofBytes(free + 1e9), ofBytes(0.7 * free)];
    await checkFreeSpace(folder, { inputs: [half, half, ofBytes(2e8)] });
    for (const run of [{ inputs: [most] }, { inputs: [half, half], workers: 2 }, { inputs: [half], references: [most] }]) {
      await expect(checkFreeSpace(folder, run)).rejects.toMatchObject({ code: 'CONCORD_NO_SPACE' });
    }
    // what lies in memory asks for nothing: as many as 2e8 B scans would fill the disk twice
    await checkFreeSpace(folder, { inputs: Array.from({ length: 64 }, () => ofBytes(2e8)), workers: 64 });
  });

  it.each(['long.nii', 'long.nii.gz'])('the header of %s tells how much it needs', async (name) => {
    const folder = await scratchFolder();
    const bytes = niftiBytes({ dims: [40, 30, 20], kind: 'int16' });
    await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    expect(await declaredShape({ format: 'nifti', name: 'a', paths: [join(folder, name)] })).toEqual([40, 30, 20]);
    await writeFile(join(folder, name), 'no header');
    expect(await declaredShape({ format: 'nifti', name: 'a', paths: [join(folder, name)] })).toBeUndefined();
  });
});

describe('inputHash', () => {
  it('changes with the scan and with the JSON beside it, not with the folder', async () => {
    const [a, b] = [await scratchFolder(), await scratchFolder()];
    const input = (folder: string) => ({ format: 'nifti', name: 'x', paths: [join(folder, 'x.nii.gz')] }) as const;
    for (const folder of [a, b]) await writeFile(join(folder, 'x.nii.gz'), 'voxels');
    const bare = await inputHash(input(a));
    expect(await inputHash(input(b))).toBe(bare);
    await writeFile(join(a, 'x.json'), '{}');
    await appendFile(join(b, 'x.nii.gz'), '!');
    expect(new Set([bare, await inputHash(input(a)), await inputHash(input(b))]).size).toBe(3);
  });

  it('fileHash is the sha256 of the bytes, and - for a file that is not there', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'x'), 'abc');
    expect(await fileHash(join(folder, 'x'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await fileHash(join(folder, 'y'))).toBe('-');
    expect((await stat(join(folder, 'x'))).size).toBe((await readFile(join(folder, 'x'))).length);
  });
});
