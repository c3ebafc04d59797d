import { basename } from 'node:path';

import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { ScanInput } from './scan.ts';
import { nameOfNifti, uniqueNames } from './scanName.ts';
import { walkFiles } from './walkFiles.ts';

export type ScanListing = { inputs: ScanInput[]; issues: { name: string; issue: Issue }[] };

/**
 * The scans at a path: one NIfTI file, or a folder of NIfTI files, walked to its end, in the order of their
 * paths. A file that cannot be a scan becomes an issue or is passed over; it never ends the listing.
 *
 * @throws CONCORD_NO_INPUT if nothing exists at the path
 */
export async function findScans(path: string): Promise<ScanListing> {
  const found = await walkFiles(path);
  const unique = uniqueNames();
  const inputs: ScanInput[] = [];
  const issues = found.issues.map((entry) => ({ name: 'entry', issue: entry.issue }));
  for (const file of found.files) {
    if (!/\.nii(\.gz)?$/i.test(file)) continue;
    const name = unique(nameOfNifti(file));
    if (basename(file).includes('_desc-harmonized')) {
      issues.push({ name, issue: issue('ALREADY_HARMONIZED', 'the name says that concord made this file') });
    } else {
      inputs.push({ format: 'nifti', name, paths: [file] });
    }
  }
  return { inputs, issues };
}
