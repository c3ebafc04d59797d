import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CohortRecord } from '../../src/core/cohortRecord.ts';
import { niftiBytes } from '../support/niftiBytes.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { runCli } from '../support/runCli.ts';

/** Few draws: the numbers are tested elsewhere. */
const FEW = ['--resamples', '200', '--permutations', '99', '--probe-permutations', '19'];

describe('concord evaluate, on sets that allow little', () => {
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);
  const evaluated = async (name: string, ...args: string[]): Promise<{ record: CohortRecord; status: number | null; said: string }> => {
    const { status, stdout, stderr } = await runCli(['evaluate', '--before', at('before'), '--after', at('after'), '--reference', at('reference'), '--output', at(name), ...FEW, ...args]);
    return { record: JSON.parse(await readFile(at(name, 'evaluation.json'), 'utf8')) as CohortRecord, status, said: stdout + stderr };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'concord-evaluate-cli-'));
    const nothing = phantomScan('sub-01', 'b');
    for (const [person, scanner] of [['sub-01', 'b'], ['sub-02', 'b'], ['sub-03', 'b']] as const) {
      const scan = phantomScan(person, scanner);
      await writeInt16(at('before', `${person}_T1w.nii`), scan);
      // sub-03 has no output, sub-04 an output only
      await writeInt16(at('after', `${person === 'sub-03' ? 'sub-04' : person}_desc-harmonized_T1w.nii`), scan, (value) => 0.9 * value);
    }
    // a source of which nothing is a number
    const empty = niftiBytes({ dims: nothing.shape, kind: 'float32', stored: Array.from(nothing.samples, () => NaN), pixdim: [1, 3, 3, 3], sformCode: 1, srow: nothing.affine.rows.flat() });
    await writeFile(at('before', 'sub-05_T1w.nii'), empty);
    await writeFile(at('after', 'sub-05_desc-harmonized_T1w.nii'), empty);
    await writeInt16(at('reference', 'sub-11_T1w.nii'), phantomScan('sub-11', 'a'));
    await writeFile(at('one-site.tsv'), ['participant_id\tsite\tage', ...['01', '02', '03', '04', '05', '11'].map((id, n) => `sub-${id}\tx\t${n === 1 ? 'n/a' : 30 + n}`)].join('\n'));
  }, 300_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('names who has no partner or no numbers, computes the rest, and ends with 8; equal bytes by one worker and by two', async () => {
    const { record, status, said } = await evaluated('alone', '--workers', '1', '--arms', 'identity');
    expect(status).toBe(8);
    expect(record.issues.map(({ role, scan, issue }) => [role, scan, issue.code])).toEqual([
      ['before', 'sub-03_T1w', 'NO_PARTNER'], ['after', 'sub-04_desc-harmonized_T1w', 'NO_PARTNER'], ['pair', 'sub-05_T1w', expect.stringMatching(/^[A-Z_]+$/)],
    ]);
    expect(record.counts.matched).toBe(2);
    expect(said).toContain('sub-03_T1w: NO_PARTNER');
    expect(record.validation!.headlines.batchRemoval.map(({ finding }) => finding)).toEqual(expect.arrayContaining([{ unavailable: expect.any(String) as string }]));
    await evaluated('together', '--workers', '2', '--arms', 'identity');
    expect(await readFile(at('together', 'evaluation.json'), 'utf8')).toBe(await readFile(at('alone', 'evaluation.json'), 'utf8'));
  }, 300_000);

  it('one site by the site column, a covariate with a gap: says that nothing about sites can be tested', async () => {
    const { record, said } = await evaluated('one-site', '--participants', at('one-site.tsv'), '--site-column', 'site');
    expect(record.validation!.sites).toEqual(['x']);
    expect(said).toContain('One site only: nothing about sites can be tested.');
    expect(said).toContain('not adjusted for: age');
  }, 300_000);

  it('a site column that does not exist is a usage error that lists the columns', async () => {
    const { status, stderr } = await runCli(['evaluate', '--before', at('before'), '--after', at('after'), '--reference', at('reference'), '--output', at('none'), '--participants', at('one-site.tsv'), '--site-column', 'scanner']);
    expect(status).toBe(2);
    expect(stderr).toContain('participant_id, site, age');
  });
});
