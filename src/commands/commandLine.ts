import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { ConcordError } from '../core/errors.ts';
import type { CommandModule } from './command.ts';
import { commandHelp, programHelp } from './help.ts';
import { kebabCase } from './parameter.ts';
import type { Parameter } from './parameter.ts';

/** What an argument vector asks for. */
export type Request =
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'command'; command: CommandModule; values: Readonly<Record<string, unknown>> }>;

/**
 * Parses arguments (without node and script) by the commands' own definitions.
 *
 * @throws CONCORD_USAGE with what was expected and what was given
 */
export function parseCommandLine(argv: readonly string[], version: string, modules: readonly CommandModule[]): Request {
  let request: Request = { kind: 'text', text: programHelp(version, modules) };
  const program = quiet(new Command('concord'));
  program.helpCommand(false).helpOption(false).version(version, '--version');
  program.configureHelp({ formatHelp: () => programHelp(version, modules) });
  program.option('-h, --help').allowExcessArguments().action(() => {
    const [unknown] = program.args;
    if (unknown !== undefined) throw new ConcordError('CONCORD_USAGE', `Expected a command (${modules.map(({ name }) => name).join(', ')}), got "${unknown}".`);
  });
  for (const module of modules) {
    addCommand(program, module, (values) => { request = { kind: 'command', command: module, values }; },
      (text) => { request = { kind: 'text', text }; });
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version') return { kind: 'text', text: `${version}\n` };
    // a command's own --help wins over whatever else is wrong with the line
    if (argv.includes('--help') || argv.includes('-h')) return { kind: 'text', text: helpFor(argv, version, modules) };
    throw usageError(error);
  }
  return request;
}

function addCommand(
  program: Command, module: CommandModule,
  chosen: (values: Readonly<Record<string, unknown>>) => void, helped: (text: string) => void,
): void {
  const words = module.name.split(' ');
  const parent = words.length === 1 ? program : groupOf(program, words[0]!);
  const command = quiet(parent.command(words.at(-1)!)).helpOption(false).option('-h, --help').allowExcessArguments(false);
  const parameters = Object.values(module.groups).flatMap((group) => Object.entries(group));
  const positional = parameters.filter(([, { kind }]) => kind === 'argument').map(([key]) => key);
  for (const key of positional) command.argument(`<${kebabCase(key)}>`);
  for (const [key, parameter] of parameters) for (const option of optionsOf(key, parameter)) command.addOption(option);
  command.action((...given: unknown[]) => {
    const { help, ...options } = command.opts();
    if (help === true) helped(commandHelp(module));
    else chosen({ ...options, ...Object.fromEntries(positional.map((key, i) => [key, given[i]])) });
  });
}

/** `style` of `style create`: exists once, and has nothing but its commands. */
function groupOf(program: Command, name: string): Command {
  return program.commands.find((command) => command.name() === name)
    ?? quiet(program.command(name)).helpCommand(false).helpOption(false);
}

function optionsOf(key: string, parameter: Parameter): Option[] {
  const { kind, metavar = 'TEXT', short, required, choices, default: value } = parameter;
  const long = `--${kebabCase(key)}`;
  const flags = short === undefined ? long : `-${short}, ${long}`;
  switch (kind) {
    case 'argument': return [];
    case 'flag': return [new Option(flags).default(false)];
    case 'switch': return [new Option(long).default(true).hideHelp(), new Option(`--no-${kebabCase(key)}`)];
    case 'choice': return [new Option(`${flags} <${metavar}>`).choices(choices ?? []).default(value)];
    default: {
      const option = new Option(`${flags} <${metavar}>`).default(value).makeOptionMandatory(required);
      return [kind === 'text' ? option : option.argParser((text: string) => parseNumber(text, parameter))];
    }
  }
}

function parseNumber(text: string, { kind, min = -Infinity, max = Infinity }: Parameter): number {
  const value = Number(text);
  const isNumber = text.trim() !== '' && (kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (!isNumber || value < min || value > max) {
    const range = [min === -Infinity ? '' : ` >= ${min}`, max === Infinity ? '' : ` <= ${max}`].filter(Boolean).join(' and');
    throw new InvalidArgumentError(`Expected ${kind === 'integer' ? 'an integer' : 'a number'}${range}.`);
  }
  return value;
}

/** Commander prints nothing and ends nothing: errors are thrown to the one place that does. */
function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
}

function helpFor(argv: readonly string[], version: string, modules: readonly CommandModule[]): string {
  const module = modules.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word));
  return module === undefined ? programHelp(version, modules) : commandHelp(module);
}

function usageError(error: CommanderError): ConcordError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ').replace(/\(outputHelp\)/, 'A command was expected, got none');
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/[.\s]*$/, '.');
  return new ConcordError('CONCORD_USAGE', sentence, { cause: error });
}
