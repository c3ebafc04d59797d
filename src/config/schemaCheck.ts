import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

import { ConcordError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { packageRoot } from './packageRoot.ts';

/** Which published schema, what its files are called in a message, and the code of a file that breaks it. */
export type SchemaRule = Readonly<{ schema: string; what: string; code: ErrorCode }>;

const validators = new Map<string, ValidateFunction>();

/**
 * Parses JSON text and checks it against a published schema; the value is frozen to its leaves.
 * The type is the caller's claim: test/config holds it against the schema.
 *
 * @throws rule.code, with the path of the first fault, what was expected and what was found
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one place where JSON gets a type
export function parseChecked<Value>(text: string, rule: SchemaRule): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConcordError(rule.code, `${rule.what}: expected JSON, got text that does not parse.`, { cause });
  }
  const validate = validatorOf(rule.schema);
  if (!validate(value)) {
    throw new ConcordError(rule.code, `${rule.what}: ${describeFault(validate.errors?.[0], value)}.`);
  }
  return deepFreeze(value) as Value;
}

/** Which of two schemas a text asks for: the one for CT where its `modality` says so, the one for MR for anything else. */
export function modalityClaimed(text: string): 'MR' | 'CT' {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'modality' in value && value.modality === 'CT' ? 'CT' : 'MR';
  } catch {
    // text that does not parse is refused with its own message right after
    return 'MR';
  }
}

function validatorOf(schema: string): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(join(packageRoot, schema), 'utf8')) as object);
  validators.set(schema, validate);
  return validate;
}

/** `/sampler/draws: expected integer, got "many"`. */
function describeFault(error: ErrorObject | undefined, value: unknown): string {
  if (error === undefined) return 'does not agree with its schema';
  const path = error.instancePath === '' ? '/' : error.instancePath;
  const { additionalProperty, missingProperty } = error.params as Readonly<Record<string, unknown>>;
  if (typeof additionalProperty === 'string') return `${path}: expected only known keys, got "${additionalProperty}"`;
  if (typeof missingProperty === 'string') return `${path}: expected key "${missingProperty}", got none`;
  return `${path}: expected ${expectation(error)}, got ${shortJson(valueAt(value, error.instancePath))}`;
}

function expectation({ params, message }: ErrorObject): string {
  const { allowedValues, allowedValue, type } = params as Readonly<Record<string, unknown>>;
  if (Array.isArray(allowedValues)) return `one of ${allowedValues.map(shortJson).join(', ')}`;
  if (allowedValue !== undefined) return shortJson(allowedValue);
  if (type !== undefined) return Array.isArray(type) ? type.join(' or ') : shortJson(type).replaceAll('"', '');
  return (message ?? 'another value').replace(/^must (be |have )?/, '').replace('NOT have fewer than', 'at least').replace('NOT have more than', 'at most');
}

function valueAt(value: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], value);
}

/** Long values are cut: a message is read, not parsed. */
function shortJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
