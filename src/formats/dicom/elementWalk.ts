import { ScanRefusal } from '../../core/issues.ts';

export type Encoding = Readonly<{ implicit: boolean; bigEndian: boolean }>;

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 1_000_000;
const UNDEFINED_LENGTH = 0xffffffff;

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** VRs whose length takes four bytes after two reserved ones (PS3.5 §7.1.2). */
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT_VRS = new Set([
  'AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FL', 'FD', 'IS', 'LO', 'LT', 'PN', 'SH', 'SL', 'SS', 'ST', 'TM', 'UI', 'UL', 'US',
]);

/** A region of the file: elements, the items of a sequence, or the fragments of compressed pixels. */
type Region = Readonly<{
  kind: 'elements' | 'items' | 'fragments';
  /** Where it must end, or undefined when a delimiter ends it. */
  end: number | undefined;
  encoding: Encoding;
}>;

/** `value` is the offset of the value in the file. */
export type ElementHead = Readonly<{ tag: number; vr: string; length: number; value: number }>;

/**
 * Walks all elements of a data set with an explicit stack, so that nesting cannot exhaust ours, and checks that
 * every length stays inside its surroundings, every VR is known, every sequence is closed (operations.md T-01).
 *
 * @param start offset of the first element after the meta group
 * @param visit is shown the elements outside all sequences, whose values lie inside the file
 * @param stopAt the tag of the first element outside all sequences that is not looked at any more
 * @throws ScanRefusal TRUNCATED where a value leaves the file; MALFORMED for the rest
 */
export function walkElements(
  bytes: Buffer,
  start: number,
  encoding: Encoding,
  visit?: (head: ElementHead) => void,
  stopAt?: number,
): void {
  const stack: Region[] = [{ kind: 'elements', end: bytes.length, encoding }];
  let position = start;
  let count = 0;
  for (let region = stack.at(-1); region !== undefined; region = stack.at(-1)) {
    if (region.end !== undefined && position >= region.end) {
      if (position > region.end) throw malformed('an element is longer than the sequence around it');
      stack.pop();
      continue;
    }
    if (++count > MAX_ELEMENTS) throw malformed(`more than ${MAX_ELEMENTS} elements`);
    const head = readHead(bytes, position, region);
    if (closes(head, region)) {
      stack.pop();
      position = head.value;
      continue;
    }
    if (stopAt !== undefined && stack.length === 1 && head.tag >= stopAt) return;
    const inner = innerRegion(bytes, head, region);
    if (inner) {
      if (stack.length >= MAX_DEPTH) throw malformed(`sequences are nested deeper than ${MAX_DEPTH}`);
      checkInside(bytes, inner.end ?? head.value, region);
      stack.push(inner);
      position = head.value;
    } else {
      position = head.value + head.length;
      checkInside(bytes, position, region);
      if (stack.length === 1) visit?.(head);
    }
  }
}

function readHead(bytes: Buffer, at: number, { kind, encoding }: Region): ElementHead {
  requireBytes(bytes, at + 8);
  const u16 = (offset: number): number =>
    encoding.bigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset);
  const u32 = (offset: number): number =>
    encoding.bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
  const tag = u16(at) * 0x10000 + u16(at + 2);
  const isDelimiter = tag === ITEM || tag === ITEM_END || tag === SEQUENCE_END;
  if (isDelimiter || kind !== 'elements' || encoding.implicit) {
    return { tag, vr: '', length: u32(at + 4), value: at + 8 };
  }
  const vr = bytes.toString('latin1', at + 4, at + 6);
  if (SHORT_VRS.has(vr)) return { tag, vr, length: u16(at + 6), value: at + 8 };
  if (!LONG_VRS.has(vr)) throw malformed('an element has an unknown value representation');
  requireBytes(bytes, at + 12);
  return { tag, vr, length: u32(at + 8), value: at + 12 };
}

/** Whether this head is the delimiter that ends its region. */
function closes({ tag, length }: ElementHead, region: Region): boolean {
  const expected = region.kind === 'elements' ? ITEM_END : SEQUENCE_END;
  if (tag !== expected) return false;
  if (region.end !== undefined || length !== 0) throw malformed('a delimiter stands where none may be');
  return true;
}

/** The region that a sequence, an item or compressed pixels open; undefined for a plain value. */
function innerRegion(bytes: Buffer, head: ElementHead, region: Region): Region | undefined {
  const isUndefined = head.length === UNDEFINED_LENGTH;
  const end = isUndefined ? undefined : head.value + head.length;
  if (region.kind !== 'elements') {
    if (head.tag !== ITEM) throw malformed('a sequence holds something that is not an item');
    if (region.kind === 'items') return { kind: 'elements', end, encoding: region.encoding };
    if (isUndefined) throw malformed('a fragment of compressed pixels has no length');
    return undefined;
  }
  if (head.tag === ITEM || head.tag === SEQUENCE_END) throw malformed('an item stands outside a sequence');
  if (head.vr === 'SQ') return { kind: 'items', end, encoding: region.encoding };
  if (isUndefined) {
    if (head.vr === 'OB' || head.vr === 'OW') return { kind: 'fragments', end, encoding: region.encoding };
    // PS3.5 §6.2.2: an unknown sequence of undefined length is encoded as implicit little endian
    if (head.vr === 'UN') return { kind: 'items', end, encoding: { implicit: true, bigEndian: false } };
    if (head.vr !== '') throw malformed('a plain value has no length');
    return { kind: 'items', end, encoding: region.encoding };
  }
  // implicit VR does not name its sequences; libraries look for an item tag, so the same look is taken here
  const looksLikeItems =
    head.vr === '' && head.length >= 8 && head.value + 8 <= bytes.length && bytes.readUInt32LE(head.value) === 0xe000fffe;
  return looksLikeItems ? { kind: 'items', end, encoding: region.encoding } : undefined;
}

function checkInside(bytes: Buffer, end: number, region: Region): void {
  requireBytes(bytes, end);
  if (region.end !== undefined && end > region.end) throw malformed('an element is longer than the sequence around it');
}

function requireBytes(bytes: Buffer, end: number): void {
  if (end > bytes.length) throw new ScanRefusal('TRUNCATED', `${end} bytes expected, got ${bytes.length}`);
}

function malformed(detail: string): ScanRefusal {
  return new ScanRefusal('MALFORMED', detail);
}
