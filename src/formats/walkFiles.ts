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
  const files: string[] = [];
  const issues: { path: string; issue: Issue }[] = [];
  const seen = new Set<string>();
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const names = await readdir(folder).catch((cause: unknown) => {
      if (folder === root) throw unreadable(cause);
      issues.push({ path: folder!, issue: issue('UNREADABLE', 'a folder could not be entered') });
      return [];
    });
    for (const name of names) {
      if (name.startsWith('.')) continue;
      const entry = join(folder, name);
      const kind = await kindOf(entry, root, seen);
      if (kind === 'file') files.push(entry);
      else if (kind === 'folder') pending.push(entry);
      else if (kind !== 'ignored') issues.push({ path: entry, issue: kind });
    }
  }
  return { files: files.sort(byUnit), issues: issues.sort((a, b) => byUnit(a.path, b.path)) };
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

async function kindOf(path: string, root: string, seen: Set<string>): Promise<'file' | 'folder' | 'ignored' | Issue> {
  try {
    const status = await lstat(path);
    if (!status.isSymbolicLink()) return firstSight(status, seen);
    const target = await realpath(path);
    const targetStatus = await stat(target);
    if (targetStatus.isDirectory()) return 'ignored';
    if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return issue('UNREADABLE', 'a link leads out of the input folder');
    }
    return firstSight(targetStatus, seen);
  } catch (cause) {
    // the entry vanished, or is a dangling or circular link: the folder's other scans go on
    return issue('UNREADABLE', `the system answered ${systemCode(cause)}`);
  }
}

function firstSight(status: Stats, seen: Set<string>): 'file' | 'folder' | 'ignored' {
  if (!status.isFile() && !status.isDirectory()) return 'ignored';
  const identity = `${status.dev}:${status.ino}`;
  if (seen.has(identity)) return 'ignored';
  seen.add(identity);
  return status.isFile() ? 'file' : 'folder';
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
