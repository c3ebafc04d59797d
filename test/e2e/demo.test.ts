import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tinyBundle = join(root, 'test', 'support', 'tinyBundle');
/** A whole demo, on a busy machine too. */
const PATIENCE_MS = 400_000;
let work = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'concord-demo-'));
  const { status, talk } = await node(['scripts/setup.mjs']);
  expect(status, talk).toBe(0);
}, PATIENCE_MS);
afterAll(() => rm(work, { recursive: true, force: true }));

describe('concord simulate', () => {
  it('writes every person on every scanner, their truth and the plan, with the same bytes twice', async () => {
    const [first, second] = [join(work, 'one'), join(work, 'two')];
    const options = ['--people', '1', '--spacing', '4', '--seed', '7', '--json'];
    const { status, result } = await node(['dist/cli.js', 'simulate', first, ...options]);
    expect(status).toBe(0);
    expect(JSON.parse(result)).toMatchObject({ people: 1, scanners: ['scanner-a', 'scanner-b'], seed: 7, spacingMm: 4 });
    await node(['dist/cli.js', 'simulate', second, ...options]);
    expect(await listing(first)).toEqual(await listing(second));
    expect((await listing(first)).map((entry) => entry.split(' ')[0])).toEqual([
      'cohort.json', 'participants.tsv',
      'scanner-a/sub-01_T1w.json', 'scanner-a/sub-01_T1w.nii.gz', 'scanner-b/sub-01_T1w.json', 'scanner-b/sub-01_T1w.nii.gz',
      'truth/scanner-a/sub-01_T1w.json', 'truth/scanner-a/sub-01_T1w.nii.gz', 'truth/scanner-b/sub-01_T1w.json', 'truth/scanner-b/sub-01_T1w.nii.gz',
    ]);
    const sidecar = JSON.parse(await readFile(join(first, 'scanner-a', 'sub-01_T1w.json'), 'utf8')) as unknown;
    expect(sidecar).toMatchObject({ Modality: 'MR', MagneticFieldStrength: 3, RepetitionTime: 2.3, InversionTime: 0.9, FlipAngle: 9 });
  }, PATIENCE_MS);

  it('leaves a folder alone that holds something else: exit 6', async () => {
    const folder = await mkdtemp(join(work, 'taken-'));
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    const { status, talk } = await node(['dist/cli.js', 'simulate', folder, '--people', '1', '--spacing', '4']);
    expect(status).toBe(6);
    expect(talk).toContain('CONCORD_OUTPUT_NOT_WRITABLE');
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });
});

describe('npm run demo', () => {
  it('simulates, harmonizes and evaluates; the error to the truth falls', async () => {
    const output = join(work, 'demo');
    // The closed-form start does the work here: the tiny bundle's networks are random and nearly silent
    const { status, result, talk } = await node(['scripts/demo.mjs', '--output', output, '--people', '2', '--spacing', '3', '--bundle', tinyBundle]);
    expect(status, talk).toBe(0);
    const [before, after] = row(result, 'brain MAE to the truth');
    expect(after).toBeLessThan(0.8 * before!);
    expect(talk).toContain(join(output, 'evaluation', 'evaluation.html'));
    expect(await readFile(join(output, 'evaluation', 'evaluation.html'), 'utf8')).toContain('For research use only');
    expect(await readdir(join(output, 'harmonized'))).toContain('sub-01_desc-harmonized_T1w.nii.gz');
  }, PATIENCE_MS);

  it('asks for both of --input and --reference: exit 2', async () => {
    const { status, talk } = await node(['scripts/demo.mjs', '--input', work]);
    expect(status).toBe(2);
    expect(talk).toContain('needs both --input and --reference');
  });
});

type Ran = Readonly<{ status: number; result: string; talk: string }>;

/** Runs node in the repository: exit status, standard output, standard error. */
function node(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, result, talk) => {
      resolve({ status: error === null ? 0 : Number(error.code), result, talk });
    });
  });
}

/** The numbers of one line of the table. */
function row(table: string, label: string): number[] {
  const line = table.split('\n').find((candidate) => candidate.startsWith(label)) ?? '';
  return line.slice(label.length).trim().split(/\s{2,}/).map(Number.parseFloat);
}

async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(files.map(async (path) => {
    const digest = createHash('sha256').update(await readFile(path)).digest('hex');
    return `${path.slice(folder.length + 1).replaceAll('\\', '/')} ${digest}`;
  }));
}
