import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandModules } from '../../src/commands/commandModules.ts';
import { kebabCase } from '../../src/commands/parameter.ts';
import { gates } from '../../src/pipeline/gates.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
const pages = [...docs, 'README.md', 'CONTRIBUTING.md'].filter((path) => path.endsWith('.md') && existsSync(root + path));
const read = (page: string): string => readFileSync(root + page, 'utf8');

/** `npx concord style create a b --x` in a fence or in running text → what follows `concord`. */
function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:npx concord|npm run concord --) ([^\n`]+)/g)].map((match) => match[1]!.trim());
}

/** Why a command line cannot be right: no such command, or an option it does not have. */
function faultOf(commandLine: string): string | undefined {
  if (commandLine.startsWith('--')) return undefined;
  const words = commandLine.split(/\s+/);
  const module = commandModules.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '));
  if (module === undefined) return `${commandLine}: no such command`;
  const keys = Object.values(module.groups).flatMap((group) => Object.entries(group));
  const options = keys.map(([key, { kind }]) => `--${kind === 'switch' ? 'no-' : ''}${kebabCase(key)}`);
  const unknown = words.find((word) => word.startsWith('--') && word !== '--help' && !options.includes(word.split('=')[0]!));
  return unknown === undefined ? undefined : `${commandLine}: no option ${unknown}`;
}

describe('the documentation', () => {
  it('uses only commands and options that exist', () => {
    const commands = pages.flatMap((page) => commandsIn(read(page)));
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
    expect(faultOf('harmonise a b')).toContain('no such command');
    expect(faultOf('harmonize a b --refrence c')).toContain('--refrence');
  });

  it('links only to pages that exist', () => {
    const broken = pages.flatMap((page) => [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .filter((match) => !existsSync(join(root, dirname(page), match[1]!)))
      .map((match) => `${page}: ${match[1]!}`));
    expect(broken).toEqual([]);
  });

  it('names for every gotcha a test file, or a folder of them, that exists', () => {
    const text = read('docs/explanation/gotchas.md');
    const traps = text.split(/^\d+\. /m).slice(1);
    expect(traps.length).toBeGreaterThan(20);
    expect(traps.filter((trap) => !/`test\/|same file/.test(trap))).toEqual([]);
    const missing = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1]!).filter((path) => !existsSync(root + path));
    expect(missing).toEqual([]);
  });

  it('quotes titles of gotcha tests as they are', () => {
    let file = '';
    const stale = [...read('docs/explanation/gotchas.md').matchAll(/`(test\/[\w./-]+\.ts)`|(?<=[:,] )\*([^*\n]+)\*/g)].flatMap(([, path, title]) => {
      if (path !== undefined) file = path;
      return title === undefined || read(file).includes(title) ? [] : [`${file}: ${title}`];
    });
    expect(stale).toEqual([]);
  });

  it('explains every gate of a report', () => {
    const source = read('src/pipeline/gates.ts');
    const names = [...source.matchAll(/(?:atLeast|atMost|rarity)\('([a-z-]+)'|gate: '([a-z-]+)'/g)].map((match) => match[1] ?? match[2]!);
    expect(names.length).toBeGreaterThanOrEqual(gates.length - 1);
    const page = read('docs/how-to/read-the-report.md');
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
