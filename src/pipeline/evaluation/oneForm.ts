import { basename, dirname, join } from 'node:path';

import { findScans } from '../../formats/scan.ts';
import type { ScanInput } from '../../formats/scan.ts';
import type { ScanListing } from '../../formats/findScans.ts';
import { stemOfNifti } from '../../formats/scanName.ts';
import { matchKey } from './matchScans.ts';

/** Of `copies` scans in DICOM form, NIfTI files hold the same values: they are not among `inputs`. */
export type ListingInOneForm = Readonly<{ inputs: readonly ScanInput[]; issues: ScanListing['issues']; copies: number }>;

/** @throws as findScans does */
export async function findInOneForm(path: string): Promise<ListingInOneForm> {
  const { inputs, issues } = await findScans(path, { allowHarmonized: true });
  return { ...inOneForm(inputs), issues };
}

/**
 * Each scan once, though `harmonize --format both` wrote it twice: NIfTI is taken, as it holds what was computed before
 * DICOM rounded it. A series that stands alone is named after its source, as its folder is, so that it finds its partner.
 */
export function inOneForm(inputs: readonly ScanInput[]): Omit<ListingInOneForm, 'issues'> {
  const files = new Set(inputs.filter(({ format }) => format === 'nifti').map(({ paths }) => join(dirname(paths[0]!), matchKey(stemOfNifti(basename(paths[0]!))))));
  const kept: ScanInput[] = [];
  for (const input of inputs) {
    const written = writtenPlace(input);
    if (written === undefined) kept.push(input);
    else if (!files.has(join(written.outputDir, written.source))) kept.push({ ...input, name: written.source });
  }
  return { inputs: kept, copies: inputs.length - kept.length };
}

/** `<outputDir>/study-…/<source>/0001.dcm` (outputNames.ts), where concord writes a series and nobody else does. */
function writtenPlace({ format, paths }: ScanInput): Readonly<{ outputDir: string; source: string }> | undefined {
  const folder = dirname(paths[0]!);
  const isWritten = format === 'dicom' && /^study-[0-9a-f]{12}$/.test(basename(dirname(folder))) && basename(folder).startsWith('series-');
  return isWritten ? { outputDir: dirname(dirname(folder)), source: basename(folder) } : undefined;
}
