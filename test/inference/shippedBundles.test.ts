import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/config/manifest.ts';
import { loadBundle } from '../../src/inference/bundle.ts';

const models = join(import.meta.dirname, '../../models');
const bundles = readdirSync(models)
  .filter((id) => id !== 'recipe' && id !== 'schema')
  .flatMap((id) => readdirSync(join(models, id)).map((version) => join(models, id, version)));

const HEADINGS = ['Does', 'Trained on', 'Measured', 'Limits', 'Not for', 'Licence', 'Citation'];

it('ships at least one bundle', () => {
  expect(bundles.length).toBeGreaterThan(0);
});

describe.each(bundles)('%s', (folder) => {
  const card = readFileSync(join(folder, 'CARD.md'), 'utf8');

  it('has a card with every heading, in order, and nothing left to fill in', () => {
    expect(card.match(/^## .+$/gm)).toEqual(HEADINGS.map((heading) => `## ${heading}`));
    expect(card).not.toMatch(/TODO|TBD|XXX|\bfill in\b/i);
    expect(card).toContain('For research use only. Not for use in diagnostic procedures.');
  });

  it('has measured numbers in its manifest, and the card prints the headline ones', async () => {
    const { eval_metrics: measured } = await loadManifest(folder);
    const head = (measured['simulated_head'] ?? measured['simulated_pairs']) as { methods: Record<string, { mae: number; share: number }> };
    for (const method of ['nothing', 'start', 'model']) {
      const row = head.methods[method];
      expect(card).toContain(row?.mae.toFixed(4));
      expect(card).toContain(row?.share.toFixed(2));
    }
  });

  it('agrees with PyTorch within the stated limit', async () => {
    const { parity } = await loadManifest(folder);
    const { limit, maxAbsDifference } = parity;
    expect(limit).toBeLessThanOrEqual(1e-4);
    expect(Math.max(...Object.values(maxAbsDifference))).toBeLessThanOrEqual(limit);
  });

  it('loads: hashes, shapes and a trial run', async () => {
    const bundle = await loadBundle(folder, 'cpu');
    expect(bundle.provider).toBe('cpu');
    await bundle.close();
  });
});
