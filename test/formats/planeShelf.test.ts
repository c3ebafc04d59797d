import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openShelf } from '../../src/formats/planeShelf.ts';
import { scratchFolder } from '../support/scratch.ts';

const plane = (value: number): Float32Array => new Float32Array(6).fill(value);

describe.each([['in memory', Infinity], ['in a scratch file', 0]])('planes held %s', (_, mostInMemory) => {
  it('are read as they were written, each by itself, and again after they were overwritten', async () => {
    const shelf = openShelf(await scratchFolder(), mostInMemory);
    const { read, write } = shelf.hold([3, 2, 4]);
    const seen = (k: number): number[] => {
      const out = plane(NaN);
      read(k, out);
      return [...out];
    };
    for (const k of [0, 1, 2, 3]) write(k, plane(k / 3));
    write(1, Float32Array.of(1, 2, 3, 4, 5, -1e-30));
    expect(seen(1)).toEqual([1, 2, 3, 4, 5, Math.fround(-1e-30)]);
    for (const k of [3, 0, 2]) expect(seen(k)).toEqual([...plane(k / 3)]);
    shelf.close();
  });

  it('stay apart from those of another scan on the shelf', async () => {
    const shelf = openShelf(await scratchFolder(), mostInMemory);
    const [one, two] = [shelf.hold([3, 2, 1]), shelf.hold([3, 2, 1])];
    one.write(0, plane(1));
    two.write(0, plane(2));
    const out = plane(0);
    one.read(0, out);
    expect([...out]).toEqual([...plane(1)]);
    shelf.close();
  });

  it('leave no file that anybody could find, also while they are held', async () => {
    const folder = await scratchFolder();
    const shelf = openShelf(folder, mostInMemory);
    shelf.hold([3, 2, 1]).write(0, plane(1));
    expect(await readdir(folder)).toEqual([]);
    shelf.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('are refused as TOO_LARGE where one is beyond 2048²', async () => {
    const shelf = openShelf(await scratchFolder(), mostInMemory);
    expect(() => shelf.hold([2048, 2049, 3])).toThrow(expect.objectContaining({ issueCode: 'TOO_LARGE' }));
    shelf.close();
  });
});

describe('a scratch file', () => {
  it('is made in a folder that is not there yet, and takes the place of no file', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'file'), 'mine');
    const shelf = openShelf(join(folder, 'new', 'folder'), 0);
    shelf.hold([3, 2, 1]).write(0, plane(1));
    shelf.close();
    const blocked = openShelf(join(folder, 'file'), 0);
    expect(() => blocked.hold([3, 2, 1])).toThrow(expect.objectContaining({ code: 'CONCORD_OUTPUT_NOT_WRITABLE' }));
  });

  it('does not invent a plane that was never written', async () => {
    const shelf = openShelf(await scratchFolder(), 0);
    const { read } = shelf.hold([3, 2, 2]);
    expect(() => { read(1, plane(0)); }).toThrow(expect.objectContaining({ code: 'CONCORD_INTERNAL' }));
    shelf.close();
  });
});
