import { createHash } from 'node:crypto';
import { ConcordError } from '../core/errors.ts';

/**
 * JSON with sorted keys, two-space indents and the shortest number that reads back equal, so that equal values are
 * equal bytes. Members that are undefined are left out, as JSON has no word for them.
 *
 * @throws CONCORD_INTERNAL on NaN and infinities: a record never says null for a number that went wrong
 * Source: key order and numbers as in RFC 8785.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ConcordError('CONCORD_INTERNAL', `A record cannot hold the number ${value}.`);
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, sorted);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
