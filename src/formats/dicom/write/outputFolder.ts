import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { ConcordError } from '../../../core/errors.ts';
import { RESEARCH_USE } from '../../../core/scanRecord.ts';
import { outputError, syncDirectory, writeFileAtomic, writeNewFile } from '../../atomicFile.ts';
import type { WrittenFile } from '../../atomicFile.ts';

/** Its presence says that a folder is whole (operations.md P-24, T-22). */
export const SUCCESS = '_SUCCESS.json';
/** Files name a patient: nobody else on the machine may read them (T-29). */
const OWNER_FILE = 0o600;
const OWNER_FOLDER = 0o700;

export type ListedFile = Readonly<{ path: string; sha256: string; bytes: number }>;
export type CommittedFolder = WrittenFile & Readonly<{ files: readonly ListedFile[] }>;

/** A folder in the making, under a name that a later run clears away should this one be killed. */
export type StagedFolder = Readonly<{
  write: (name: string, content: Buffer) => Promise<void>;
  /** Moves the folder to its place, and says last of all that it is whole. */
  commit: (facts: Readonly<Record<string, number | string>>) => Promise<CommittedFolder>;
  discard: () => Promise<void>;
}>;

/**
 * @param folder where the files shall lie; its parent's parent holds the staging folder, so that both are on one disk
 * @throws CONCORD_NO_SPACE, CONCORD_OUTPUT_NOT_WRITABLE
 */
export async function stageFolder(folder: string): Promise<StagedFolder> {
  const parent = dirname(folder);
  const staging = join(dirname(parent), `.${basename(parent)}-${basename(folder)}.partial`);
  const files: ListedFile[] = [];
  await system(async () => {
    await rm(staging, { recursive: true, force: true });
    await mkdir(dirname(parent), { recursive: true, mode: OWNER_FOLDER });
    await mkdir(staging, { mode: OWNER_FOLDER });
  });
  return {
    write: async (name, content) => {
      files.push({ path: name, ...(await writeNewFile(join(staging, name), content, OWNER_FILE)) });
    },
    commit: async (facts) => {
      files.sort((a, b) => (a.path < b.path ? -1 : 1));
      await system(async () => {
        await syncDirectory(staging);
        await mkdir(parent, { recursive: true, mode: OWNER_FOLDER });
        await rm(folder, { recursive: true, force: true });
        await rename(staging, folder);
        await syncDirectory(parent);
      });
      const text = `${JSON.stringify({ schemaVersion: 1, researchUse: RESEARCH_USE, ...facts, files }, null, 2)}\n`;
      return { ...(await writeFileAtomic(join(folder, SUCCESS), text, OWNER_FILE)), files };
    },
    discard: () => rm(staging, { recursive: true, force: true }),
  };
}

/** Whether a folder holds exactly what its `_SUCCESS.json` lists. */
export async function isCommitted(folder: string): Promise<boolean> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, SUCCESS), 'utf8')) as { files: readonly ListedFile[] };
    for (const { path, sha256 } of files) {
      const content = await readFile(join(folder, basename(path)));
      if (createHash('sha256').update(content).digest('hex') !== sha256) return false;
    }
    return files.length > 0;
  } catch (cause) {
    if (cause instanceof SyntaxError || (cause instanceof Error && 'code' in cause)) return false;
    throw cause;
  }
}

async function system(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const error = outputError(cause);
    if (error instanceof ConcordError) throw error;
    throw cause;
  }
}
