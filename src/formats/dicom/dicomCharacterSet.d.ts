declare module 'dicom-character-set' {
  /** Throws for an unknown character set. */
  export function convertBytes(specificCharacterSet: string, bytes: Uint8Array, options: { vr: string }): string;
}
