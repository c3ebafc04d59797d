import { createHash, createHmac } from 'node:crypto';

/** Grows whenever the same run would write other bytes: a receiver may keep the old object for a known UID. */
const WRITER_VERSION = 1;

/** What a UID stands for: anything else changed must give another one. */
export type UidFacts = Readonly<{
  kind: 'series' | 'instance';
  sourceUid: string;
  modelSha256: string;
  /** Of everything else that shapes the output, the reference style and the writing options included. */
  configSha256: string;
  seed: number;
  /** Of the series' stored values as written: runs that are not byte-identical get UIDs of their own. */
  pixelsSha256: string;
}>;

/**
 * A UID under 2.25 that equal facts give again, on any machine. With a key it cannot be computed from a guessed source
 * UID by those who lack the key.
 * Source: dicom.md §6; form PS3.5 B.2; version 8 is the custom one of RFC 9562.
 */
export function derivedUid(facts: UidFacts, key?: string): string {
  const { kind, sourceUid, modelSha256, configSha256, seed, pixelsSha256 } = facts;
  const content = `${WRITER_VERSION}:${pixelsSha256}`;
  const text = ['concord', sourceUid, modelSha256, configSha256, seed, content, kind].join('|');
  const digest = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  const uuid = digest.update(text).digest().subarray(0, 16);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${uuid.toString('hex')}`).toString()}`;
}
