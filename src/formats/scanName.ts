import { createHash } from 'node:crypto';
import { basename } from 'node:path';

const LONGEST_STEM = 100;
/** Device names that Windows refuses as a file stem. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** The stem of a NIfTI file, restricted to [A-Za-z0-9._-] and safe as a file name everywhere (T-20, T-27). */
export function nameOfNifti(path: string): string {
  const stem = stemOfNifti(basename(path))
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST_STEM);
  if (stem === '') return 'scan';
  return RESERVED.test(stem.split('.')[0]!) ? `scan-${stem}` : stem;
}

export function stemOfNifti(fileName: string): string {
  return fileName.replace(/\.nii(\.gz)?$/i, '');
}

/** A DICOM series is named by a hash of its UID, never by an attribute that a patient could be known by. */
export function nameOfSeries(seriesInstanceUid: string): string {
  return `series-${createHash('sha256').update(seriesInstanceUid).digest('hex').slice(0, 12)}`;
}

/** A study's folder: a hash of what identifies study and patient. */
export function nameOfStudy(owner: string): string {
  return `study-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}`;
}

/** Gives each name of one listing a number where it repeats; case does not distinguish files everywhere. */
export function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}-${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  };
}
