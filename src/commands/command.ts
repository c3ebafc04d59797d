import type { JsonValue } from '../core/scanRecord.ts';
import { flag, optionalText, type ParameterGroups, type ValuesOf } from './parameter.ts';

/** The exit statuses of docs/reference/errors.md. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 130 | 143;

export type Progress = { step: (note?: string) => void; finish: () => void };

/** Operational log. Fields must hold no paths, no header text and nothing a patient could be known by. */
export type RunLog = {
  info: (fields: Readonly<Record<string, JsonValue>>, message: string) => void;
  warn: (fields: Readonly<Record<string, JsonValue>>, message: string) => void;
  close: () => Promise<void>;
};

/** What a command may use of the outside world; nothing else writes to standard output or error. */
export type CommandContext = Readonly<{
  version: string;
  /** The result on standard output: `value` as JSON with --json, else `text`. Called once. */
  result: (value: JsonValue, text: string) => void;
  /** Talk for a person, one line on standard error. */
  say: (line: string) => void;
  /** A bar on standard error, plain lines where it is not a terminal. */
  progress: (label: string, total: number) => Progress;
  log: RunLog;
  /** Aborted by SIGINT or SIGTERM; `signal.reason` is then 130 or 143. */
  signal: AbortSignal;
}>;

/** Parameters every command has, added to its group `Run`. */
export const commonParameters = {
  json: flag('Machine-readable result on standard output'),
  verbose: flag('Also write the log to standard error', 'v'),
  logFile: optionalText('FILE', 'Write the log, JSON lines, to FILE'),
};
export type CommonValues = ValuesOf<{ Run: typeof commonParameters }>;

export type CommandDefinition<Groups extends ParameterGroups> = Readonly<{
  /** As typed: `harmonize`, or `style create`. */
  name: string;
  /** One sentence: what it does. */
  summary: string;
  /** Title → parameters, in the order of the help; arguments in their positional order. */
  groups: Groups;
  /** A command line that works in the folder `concord simulate ./cohort` was run in, after `concord `. */
  example: string;
  run: (values: ValuesOf<Groups> & CommonValues, context: CommandContext) => Promise<ExitStatus>;
}>;

/** A command with its values' types forgotten, as cli.ts lists them. */
export type CommandModule = Readonly<{
  name: string;
  summary: string;
  groups: ParameterGroups;
  example: string;
  run: (values: Readonly<Record<string, unknown>>, context: CommandContext) => Promise<ExitStatus>;
}>;

/**
 * Makes a command from its definition: `export const inspect = command({ name, summary, groups, example, run })`.
 * `run` gets checked values, typed by its groups; it throws ConcordError, or returns the exit status.
 */
export function command<const Groups extends ParameterGroups>(definition: CommandDefinition<Groups>): CommandModule {
  const { Run: run, ...others } = definition.groups;
  return {
    name: definition.name,
    summary: definition.summary,
    groups: { ...others, Run: { ...run, ...commonParameters } },
    example: definition.example,
    // cli.ts parses the values by these very groups: the one place where their type is taken on trust
    run: (values, context) => definition.run(values as ValuesOf<Groups> & CommonValues, context),
  };
}
