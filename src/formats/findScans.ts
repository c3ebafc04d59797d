import { basename, dirname, extname } from 'node:path';

import { issue, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import { identifyInstance } from './dicom/identify.ts';
import type { InstanceIdentity } from './dicom/identify.ts';
import { kindOfSopClass } from './dicom/sopClasses.ts';
import type { ScanInput } from './scan.ts';
import { nameOfNifti, nameOfSeries, uniqueNames } from './scanName.ts';
import { walkFiles } from './walkFiles.ts';

export type ScanListing = { inputs: ScanInput[]; issues: { name: string; issue: Issue }[] };

/** Images that look like scans to their owner: passing over them in silence would lose a scan. */
const OTHER_IMAGES = new Set(['.hdr', '.img', '.mgh', '.mgz', '.nrrd', '.nhdr', '.mha', '.mhd', '.mnc', '.dcm', '.ima']);

/**
 * The scans at a path: one file, or a folder walked to its end, in the order of their paths. NIfTI is known by its
 * name, DICOM by its content; the files of one series become one input. A file that cannot be a scan becomes an issue
 * or, when it is no image at all, is passed over; it never ends the listing.
 *
 * @param options.allowHarmonized list what concord made too, to evaluate it [default: false]
 * @throws CONCORD_NO_INPUT if nothing exists at the path; CONCORD_INPUT_UNREADABLE if it cannot be entered
 */
export async function findScans(path: string, options?: { allowHarmonized?: boolean }): Promise<ScanListing> {
  const found = await walkFiles(path);
  const listing: ScanListing = { inputs: [], issues: [] };
  const unique = uniqueNames();
  const series = new Map<string, SeriesFiles>();
  const isSingleFile = found.files.length === 1 && found.files[0] === path;
  for (const [index, file] of found.files.entries()) {
    const identity = isNiftiName(file) ? undefined : await identify(file);
    if (isNiftiName(file)) listNifti(file, unique(nameOfNifti(file)), options?.allowHarmonized ?? false, listing);
    // a file without a safe name of its own is named by its place in the sorted folder
    else if (identity instanceof ScanRefusal) listing.issues.push({ name: `file-${index + 1}`, issue: identity.issue });
    else if (identity) addToSeries(series, file, identity);
    else if (isSingleFile || OTHER_IMAGES.has(extname(file).toLowerCase())) {
      const unsupported = issue('UNSUPPORTED_FORMAT', 'neither NIfTI nor DICOM');
      listing.issues.push({ name: unique(nameOfOther(file, index)), issue: unsupported });
    }
  }
  for (const files of series.values()) listSeries(files, unique, listing);
  for (const entry of found.issues) listing.issues.push({ name: 'folder-entry', issue: entry.issue });
  return listing;
}

function isNiftiName(path: string): boolean {
  return /\.nii(\.gz)?$/i.test(path);
}

/** DICOM exports name files after patients; other images have names that their owner chose. */
function nameOfOther(path: string, index: number): string {
  return /\.(dcm|ima)$/i.test(path) ? `file-${index + 1}` : nameOfNifti(path);
}

function listNifti(path: string, name: string, allowHarmonized: boolean, listing: ScanListing): void {
  if (!allowHarmonized && basename(path).includes('_desc-harmonized')) {
    listing.issues.push({ name, issue: issue('ALREADY_HARMONIZED', 'the name says that concord made this file') });
  } else {
    listing.inputs.push({ format: 'nifti', name, paths: [path] });
  }
}

async function identify(path: string): Promise<InstanceIdentity | ScanRefusal | undefined> {
  if (/^dicomdir$/i.test(basename(path))) return undefined;
  try {
    return await identifyInstance(path);
  } catch (cause) {
    if (cause instanceof ScanRefusal) return cause;
    const isSystemFault = cause instanceof Error && 'code' in cause;
    return new ScanRefusal(isSystemFault ? 'UNREADABLE' : 'MALFORMED', 'the file could not be read', cause);
  }
}

type SeriesFiles = { first: InstanceIdentity; paths: string[]; sopInstanceUids: string[] };

function addToSeries(series: Map<string, SeriesFiles>, path: string, identity: InstanceIdentity): void {
  const { seriesInstanceUid, sopClassUid, sopInstanceUid, seriesNumber } = identity;
  // an anonymised export may have lost its series UID: then a folder and a series number hold it together
  const key = seriesInstanceUid || [dirname(path), sopClassUid, seriesNumber].join('\n');
  const known = series.get(key) ?? { first: identity, paths: [], sopInstanceUids: [] };
  known.paths.push(path);
  known.sopInstanceUids.push(sopInstanceUid);
  series.set(key, known);
}

function listSeries(files: SeriesFiles, unique: (name: string) => string, listing: ScanListing): void {
  const { first, paths, sopInstanceUids } = files;
  const uid = first.seriesInstanceUid || [...sopInstanceUids].sort()[0]!;
  const name = unique(nameOfSeries(uid));
  const kind = kindOfSopClass(first.sopClassUid);
  // enhanced objects hold a scan, so they go on and are refused with a record of their own
  if (kind === 'classic' || kind === 'enhanced') listing.inputs.push({ format: 'dicom', name, paths });
  else {
    const code = kind === 'not-image' ? 'NOT_IMAGE' : 'UNSUPPORTED_SOP_CLASS';
    listing.issues.push({ name, issue: issue(code, `${paths.length} DICOM objects`) });
  }
}
