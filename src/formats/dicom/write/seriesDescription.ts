/** Stands first, so that it survives wherever the end is cut (dicom.md D-06). */
const MARKER = 'HARM RESEARCH: ';
/** VR LO. */
const LONGEST = 64;
const ESCAPE = 0x1b;

/**
 * The source's description behind the marker, in its own bytes. Where it is too long it is cut at a character's end: of
 * UTF-8 and of single bytes anywhere, of other multi-byte sets before the first byte that is not ASCII.
 *
 * @param characterSet value of SpecificCharacterSet
 */
export function harmonizedDescription(original: Buffer, characterSet: string): Buffer {
  const room = LONGEST - MARKER.length;
  const cut = original.length <= room ? original : cutTo(original, room, characterSet);
  return Buffer.concat([Buffer.from(MARKER, 'latin1'), cut]);
}

function cutTo(original: Buffer, room: number, characterSet: string): Buffer {
  if (characterSet === 'ISO_IR 192') return Buffer.from(Array.from(original.toString('utf8')).slice(0, room).join(''), 'utf8');
  const isMultiByte = /^(GB18030|GBK)$|\\/.test(characterSet) || original.includes(ESCAPE);
  if (!isMultiByte) return original.subarray(0, room);
  const foreign = original.findIndex((byte) => byte >= 0x80 || byte === ESCAPE);
  return original.subarray(0, Math.min(room, foreign === -1 ? room : foreign));
}
