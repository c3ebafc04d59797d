import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What dciodvfy and dcentvfy print; both speak on either stream and end with 1 on an error found. */
export function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error(`${program} could not be run`, { cause: error }));
      else resolve(stdout + stderr);
    });
  });
}

/** The Error lines of `dciodvfy -new`, sorted. */
export async function conformanceErrors(path: string): Promise<readonly string[]> {
  const lines = (await outputOf('dciodvfy', ['-new', path])).split('\n');
  return lines.filter((line) => line.startsWith('Error')).sort();
}

/** Files `first` to `last` of a sorted series, copied: enough slices for every tool, and few enough for every run. */
export async function copyRange(source: string, folder: string, first: number, last: number): Promise<string> {
  await mkdir(folder);
  const names = (await readdir(source)).sort().slice(first, last);
  await Promise.all(names.map((name) => cp(join(source, name), join(folder, name))));
  return folder;
}

/**
 * A copy of files of a series whose anonymiser emptied its UIDs, with UIDs: what a hospital would have sent. The instances' own are
 * those that their meta groups still hold.
 */
export async function copyWithUids(source: string, folder: string, first: number, last: number): Promise<string> {
  await copyRange(source, folder, first, last);
  for (const name of await readdir(folder)) {
    const copy = join(folder, name);
    const meta = execFileSync('dcmdump', ['-q', '-Un', '+P', '0002,0002', '+P', '0002,0003', copy], { encoding: 'utf8' });
    const [sopClass, instance] = [...meta.matchAll(/\[?=?([\d.]{10,})\]?/g)].map((match) => match[1]!);
    const values = { '0008,0016': sopClass, '0008,0018': instance, '0020,000d': '1.2.826.0.1.3680043.9.7431.1', '0020,000e': '1.2.826.0.1.3680043.9.7431.2', '0020,0011': '14' };
    execFileSync('dcmodify', ['-q', '-nb', ...Object.entries(values).flatMap(([tag, value]) => ['-ma', `(${tag})=${value!}`]), copy]);
  }
  return folder;
}
