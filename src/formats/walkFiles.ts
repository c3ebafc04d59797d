import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';

export type FoundFiles = Readonly<{
  /** In the order of their paths, compared by UTF-16 unit: the same on every machine. */
  files: readonly string[];
  /** What could not be entered or opened; `path` is relative to no one and is not for display. */
  issues: readonly Readonly<{ path: string; issue: Issue }>[];
}>;

/**
 * All files at a path, which is one file or a folder walked to its end. Hidden entries are skipped. Links to files
 * are followed only to targets inside the folder (git-annex keeps scans so); links to folders never are. Each
 * file is found once, by device and inode (operations.md T-21).
 *
 * @throws CONCORD_NO_INPUT if nothing exists at the path; CONCORD_INPUT_UNREADABLE if it cannot be entered
 */
export async function walkFiles(path: string): Promise<FoundFiles> {
  const { root, status } = await resolveRoot(path);
  if (status.isFile()) return { files: [path], issues: [] };
  if (!status.isDirectory()) throw new ConcordError('CONCORD_NO_INPUT', 'A file or folder was expected at the input path.');
  const files: FoundFile[] = [];
  const issues: { path: string; issue: Issue }[] = [];
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const names = await readdir(folder).catch((cause: unknown) => {
      if (folder === root) throw unreadable(cause);
      issues.push({ path: folder, issue: issue('UNREADABLE', 'a folder could not be entered') });
      return [];
    });
    for (const name of names) {
      if (name.startsWith('.')) continue;
      const entry = await lookAt(join(folder, name), root);
      if (entry === 'folder') pending.push(join(folder, name));
      else if (entry !== 'ignored' && 'code' in entry) issues.push({ path: join(folder, name), issue: entry });
      else if (entry !== 'ignored') files.push(entry);
    }
  }
  return { files: onceEach(files), issues: issues.sort((a, b) => byUnit(a.path, b.path)) };
}

type FoundFile = Readonly<{ path: string; isLink: boolean; identity: string }>;

/** Of several paths to one file, the file's own comes before a link's, then the first in order. */
function onceEach(files: readonly FoundFile[]): string[] {
  const chosen = new Map<string, string>();
  const preferred = [...files].sort((a, b) => Number(a.isLink) - Number(b.isLink) || byUnit(a.path, b.path));
  for (const { path, identity } of preferred) if (!chosen.has(identity)) chosen.set(identity, path);
  return [...chosen.values()].sort(byUnit);
}

async function resolveRoot(path: string): Promise<{ root: string; status: Stats }> {
  try {
    const root = await realpath(path);
    return { root, status: await stat(root) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(cause);
    throw new ConcordError('CONCORD_NO_INPUT', 'A file or folder was expected at the input path, nothing is there.', {
      cause,
    });
  }
}

async function lookAt(path: string, root: string): Promise<FoundFile | 'folder' | 'ignored' | Issue> {
  try {
    const status = await lstat(path);
    if (!status.isSymbolicLink()) return status.isDirectory() ? 'folder' : fileOf(path, status, false);
    const target = await realpath(path);
    const targetStatus = await stat(target);
    if (targetStatus.isDirectory()) return 'ignored';
    if (target.startsWith(root.endsWith(sep) ? root : root + sep)) return fileOf(path, targetStatus, true);
    return issue('UNREADABLE', 'a link leads out of the input folder');
  } catch (cause) {
    // the entry vanished, or is a dangling or circular link: the folder's other scans go on
    return issue('UNREADABLE', `the system answered ${systemCode(cause)}`);
  }
}

function fileOf(path: string, status: Stats, isLink: boolean): FoundFile | 'ignored' {
  return status.isFile() ? { path, isLink, identity: `${status.dev}:${status.ino}` } : 'ignored';
}

function unreadable(cause: unknown): ConcordError {
  return new ConcordError(
    'CONCORD_INPUT_UNREADABLE',
    `An input path that can be read was expected; the system answered ${systemCode(cause)}.`,
    { cause, issueCode: 'UNREADABLE' },
  );
}

function systemCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown error';
}

function byUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
