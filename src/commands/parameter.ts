/**
 * One command-line parameter as data: parsing, the help text, docs/reference/cli.md and the type of the
 * value all come from it. The spelling on the command line is the key in kebab-case (`dryRun` → `--dry-run`).
 */
export type Parameter<Value = unknown> = Readonly<{
  kind: 'argument' | 'text' | 'integer' | 'number' | 'choice' | 'flag' | 'switch';
  description: string;
  required: boolean;
  /** What the value is called in the help: `STYLE`, `INT`. Absent for flags and switches. */
  metavar?: string;
  short?: string;
  choices?: readonly string[];
  min?: number;
  max?: number;
  default?: Value;
  /** What the help says of a default that is decided at run time. */
  defaultNote?: string;
}>;

export type ParameterGroups = Readonly<Record<string, Readonly<Record<string, Parameter>>>>;

type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;
type Merged<Union> = (Union extends unknown ? (member: Union) => void : never) extends (member: infer All) => void
  ? All
  : never;

/** The typed values of all groups: `{ Method: { seed: Parameter<number> } }` → `{ seed: number }`. */
export type ValuesOf<Groups extends ParameterGroups> = Merged<
  { [Name in keyof Groups]: { [Key in keyof Groups[Name]]: ValueOf<Groups[Name][Key]> } }[keyof Groups]
>;

type Limits = Readonly<{ metavar?: string; default: number; min?: number; max?: number }>;

/** A positional argument; all are required. */
export function argument(description: string): Parameter<string> {
  return { kind: 'argument', description, required: true };
}

export function requiredText(metavar: string, description: string): Parameter<string> {
  return { kind: 'text', metavar, description, required: true };
}

export function defaultText(metavar: string, description: string, value: string): Parameter<string> {
  return { kind: 'text', metavar, description, required: false, default: value };
}

/** `defaultNote` says what happens without it. */
export function optionalText(metavar: string, description: string, defaultNote?: string): Parameter<string | undefined> {
  return { kind: 'text', metavar, description, required: false, ...(defaultNote === undefined ? {} : { defaultNote }) };
}

export function integer(description: string, limits: Limits): Parameter<number> {
  return { kind: 'integer', metavar: 'INT', description, required: false, ...limits };
}

export function optionalInteger(
  description: string, limits: Readonly<{ defaultNote: string; min: number; max: number }>,
): Parameter<number | undefined> {
  return { kind: 'integer', metavar: 'INT', description, required: false, ...limits };
}

export function number(description: string, limits: Limits): Parameter<number> {
  return { kind: 'number', metavar: 'NUM', description, required: false, ...limits };
}

export function choice<const Choices extends readonly string[]>(
  description: string,
  choices: Choices,
  value: Choices[number],
): Parameter<Choices[number]> {
  return { kind: 'choice', metavar: 'NAME', description, required: false, choices, default: value };
}

/** Off unless given. */
export function flag(description: string, short?: string): Parameter<boolean> {
  const base = { kind: 'flag', description, required: false, default: false } as const;
  return short === undefined ? base : { ...base, short };
}

/** On unless its `--no-` form is given; only that form is shown, with what it switches off. */
export function switchOff(description: string): Parameter<boolean> {
  return { kind: 'switch', description, required: false, default: true };
}

export function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
