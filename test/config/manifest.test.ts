import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCompatible, newestBundle } from '../../src/config/installedBundles.ts';
import { loadManifest, parseManifest } from '../../src/config/manifest.ts';
import type { Manifest } from '../../src/config/manifest.ts';
import { packageRoot } from '../../src/config/packageRoot.ts';
import { loadProtocol, ofModality } from '../../src/config/protocol.ts';
import { compareVersions, newestVersion } from '../../src/config/semver.ts';

const tinyDir = join(packageRoot, 'test/support/tinyBundle');
type Loose = { [Key in keyof Manifest]: unknown };
const loose = (): Loose => JSON.parse(readFileSync(join(tinyDir, 'manifest.json'), 'utf8')) as Loose;
const shapeError = (message: string): unknown => expect.objectContaining({ code: 'CONCORD_MODEL_SHAPE', message: expect.stringContaining(message) as string });

describe('parseManifest', () => {
  it('reads the tiny bundle: 24 numbers of style, 20 knots', async () => {
    const manifest = ofModality(await loadManifest(tinyDir), 'MR');
    expect(manifest.style.codeLength).toBe(24);
    expect(manifest.statistics.knots).toBe(20);
  });

  it.each([
    ['an unknown key', (m: Loose) => ({ ...m, secret: 1 }), 'expected only known keys, got "secret"'],
    ['a short hash', (m: Loose) => ({ ...m, files: [{ path: 'denoiser.onnx', sha256: 'abc', bytes: 1 }] }), '/files/0/sha256: expected'],
    ['a path out of the bundle', (m: Loose) => ({ ...m, files: [{ path: '../x', sha256: '0'.repeat(64), bytes: 1 }] }), '/files/0/path: expected'],
    ['a network without its file', (m: Loose) => ({ ...m, files: [{ path: 'a.onnx', sha256: '0'.repeat(64), bytes: 1 }] }), '/networks/style_encoder/path: expected a file listed'],
    ['a code of another length', (m: Loose) => ({ ...m, style: { codeLength: 23 } }), '/calibration/codeSpread: expected 23 means'],
    ['people who do not differ at all', (m: Loose) => ({ ...m, calibration: { personSpread: { brain: 0, outside: 0.04, people: 4 } } }), '/calibration/personSpread/brain: expected'],
  ])('refuses %s', (_, change, message) => {
    expect(() => parseManifest(JSON.stringify(change(loose())))).toThrow(shapeError(message));
  });

  it('takes a bundle that is not calibrated', () => {
    expect(parseManifest(JSON.stringify({ ...loose(), calibration: {} })).calibration).toEqual({});
  });

  it('a folder without a manifest is a missing model', async () => {
    await expect(loadManifest(join(packageRoot, 'docs'))).rejects.toMatchObject({ code: 'CONCORD_MODEL_MISSING' });
  });
});

describe('a protocol and a bundle must agree', () => {
  it('t1w-head and the tiny bundle do', async () => {
    checkCompatible(await loadProtocol('t1w-head'), await loadManifest(tinyDir));
  });

  it('19 knots against 20 are refused by name', async () => {
    const protocol = ofModality(await loadProtocol('t1w-head'), 'MR');
    const other = { ...protocol, statistics: { ...protocol.statistics, knots: 19 } };
    const manifest = await loadManifest(tinyDir);
    expect(() => { checkCompatible(other, manifest); }).toThrow(shapeError('differ in /statistics'));
  });

  it('timesteps and draws may differ: they are the protocol\'s to choose', async () => {
    const protocol = ofModality(await loadProtocol('t1w-head'), 'MR');
    checkCompatible({ ...protocol, sampler: { ...protocol.sampler, timesteps: [999], draws: 1 } }, await loadManifest(tinyDir));
  });
});

describe('installed bundles', () => {
  it('a bundle that is not installed is CONCORD_MODEL_MISSING', async () => {
    await expect(newestBundle('ct-chest')).rejects.toMatchObject({ code: 'CONCORD_MODEL_MISSING' });
  });

  it('10.0.0 is newer than 9.9.9, and words are no versions', () => {
    expect(newestVersion(['9.9.9', '10.0.0', 'latest', '1.0'])).toBe('10.0.0');
    expect(newestVersion(['schema'])).toBeUndefined();
    expect(Math.sign(compareVersions('0.2.0', '0.10.0'))).toBe(-1);
  });
});
