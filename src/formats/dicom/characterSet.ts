import { convertBytes } from 'dicom-character-set';

/**
 * Text in the character sets that (0008,0005) names: Latin and its relatives, UTF-8, GB18030, and those that change
 * within a text by escapes (ISO 2022).
 *
 * @param characterSets the attribute's value, several parted by backslashes; empty means ASCII
 * @returns what cannot be decoded is left out
 */
export function decodeText(bytes: Uint8Array, characterSets: string): string {
  try {
    // the texts that are read have VR LO, SH or CS, in which a backslash or line end resets the set
    return convertBytes(characterSets, Uint8Array.from(bytes), { vr: 'LO' });
  } catch {
    // an unknown set or a broken escape: the library's message would quote the text
    return Buffer.from(bytes).toString('latin1').replace(/[^\x20-\x7e]/g, '');
  }
}
