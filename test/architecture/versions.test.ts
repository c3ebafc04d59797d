import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const { version, license, engines } = JSON.parse(read('package.json')) as { version: string; license: string; engines: { node: string } };

describe('the version in package.json', () => {
  it('is that of package-lock.json', () => {
    const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, { version?: string }> };
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
  });

  it('is that of CITATION.cff', () => {
    expect(/^version: (.+)$/m.exec(read('CITATION.cff'))?.[1]).toBe(version);
  });

  it('has the newest entry of CHANGELOG.md, which says whether outputs changed', () => {
    const entries = read('CHANGELOG.md').split(/^## /m).slice(1);
    expect(entries[0]).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')}\\b`));
    expect(entries[0]).toContain('### Output changes');
  });
});

describe('what package.json says of the project', () => {
  it('is the licence of LICENSE and CITATION.cff', () => {
    expect(license).toBe('Apache-2.0');
    expect(read('LICENSE')).toContain('Apache License\n                           Version 2.0, January 2004');
    expect(read('CITATION.cff')).toContain('license: Apache-2.0');
  });

  it('is the Node version that README.md and CONTRIBUTING.md ask for', () => {
    const wanted = engines.node.replace('>=', '');
    expect(read('README.md')).toContain(wanted);
    expect(read('CONTRIBUTING.md')).toContain(wanted);
  });
});
