import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandModules } from '../../src/commands/commandModules.ts';
import { parseCommandLine } from '../../src/commands/commandLine.ts';
import { commandHelp } from '../../src/commands/help.ts';
import { listBundles } from '../../src/config/installedBundles.ts';
import { RESEARCH_USE } from '../../src/core/scanRecord.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import { newNiftiOrigin } from '../../src/formats/nifti/newHeader.ts';
import { writeNifti } from '../../src/formats/nifti/writeNifti.ts';
import { ctPhantom } from '../support/ctPhantom.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';
import { runCli, tinyBundle } from '../support/runCli.ts';
import type { CliResult } from '../support/runCli.ts';

let root: string;
const at = (...names: string[]): string => join(root, ...names);
const common = ['--bundle', tinyBundle, '--device', 'cpu'];
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !['journal.jsonl', 'timing.json'].includes(name)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, createHash('sha256').update(await readFile(join(folder, name))).digest('hex')])));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'concord-cli-'));
  await writeInt16(at('reference', 'ref_T1w.nii'), phantomScan('reference', 'scanner-1'));
  await writeInt16(at('scans', 'sub-01_T1w.nii'), phantomScan('p1', 'scanner-2'));
  await writeInt16(at('scans', 'deeper', 'sub-02_T1w.nii'), phantomScan('p2', 'scanner-2'));
}, 120_000);
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('help', () => {
  it.each(commandModules.map((module) => [module.name, module] as const))('of %s: usage, groups, example, research sentence; the example parses', (name, module) => {
    const help = commandHelp(module);
    expect(help).toMatch(new RegExp(`^Usage: concord ${name} \\[options\\]`));
    expect(help.trimEnd().endsWith(RESEARCH_USE)).toBe(true);
    expect(help).toContain('  --json ');
    expect(parseCommandLine(module.example.split(' '), '0', commandModules)).toMatchObject({ kind: 'command', command: module });
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(140);
  });

  it('concord harmonize --help prints it on standard output, whatever else is wrong with the line', async () => {
    const result = await runCli(['harmonize', '--seed', 'x', '--help']);
    expect(result).toEqual({ status: 0, stdout: commandHelp(commandModules[0]!), stderr: '' });
  });

  it('every flag is off by default or has a --no- form, and every option is kebab-case', () => {
    for (const { groups } of commandModules) {
      const options = Object.values(groups).flatMap((group) => Object.entries(group));
      expect(options.filter(([, { kind, default: value }]) => (kind === 'flag' && value !== false) || (kind === 'switch' && value !== true))).toEqual([]);
    }
  });
});

describe('usage errors', () => {
  it.each([
    ['no reference', ['harmonize', 'a', 'b'], '--reference'],
    ['an unknown option', ['harmonize', 'a', 'b', '--reference', 'r', '--target', 'x'], '--target'],
    ['one argument too many', ['inspect', 'a', 'b'], 'Too many arguments'],
    ['a word for a number', ['harmonize', 'a', 'b', '--reference', 'r', '--seed', 'x'], 'Expected an integer >= 0'],
    ['a device that does not exist', ['harmonize', 'a', 'b', '--reference', 'r', '--device', 'tpu'], 'auto, cpu, cuda, webgpu'],
    ['an unknown command', ['harmonise'], 'harmonise'],
    ['half a command', ['style'], 'command'],
  ])('%s', (_, argv, said) => {
    expect(() => parseCommandLine(argv, '0', commandModules)).toThrow(
      expect.objectContaining({ code: 'CONCORD_USAGE', message: expect.stringContaining(said) as string }),
    );
  });

  it('as a process: exit 2, the code and the remedy on standard error, and with --json on standard output too', async () => {
    const result = await runCli(['harmonize', '--json']);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^concord: CONCORD_USAGE: .*\n {2}Run the command with --help/);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'CONCORD_USAGE' } });
  });
});

