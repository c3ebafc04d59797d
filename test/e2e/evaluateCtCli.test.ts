import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import type { CohortRecord } from '../../src/core/cohortRecord.ts';
import { ctPhantom } from '../support/ctPhantom.ts';
import { writeInt16 } from '../support/phantomScan.ts';
import { runCli } from '../support/runCli.ts';
import { scratchFolder } from '../support/scratch.ts';

it('concord evaluate compares CT in worker processes as in one, writes the page without a viewer, and report makes it again', async () => {
  const folder = await scratchFolder();
  for (const person of ['sub-1', 'sub-2', 'sub-3']) {
    await writeInt16(join(folder, 'before', `${person}_ct.nii`), ctPhantom({ noise: 20, key: person }));
    await writeInt16(join(folder, 'after', `${person}_desc-harmonized_ct.nii`), ctPhantom({ noise: 20, blur: 1, key: person }));
    await writeInt16(join(folder, 'reference', `${person.replace('-', '-r')}_ct.nii`), ctPhantom({ noise: 20, blur: 1, key: `r${person}` }));
  }
  const evaluated = (output: string, ...more: string[]) => runCli(['evaluate', '--before', join(folder, 'before'), '--after', join(folder, 'after'), '--reference', join(folder, 'reference'), '--output', output, '--resamples', '200', '--permutations', '99', ...more]);
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const alone = await evaluated(one, '--workers', '1', '--viewer', 'sub-1');
  expect([alone.status, alone.stderr]).toEqual([0, expect.stringContaining('No viewer.html was written: it is for heads.')]);
  expect(alone.stdout).toMatch(/grain of soft tissue W1 to the reference/);
  expect((await evaluated(two, '--workers', '2')).status).toBe(0);
  const record = async (output: string): Promise<CohortRecord> => JSON.parse(await readFile(join(output, 'evaluation.json'), 'utf8')) as CohortRecord;
  expect(await record(two)).toEqual(await record(one));
  expect(await readdir(one)).toEqual(expect.arrayContaining(['evaluation.html', 'metrics.tsv', 'validation.tsv', 'dharm', 'worst']));
  expect(await readdir(join(one, 'worst'))).toHaveLength(3);
  const page = await readFile(join(one, 'evaluation.html'), 'utf8');
  expect((await runCli(['report', one])).status).toBe(0);
  expect(await readFile(join(one, 'evaluation.html'), 'utf8')).toBe(page);
  const viewer = await runCli(['report', one, '--viewer', '--subject', 'sub-1', '--before', join(folder, 'before'), '--after', join(folder, 'after')]);
  expect([viewer.status, viewer.stderr]).toEqual([2, expect.stringContaining('this one is of CT')]);
}, 240_000);
