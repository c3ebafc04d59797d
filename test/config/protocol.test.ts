import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config/packageRoot.ts';
import { listProtocols, loadProtocol, ofModality, parseProtocol } from '../../src/config/protocol.ts';

const shipped = readFileSync(join(packageRoot, 'protocols/t1w-head/1.0.0.json'), 'utf8');

/** The shipped protocol with one value changed; `path` as in the messages. */
function changed(path: string, value: unknown): string {
  const protocol = JSON.parse(shipped) as Record<string, unknown>;
  const keys = path.split('/').slice(1);
  const last = keys.pop()!;
  const holder = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, protocol);
  holder[last] = value;
  return JSON.stringify(protocol);
}

describe('the shipped protocol t1w-head', () => {
  it('is 1.0.0: 96×120×96 at 2 mm, two timesteps, eight draws', async () => {
    const { id, version, conform, sampler } = ofModality(await loadProtocol('t1w-head'), 'MR');
    expect({ id, version }).toEqual({ id: 't1w-head', version: '1.0.0' });
    expect(conform.frame).toEqual([96, 120, 96]);
    expect(conform.spacingMm).toBe(2);
    expect(sampler.timesteps).toEqual([999, 499]);
    expect(sampler.draws).toBe(8);
  });

  it('is found by id, by id and version, and by path, and is the same', async () => {
    const all = await Promise.all(['t1w-head', 't1w-head/1.0.0', join(packageRoot, 'protocols/t1w-head/1.0.0.json')].map(loadProtocol));
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(await listProtocols()).toContain('t1w-head');
  });

  it('is frozen to its leaves', () => {
    const protocol = parseProtocol(shipped) as unknown as { sampler: { timesteps: number[] } };
    expect(() => protocol.sampler.timesteps.push(1)).toThrow(TypeError);
  });
});

describe('a protocol that breaks its schema is refused with path, expected and got', () => {
  it.each([
    ['an unknown key', changed('/sampler/steps', 4), '/sampler: expected only known keys, got "steps"'],
    ['another schema', changed('/schemaVersion', 2), '/schemaVersion: expected 1, got 2'],
    ['a number as text', changed('/sampler/draws', '8'), '/sampler/draws: expected integer, got "8"'],
    ['too many draws', changed('/sampler/draws', 65), '/sampler/draws: expected <= 64, got 65'],
    ['an open string', changed('/modality', 'PET'), '/modality: expected one of "MR", got "PET"'],
    ['two frame axes', changed('/conform/frame', [96, 120]), '/conform/frame: expected at least 3 items, got [96,120]'],
    ['rising timesteps', changed('/sampler/timesteps', [249, 999]), '/sampler/timesteps: expected numbers falling from below 1000, got [249, 999]'],
    ['a timestep beyond the schedule', changed('/sampler/timesteps', [1000, 1]), '/sampler/timesteps: expected numbers falling from below 1000'],
    ['no JSON', '{', 'expected JSON'],
  ])('%s', (_, text, message) => {
    expect(() => parseProtocol(text)).toThrow(expect.objectContaining({ code: 'CONCORD_PROTOCOL', message: expect.stringContaining(message) as string }));
  });

  it('a missing key', () => {
    const { gates: _, ...rest } = JSON.parse(shipped) as Record<string, unknown>;
    expect(() => parseProtocol(JSON.stringify(rest))).toThrow('/: expected key "gates", got none');
  });
});

describe('loadProtocol refuses with CONCORD_PROTOCOL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-protocol-'));
  it.each([
    ['an unknown id', 't2w-knee', 'Expected a protocol id (ct-kernel, t1w-head'],
    ['an unknown version', 't1w-head/9.0.0', 'has versions 1.0.0, got "9.0.0"'],
    ['a path out of the folder', '../models/schema', 'Expected a protocol id'],
    ['a file that is not there', join(folder, 'none.json'), 'cannot be read'],
  ])('%s', async (_, name, message) => {
    await expect(loadProtocol(name)).rejects.toMatchObject({ code: 'CONCORD_PROTOCOL', message: expect.stringContaining(message) as string });
  });

  it('and takes a file of one\'s own', async () => {
    const path = join(folder, 'mine.json');
    writeFileSync(path, changed('/sampler/draws', 2));
    expect((await loadProtocol(path)).sampler.draws).toBe(2);
  });
});
