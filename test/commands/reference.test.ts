import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderReference } from '../../scripts/generateDocs.mjs';
import { commandModules } from '../../src/commands/commandModules.ts';
import { commandHelp, programHelp } from '../../src/commands/help.ts';
import { packageVersion } from '../../src/commands/runCommandLine.ts';
import { errorTable } from '../../src/core/errors.ts';
import { issueTable } from '../../src/core/issues.ts';
import { metricCatalogue } from '../../src/metrics/catalogue.ts';
import { ctFeatureCatalogue } from '../../src/metrics/ct/ctFeatures.ts';
import { featureCatalogue } from '../../src/metrics/features/featureCatalogue.ts';
import { ctArmCatalogue } from '../../src/pipeline/evaluation/ct/ctArms.ts';
import { armCatalogue } from '../../src/pipeline/evaluation/arms/armCatalogue.ts';

const pages = renderReference({ version: packageVersion(), commands: commandModules, commandHelp, programHelp, errorTable, issueTable, metricCatalogue, featureCatalogue, ctFeatureCatalogue, armCatalogue, ctArmCatalogue });
const written = (name: string): string => readFileSync(fileURLToPath(new URL(`../../docs/reference/${name}`, import.meta.url)), 'utf8');

describe('docs/reference', () => {
  it.each([...pages])('%s is what the program says now (else run: node scripts/generateDocs.mjs)', (name, text) => {
    expect(written(name)).toBe(text);
  });
});

describe('what to do about an error or an issue', () => {
  it('names only options that a command has', () => {
    const options = new Set([...pages.get('cli.md')!.matchAll(/--[a-z-]+/g)].map(([option]) => option));
    const remedies = [...Object.values(errorTable), ...Object.values(issueTable)].map(({ remedy }) => remedy);
    const named = remedies.flatMap((remedy) => [...remedy.matchAll(/--[a-z-]+/g)].map(([option]) => option));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((option) => !options.has(option))).toEqual([]);
  });
});
