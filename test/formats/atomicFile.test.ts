import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { writeFileAtomic } from '../../src/formats/atomicFile.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A file system of 64 kB, or why there is none here: mounting needs root. */
async function tinyDisk(): Promise<string | undefined> {
  const folder = await scratchFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  if (!mounted) return undefined;
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
  return folder;
}

describe('writeFileAtomic', () => {
  it('writes text, bytes and chunks, and returns the hash of the content', async () => {
    const folder = await scratchFolder();
    const abc = { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', bytes: 3 };
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Buffer.from('a');
      yield Buffer.from('bc');
    };
    expect(await writeFileAtomic(join(folder, 'text'), 'abc')).toEqual(abc);
    expect(await writeFileAtomic(join(folder, 'bytes'), Buffer.from('abc'))).toEqual(abc);
    expect(await writeFileAtomic(join(folder, 'chunks'), chunks())).toEqual(abc);
    expect(await readFile(join(folder, 'chunks'), 'utf8')).toBe('abc');
    expect((await readdir(folder)).sort()).toEqual(['bytes', 'chunks', 'text']);
  });

  it('keeps the old file whole when the new content fails half way, and leaves no temporary file', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Buffer.from('half');
      throw new Error('the producer failed');
    };
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('the producer failed');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('replaces a link instead of writing through it', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'input'), 'precious');
    await symlink(join(folder, 'input'), join(folder, 'output'));
    await writeFileAtomic(join(folder, 'output'), 'new');
    expect(await readFile(join(folder, 'input'), 'utf8')).toBe('precious');
    expect(await readFile(join(folder, 'output'), 'utf8')).toBe('new');
  });

  it('names a missing folder, and a file in the place of one, CONCORD_OUTPUT_NOT_WRITABLE', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'none', 'x'), join(folder, 'file', 'x')]) {
      await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'CONCORD_OUTPUT_NOT_WRITABLE' });
    }
    await mkdir(join(folder, 'taken'));
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({
      code: 'CONCORD_OUTPUT_NOT_WRITABLE',
    });
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });

  it('names a folder without write permission CONCORD_OUTPUT_NOT_WRITABLE', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write everywhere');
    const folder = await scratchFolder();
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, 'x'), 'x')).rejects.toMatchObject({ code: 'CONCORD_OUTPUT_NOT_WRITABLE' });
    await chmod(folder, 0o700);
  });

  it('names a full disk CONCORD_NO_SPACE, and leaves nothing on it', async ({ skip }) => {
    const disk = await tinyDisk();
    if (disk === undefined) skip('a small file system cannot be mounted here');
    await expect(writeFileAtomic(join(disk!, 'x'), Buffer.alloc(200_000))).rejects.toMatchObject({
      code: 'CONCORD_NO_SPACE',
    });
    expect(await readdir(disk!)).toEqual([]);
  });
});
