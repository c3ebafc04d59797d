import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../src/core/errors.ts';
import { issueTable } from '../../src/core/issues.ts';
import { withoutComments } from './layerRules.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const code = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/^core.(errors|issues)\.ts$/.test(file))
  .map((file) => withoutComments(readFileSync(`${root}src/${file}`, 'utf8')))
  .join('\n');

describe.each([
  { what: 'error', codes: Object.keys(errorTable), page: 'docs/reference/errors.md' },
  { what: 'issue', codes: Object.keys(issueTable), page: 'docs/reference/issues.md' },
])('every $what code', ({ codes, page }) => {
  it('is used somewhere in src', () => {
    expect(codes.filter((each) => !code.includes(`'${each}'`))).toEqual([]);
  });

  it(`has its row in ${page}, and every code there exists`, () => {
    const text = existsSync(root + page) ? readFileSync(root + page, 'utf8') : '';
    const documented = [...text.matchAll(/^\| *`([A-Z][A-Z0-9_]+)`/gm)].map((match) => match[1]!);
    expect([...documented].sort()).toEqual([...codes].sort());
  });
});

describe('the error table', () => {
  it('gives every code the exit status of its class and a remedy that is a sentence', () => {
    for (const [name, { exit, remedy }] of Object.entries(errorTable)) {
      expect([1, 2, 3, 5, 6, 7, 8], name).toContain(exit);
      expect(remedy, name).toMatch(/^[A-Z].{15,}\.$/);
    }
  });

  it('starts every code with CONCORD_, and no issue code does', () => {
    expect(Object.keys(errorTable).filter((name) => !/^CONCORD_[A-Z_]+$/.test(name))).toEqual([]);
    expect(Object.keys(issueTable).filter((name) => !/^(?!CONCORD_)[A-Z0-9_]+$/.test(name))).toEqual([]);
  });
});
