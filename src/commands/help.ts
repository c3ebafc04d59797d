import { RESEARCH_USE } from '../core/scanRecord.ts';
import type { CommandModule } from './command.ts';
import { kebabCase } from './parameter.ts';
import type { Parameter } from './parameter.ts';

/** The help of one command; docs/reference/cli.md is made of these. */
export function commandHelp({ name, summary, groups, example }: CommandModule): string {
  const titles = Object.keys(groups);
  const rows = titles.map((title) => Object.entries(groups[title]!).map(([key, parameter]) => rowOf(key, parameter)));
  const [left, middle] = [0, 1].map((column) => Math.max(...rows.flat().map((row) => row[column]!.length)));
  const lines = rows.flatMap((group, i) => [
    titles[i]!,
    ...group.map(([spelling, text, note]) => `  ${spelling.padEnd(left!)}  ${text.padEnd(middle!)}  ${note}`.trimEnd()),
    '',
  ]);
  return [`Usage: ${usageOf(name, groups)}`, '', `  ${summary}`, '', ...lines, 'Example', `  concord ${example}`, '', RESEARCH_USE, ''].join('\n');
}

/** The help of the whole program. */
export function programHelp(version: string, commands: readonly CommandModule[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: concord <command> [options]', '', '  Bring CT and MR scans from many scanners to the look of one reference.', '',
    'Commands', ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`), '',
    'Options', `  ${'--help'.padEnd(width)}  Print this help, or a command's`, `  ${'--version'.padEnd(width)}  Print the version, ${version}`, '',
    'Example', `  concord ${commands[0]!.example}`, '', 'Input must already be de-identified.', RESEARCH_USE, '',
  ].join('\n');
}

function usageOf(name: string, groups: CommandModule['groups']): string {
  const all = Object.values(groups).flatMap((group) => Object.entries(group));
  const positional = all.filter(([, { kind }]) => kind === 'argument').map(([key]) => ` <${kebabCase(key)}>`);
  const required = all.filter(([, { kind, required }]) => required && kind !== 'argument');
  const named = required.map(([key, { metavar }]) => ` --${kebabCase(key)} ${metavar ?? ''}`);
  return `concord ${name} [options]${positional.join('')}${named.join('')}`;
}

function rowOf(key: string, parameter: Parameter): readonly [string, string, string] {
  return [spellingOf(key, parameter), parameter.description, noteOf(parameter)];
}

function spellingOf(key: string, { kind, metavar, short }: Parameter): string {
  if (kind === 'argument') return `<${kebabCase(key)}>`;
  const dashed = kind === 'switch' ? `--no-${kebabCase(key)}` : `--${kebabCase(key)}`;
  return `${short === undefined ? '' : `-${short}, `}${dashed}${metavar === undefined ? '' : ` ${metavar}`}`;
}

function noteOf({ required, default: value, defaultNote, choices, min, max }: Parameter): string {
  if (required) return '[required]';
  const shown = defaultNote ?? (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined);
  const facts = [shown === undefined ? undefined : `default: ${shown}`, choices?.join(' | '), rangeOf(min, max)];
  const known = facts.filter((fact) => fact !== undefined);
  return known.length === 0 ? '' : `[${known.join('; ')}]`;
}

function rangeOf(min: number | undefined, max: number | undefined): string | undefined {
  if (min === undefined) return max === undefined ? undefined : `<=${max}`;
  return max === undefined ? `>=${min}` : `${min}…${max}`;
}
