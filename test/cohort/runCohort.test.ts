import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../src/cohort/journal.ts';
import type { LocalPool } from '../../src/cohort/localPool.ts';
import type { WorkerReply } from '../../src/cohort/messages.ts';
import { runCohort } from '../../src/cohort/runCohort.ts';
import type { CohortJob, ScanOutcome } from '../../src/cohort/runCohort.ts';
import { ConcordError } from '../../src/core/errors.ts';
import { issue, ScanRefusal } from '../../src/core/issues.ts';
import type { GateVerdict, ScanRecord } from '../../src/core/scanRecord.ts';
import { canonicalJson, sha256Of } from '../../src/pipeline/canonicalJson.ts';
import { outputPaths } from '../../src/pipeline/outputNames.ts';
import { scratchFolder } from '../support/scratch.ts';

const gate: GateVerdict = { gate: 'slope-max', verdict: 'refuse', value: 5, limit: 4, issue: 'QC_FAIL', detail: 'too steep' };

/** A folder of inputs and a pool that does what a scan is named after, leaving image and record as a worker would. */
async function setting(names: readonly string[], options: Partial<CohortJob> = {}) {
  const folder = await scratchFolder();
  const [inputDir, outputDir] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(inputDir);
  await mkdir(outputDir);
  for (const name of names) await writeFile(join(inputDir, `${name}.nii`), name);
  const submitted: string[] = [];
  const work = async (name: string): Promise<WorkerReply> => {
    submitted.push(name);
    const kind = name.replace(/\d+$/, '');
    if (kind === 'timeout') throw new ConcordError('CONCORD_TIMEOUT', 'too slow');
    if (kind === 'crash') throw new ConcordError('CONCORD_WORKER', 'gone');
    if (kind === 'truncated') throw new ScanRefusal('TRUNCATED', 'ends early');
    if (kind === 'full') throw new ConcordError('CONCORD_NO_SPACE', 'full');
    const paths = outputPaths(outputDir, name);
    await writeFile(paths.image, `image of ${name}`);
    const record = {
      scan: name, status: kind === 'gated' ? 'refused' : 'harmonized', issues: [], gates: kind === 'gated' ? [gate] : [],
      outputs: [{ path: `${name}_desc-harmonized.nii.gz`, kind: 'image', sha256: sha256Of(`image of ${name}`), bytes: 1 }],
    } as unknown as ScanRecord;
    await writeFile(paths.record, canonicalJson(record));
    return { kind: 'scan', record };
  };
  const pool: LocalPool = {
    workers: 1, ready: () => Promise.resolve(), close: () => Promise.resolve(),
    submit: (request) => work((request as { job: { input: { name: string } } }).job.input.name),
  };
  const inputs = names.map((name) => ({ format: 'nifti', name, paths: [join(inputDir, `${name}.nii`)] }) as const);
  const run = async (change: Partial<CohortJob> = {}): Promise<readonly ScanOutcome[]> => {
    submitted.length = 0;
    const journal = await openJournal(outputDir);
    const job: CohortJob = {
      inputs, listed: [], common: { outputDir } as CohortJob['common'], configHash: 'config', resume: true, failFast: false,
      signal: new AbortController().signal, ...options, ...change,
    };
    return runCohort(job, pool, journal, () => undefined).finally(() => journal.close());
  };
  return { inputDir, outputDir, submitted, run };
}
const ends = (outcomes: readonly ScanOutcome[]) => outcomes.map(({ scan, status, code }) => `${scan} ${status} ${String(code)}`);

describe('every input ends as exactly one outcome', () => {
  it('a fault of one scan costs only that scan', async () => {
    const { run } = await setting(['crash', 'fine', 'gated', 'timeout', 'truncated'], { listed: [{ name: 'localizer', issue: issue('LOCALIZER', 'three planes') }] });
    const outcomes = await run();
    expect(ends(outcomes)).toEqual([
      'crash failed WORKER_CRASH', 'fine harmonized null', 'gated refused QC_FAIL', 'localizer skipped LOCALIZER',
      'timeout failed TIMEOUT', 'truncated refused TRUNCATED',
    ]);
    expect(outcomes.filter(({ code }) => code !== null).every(({ detail, remedy }) => detail !== '' && remedy !== '')).toBe(true);
    expect(outcomes.find(({ scan }) => scan === 'gated')?.isGate).toBe(true);
  });

  it('after a full disk nothing more is started, and the rest is named', async () => {
    const { run, submitted } = await setting(['a', 'full', 'z']);
    expect(ends(await run())).toEqual(['a harmonized null', 'full failed CONCORD_NO_SPACE', 'z skipped CONCORD_NO_SPACE']);
    expect(submitted).toEqual(['a', 'full']);
  });

  it('--fail-fast stops after a failure, not after a refusal', async () => {
    const { run } = await setting(['crash', 'gated0', 'z'], { failFast: true });
    expect(ends(await run())).toEqual(['crash failed WORKER_CRASH', 'gated0 skipped FAIL_FAST', 'z skipped FAIL_FAST']);
    const { run: refusing } = await setting(['gated', 'z'], { failFast: true });
    expect(ends(await refusing())).toEqual(['gated refused QC_FAIL', 'z harmonized null']);
  });

  it('an interrupted run names what it left out', async () => {
    const { run } = await setting(['a', 'b'], { signal: AbortSignal.abort(130) });
    expect(ends(await run())).toEqual(['a skipped INTERRUPTED', 'b skipped INTERRUPTED']);
  });

  it('a scan that is refused now does not lie beside the image of an earlier run', async () => {
    const { run, outputDir } = await setting(['truncated']);
    await writeFile(outputPaths(outputDir, 'truncated').image, 'old');
    await run();
    await expect(readFile(outputPaths(outputDir, 'truncated').image)).rejects.toThrow('ENOENT');
  });
});

describe('a run that is resumed', () => {
  it('repeats no scan that is finished, harmonized or refused by a gate; a failed one is tried again', async () => {
    const { run, submitted } = await setting(['crash', 'fine', 'gated']);
    const first = await run();
    const again = await run();
    expect(submitted).toEqual(['crash']);
    expect(ends(again)).toEqual(ends(first));
    expect(again.map(({ isResumed }) => isResumed)).toEqual([false, true, true]);
  });

  it.each([
    ['another input', async (s: Awaited<ReturnType<typeof setting>>) => { await writeFile(join(s.inputDir, 'fine.nii'), 'changed'); return {}; }],
    ['a changed image', async (s: Awaited<ReturnType<typeof setting>>) => { await writeFile(outputPaths(s.outputDir, 'fine').image, 'changed'); return {}; }],
    ['a changed record', async (s: Awaited<ReturnType<typeof setting>>) => { await writeFile(outputPaths(s.outputDir, 'fine').record, '{}'); return {}; }],
    ['another configuration', () => Promise.resolve({ configHash: 'other' })],
    ['--no-resume', () => Promise.resolve({ resume: false })],
  ])('repeats it for %s', async (_, change) => {
    const s = await setting(['fine']);
    await s.run();
    const outcomes = await s.run(await change(s));
    expect(s.submitted).toEqual(['fine']);
    expect(ends(outcomes)).toEqual(['fine harmonized null']);
  });
});