describe('concord harmonize on two scans', () => {
  let result: CliResult;
  beforeAll(async () => {
    result = await runCli(['harmonize', at('scans'), at('out'), '--reference', at('reference'), ...common, '--json', '--log-file', at('log.jsonl')]);
  }, 300_000);

  it('ends with 0 and one JSON value that names both scans', () => {
    expect(result.status, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      researchUse: RESEARCH_USE, bundle: 'tiny/0.0.1', protocol: 't1w-head/1.0.0', counts: { harmonized: 2, refused: 0, failed: 0, skipped: 0 },
      scans: [{ scan: 'sub-01_T1w', status: 'harmonized' }, { scan: 'sub-02_T1w', status: 'harmonized' }],
    });
  });

  it('leaves image, sidecar, report and record of each, and an index that links the reports', async () => {
    const names = await readdir(at('out'));
    for (const scan of ['sub-01', 'sub-02']) {
      expect(names).toEqual(expect.arrayContaining([
        `${scan}_desc-harmonized_T1w.nii.gz`, `${scan}_desc-harmonized_T1w.json`, `${scan}_T1w.html`, `${scan}_T1w.record.json`,
      ]));
      expect(await readFile(at('out', 'index.html'), 'utf8')).toContain(`href="${scan}_T1w.html"`);
    }
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('each record names its outputs by hash, the resolved protocol, and no path', async () => {
    const text = await readFile(at('out', 'sub-01_T1w.record.json'), 'utf8');
    const record = JSON.parse(text) as ScanRecord;
    for (const { path, sha256 } of record.outputs) {
      expect(createHash('sha256').update(await readFile(at('out', path))).digest('hex')).toBe(sha256);
    }
    expect(record.protocol).toMatchObject({ id: 't1w-head', sampler: { draws: 8 } });
    expect(text).not.toContain(root);
  });

  it('the log is JSON lines without paths and scan names; talk went to standard error', async () => {
    const log = await readFile(at('log.jsonl'), 'utf8');
    const lines = log.trim().split('\n').map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(['begin', 'scan', 'scan', 'end']);
    expect(log).not.toContain('sub-01');
    expect(log).not.toContain(root);
    expect(result.stderr).toContain('Harmonizing 2/2');
  });

  it('two workers give the same bytes, and another seed other ones', async () => {
    expect((await runCli(['harmonize', at('scans'), at('out2'), '--reference', at('reference'), ...common, '--workers', '2'])).status).toBe(0);
    expect(await contentOf(at('out2'))).toEqual(await contentOf(at('out')));
    expect((await runCli(['harmonize', at('scans', 'sub-01_T1w.nii'), at('out3'), '--reference', at('reference'), ...common, '--seed', '1'])).status).toBe(0);
    const image = 'sub-01_desc-harmonized_T1w.nii.gz';
    expect((await contentOf(at('out3')))[image]).not.toBe((await contentOf(at('out')))[image]);
  }, 300_000);

  it('--dry-run says what would be done and writes nothing', async () => {
    const dry = await runCli(['harmonize', at('scans'), at('dry'), '--reference', at('reference'), ...common, '--dry-run']);
    expect(dry.status).toBe(0);
    expect(dry.stdout).toContain('Would bring 2 scans');
    expect(await readdir(root)).not.toContain('dry');
  });
});

describe('a saved style', () => {
  it('is created, shown, and gives the bytes that its scans give', async () => {
    const created = await runCli(['style', 'create', at('reference'), at('site.json'), ...common, '--json']);
    expect(created.status, created.stderr).toBe(0);
    expect(JSON.parse(await readFile(at('site.json'), 'utf8'))).toEqual(JSON.parse(created.stdout));
    expect((await runCli(['style', 'show', at('site.json')])).stdout).toMatch(/^Style site: 1 scan, MR, protocol t1w-head\/1\.0\.0/);
    const result = await runCli(['harmonize', at('scans', 'sub-01_T1w.nii'), at('styled'), '--reference', at('site.json'), ...common]);
    expect(result.status).toBe(0);
    const samples = async (folder: string): Promise<Buffer> => readFile(at(folder, 'sub-01_desc-harmonized_T1w.nii.gz'));
    // the header names the style, so only the sizes of the compressed voxels can be compared byte for byte
    expect(Math.abs((await samples('styled')).length - (await samples('out')).length)).toBeLessThan(64);
  }, 300_000);

  it('of another encoder is refused with 7', async () => {
    const style = JSON.parse(await readFile(at('site.json'), 'utf8')) as object;
    await writeFile(at('foreign.json'), JSON.stringify({ ...style, encoderSha256: 'f'.repeat(64) }));
    const result = await runCli(['harmonize', at('scans'), at('foreign'), '--reference', at('foreign.json'), ...common]);
    expect([result.status, result.stderr.includes('CONCORD_REFERENCE')]).toEqual([7, true]);
  });
});

describe('--source-style', () => {
  const recordOf = async (out: string): Promise<ScanRecord> => JSON.parse(await readFile(at(out, 'sub-01_T1w.record.json'), 'utf8')) as ScanRecord;

  it('lets every scan speak for the cohort, and what was done without it is done again', async () => {
    const line = ['harmonize', at('scans'), at('spoken'), '--reference', at('reference'), '--draws', '1', '--json', ...common];
    expect((await runCli(line)).status).toBe(0);
    const alone = await recordOf('spoken');
    expect(alone.sourceStyle).toBeUndefined();
    expect((await runCli([...line, '--source-style', at('scans')])).status).toBe(0);
    const together = await recordOf('spoken');
    expect(together.sourceStyle).toEqual({ styleId: 'scans', scans: 2 });
    expect(together.outputs[0]!.sha256).not.toBe(alone.outputs[0]!.sha256);
    expect(await readFile(at('spoken', 'sub-01_T1w.html'), 'utf8')).toContain('--source-style scans');
  }, 120_000);

  it('is exit status 7 when it is nowhere to be found', async () => {
    const line = ['harmonize', at('scans'), at('never'), '--reference', at('reference'), '--device', 'cpu', '--dry-run', '--source-style'];
    expect((await runCli([...line, 'no-such-style'])).status).toBe(7);
  });
});

describe('inspect, models and doctor', () => {
  it('inspect says shape, spacing, orientation and whether there is a head', async () => {
    const result = await runCli(['inspect', at('scans'), '--json']);
    expect(result.status).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      scans: [{ usable: true, facts: { spacingMm: [3, 3, 3], axisCodes: 'RAS', head: 'found' } }, { usable: true }], passedOver: { 'other file': 0 },
    });
  });

  it('inspect says of a CT, by its values alone, that it is in HU; what is not is refused, a head is not taken for one', async () => {
    const folder = at('cts');
    await mkdir(folder);
    const origin = newNiftiOrigin(ctPhantom(), { datatype: 'int16', littleEndian: true, sclSlope: 1, sclInter: 0 });
    const save = async (name: string, of: (hu: number) => number): Promise<void> => {
      const { samples, ...grid } = ctPhantom();
      await writeNifti(origin, { ...grid, samples: samples.map(of) }, join(folder, `${name}.nii.gz`), { datatype: 'float32', description: '' });
    };
    await save('hu', (hu) => hu);
    await save('shifted', (hu) => hu - 300);
    const { status, stdout } = await runCli(['inspect', folder, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scans: [
      { scan: 'hu', usable: true, facts: { units: 'HU', shape: [112, 104, 8], datatype: 'float32' }, issues: [{ code: 'METAL' }] },
      { scan: 'shifted', usable: false, facts: { shape: [112, 104, 8] }, issues: [{ code: 'NOT_HU' }] },
    ] });
    const head = await runCli(['inspect', folder, '--json', '--protocol', 't1w-head']);
    expect([head.status, JSON.parse(head.stdout)]).toMatchObject([3, { scans: [{ issues: [{ code: 'WRONG_MODALITY' }] }, { issues: [{ code: 'WRONG_MODALITY' }] }] }]);
    const heads = await runCli(['inspect', at('scans'), '--json', '--protocol', 'ct-kernel']);
    expect([heads.status, JSON.parse(heads.stdout)]).toMatchObject([3, { scans: [{ usable: false, facts: { shape: expect.any(Array) as number[] } }, { usable: false }] }]);
  });

  it('models check runs a bundle; with one bit changed it is refused with 7', async () => {
    const whole = await runCli(['models', 'check', '--bundle', tinyBundle, '--device', 'cpu']);
    expect([whole.status, whole.stdout.trim()]).toEqual([0, 'tiny/0.0.1  4 files as published, runs on cpu']);
    await cp(tinyBundle, at('broken'), { recursive: true });
    const bytes = await readFile(at('broken', 'denoiser.onnx'));
    bytes[1000]! ^= 1;
    await writeFile(at('broken', 'denoiser.onnx'), bytes);
    const broken = await runCli(['models', 'check', '--bundle', at('broken'), '--device', 'cpu', '--json']);
    expect([broken.status, JSON.parse(broken.stdout)]).toMatchObject([7, { error: { code: 'CONCORD_MODEL_HASH' } }]);
    const used = await runCli(['harmonize', at('scans'), at('unused'), '--reference', at('reference'), '--bundle', at('broken'), '--device', 'cpu']);
    expect([used.status, await readdir(at('unused'))]).toEqual([7, []]);
  }, 120_000);

  it('doctor says whether each device really runs; the CPU does', async () => {
    const { status, stdout } = await runCli(['doctor', '--json']);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; verdict: string }[] };
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['Node', 'ONNX Runtime', 'device cpu', 'device cuda', 'device webgpu', 'memory']));
    expect(checks.find(({ name }) => name === 'device cpu')?.verdict).toBe('ok');
    expect([0, 7]).toContain(status);
  }, 120_000);

  it('a device that is not usable is refused with 2, never replaced', async () => {
    const { checks } = JSON.parse((await runCli(['doctor', '--json'])).stdout) as { checks: { name: string; verdict: string }[] };
    const missing = ['cuda', 'webgpu'].find((name) => checks.find((check) => check.name === `device ${name}`)?.verdict !== 'ok');
    if (missing === undefined) return;
    const result = await runCli(['harmonize', at('scans'), at('gpu'), '--reference', at('reference'), '--bundle', tinyBundle, '--device', missing]);
    expect([result.status, result.stderr.includes('CONCORD_DEVICE')]).toEqual([2, true]);
  }, 120_000);
});

describe.skipIf((await listBundles()).length === 0)('the examples of the help, run in one folder (needs an installed bundle)', () => {
  const order = ['simulate', 'inspect', 'harmonize', 'evaluate', 'report', 'style create', 'style show', 'style list', 'models list', 'models check', 'doctor'];
  it('every command has its turn', () => {
    expect([...order].sort()).toEqual(commandModules.map(({ name }) => name).sort());
  });

  it.each(order)('%s ends with 0, or 9 where a gate refused a scan', async (name) => {
    const example = commandModules.find((module) => module.name === name)!.example.split(' ');
    const result = await runCli(example, { cwd: root });
    expect([0, ...(name === 'harmonize' ? [9] : [])], result.stderr).toContain(result.status);
    expect(result.stdout).not.toBe('');
  }, 900_000);
});
