import { basename, dirname, extname } from 'node:path';

import { issue, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import { identifyInstance } from './dicom/identify.ts';
import type { InstanceIdentity } from './dicom/identify.ts';
import type { InstanceAllowance } from './dicom/instanceChecks.ts';
import { DICOMDIR, kindOfSopClass } from './dicom/sopClasses.ts';
import { splitSeries } from './dicom/splitSeries.ts';
import { summarize } from './dicom/summary.ts';
import { eachOf } from './eachOf.ts';
import type { ScanInput } from './scan.ts';
import { nameOfNifti, nameOfSeries, nameOfStudy, uniqueNames } from './scanName.ts';
import { walkFiles } from './walkFiles.ts';

export type ScanListing = {
  inputs: ScanInput[];
  issues: { name: string; issue: Issue }[];
  /** Files that are no images and no fault of anyone's, counted by what they are. */
  passedOver: Record<PassedOver, number>;
};

export type PassedOver = 'DICOM index' | 'other file';

export type FindOptions = Readonly<{
  /** List what concord made too, to evaluate it. */
  allowHarmonized?: boolean;
  /** Read DICOM series that were computed from others. */
  allowDerived?: boolean;
}>;

/** Headers read at a time: on a network share most of a small read is waiting. */
const FILES_AT_ONCE = 8;

/** Images that look like scans to their owner: passing over them in silence would lose a scan. */
const OTHER_IMAGES = new Set(['.hdr', '.img', '.mgh', '.mgz', '.nrrd', '.nhdr', '.mha', '.mhd', '.mnc', '.dcm', '.ima']);

/**
 * The scans at a path: one file, or a folder walked to its end, in the order of their paths. NIfTI is known by its
 * name, DICOM by its content; the files of one series become one input, or one for each volume it holds. A file that
 * cannot be a scan becomes an issue or, when it is no image at all, is counted; it never ends the listing.
 *
 * @throws CONCORD_NO_INPUT if nothing exists at the path; CONCORD_INPUT_UNREADABLE if it cannot be entered
 */
export async function findScans(path: string, options: FindOptions = {}): Promise<ScanListing> {
  const found = await walkFiles(path);
  const listing: ScanListing = { inputs: [], issues: [], passedOver: { 'DICOM index': 0, 'other file': 0 } };
  const unique = uniqueNames();
  const series = new Map<string, SeriesFiles>();
  const isSingleFile = found.files.length === 1 && found.files[0] === path;
  const identities = await eachOf(found.files, FILES_AT_ONCE, async (file) => (isNiftiName(file) ? undefined : identify(file)));
  for (const [index, file] of found.files.entries()) {
    const identity = identities[index];
    if (isNiftiName(file)) listNifti(file, unique(nameOfNifti(file)), options.allowHarmonized ?? false, listing);
    else if (identity === 'index') listing.passedOver['DICOM index']++;
    // a file without a safe name of its own is named by its place in the sorted folder
    else if (identity instanceof ScanRefusal) listing.issues.push({ name: `file-${index + 1}`, issue: identity.issue });
    else if (identity) addToSeries(series, file, identity);
    else if (isSingleFile || OTHER_IMAGES.has(extname(file).toLowerCase())) {
      const unsupported = issue('UNSUPPORTED_FORMAT', 'neither NIfTI nor DICOM');
      listing.issues.push({ name: unique(nameOfOther(file, index)), issue: unsupported });
    } else listing.passedOver['other file']++;
  }
  for (const files of series.values()) listSeries(files, unique, options, listing);
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

async function identify(path: string): Promise<InstanceIdentity | ScanRefusal | 'index' | undefined> {
  if (/^dicomdir$/i.test(basename(path))) return 'index';
  try {
    const identity = await identifyInstance(path);
    return identity?.sopClassUid === DICOMDIR ? 'index' : identity;
  } catch (cause) {
    if (cause instanceof ScanRefusal) return cause;
    const isSystemFault = cause instanceof Error && 'code' in cause;
    return new ScanRefusal(isSystemFault ? 'UNREADABLE' : 'MALFORMED', 'the file could not be read', cause);
  }
}

type SeriesFiles = Readonly<{ first: InstanceIdentity; files: { path: string; identity: InstanceIdentity }[] }>;

function addToSeries(series: Map<string, SeriesFiles>, path: string, identity: InstanceIdentity): void {
  const { seriesInstanceUid, sopClassUid, seriesNumber, owner } = identity;
  // an anonymised export may have lost its series UID: then a folder and a series number hold it together. One that
  // gave all its series one UID still tells patients and studies apart (P-04)
  const key = [seriesInstanceUid || `${dirname(path)}\n${seriesNumber}`, sopClassUid, owner].join('\n');
  const known = series.get(key) ?? { first: identity, files: [] };
  known.files.push({ path, identity });
  series.set(key, known);
}

function listSeries({ first, files }: SeriesFiles, unique: (name: string) => string, options: FindOptions, listing: ScanListing): void {
  const uid = first.seriesInstanceUid || files.map(({ identity }) => identity.sopInstanceUid).sort()[0]!;
  const name = unique(nameOfSeries(uid));
  const kind = kindOfSopClass(first.sopClassUid);
  // enhanced objects hold a scan, so they go on and are refused with a record of their own
  if (kind !== 'classic' && kind !== 'enhanced') {
    const code = kind === 'not-image' ? 'NOT_IMAGE' : 'UNSUPPORTED_SOP_CLASS';
    listing.issues.push({ name, issue: issue(code, `${files.length} DICOM objects`) });
    return;
  }
  const allow = allowancesOf(options);
  const headers = files.flatMap(({ identity }) => identity.header ?? []);
  // with a damaged file among them, which volume would lack a slice is unknown: the series stays whole and is refused
  const isWhole = kind === 'enhanced' || headers.length < files.length;
  const parts = isWhole ? [{ headers, suffix: '', label: '' }] : splitSeries(headers);
  for (const part of parts) {
    const paths = (isWhole ? files : part.headers).map(({ path }) => path).sort(byUnit);
    listing.inputs.push({
      format: 'dicom',
      name: part.suffix === '' ? name : unique(`${name}-${part.suffix}`),
      paths,
      summary: summarize(part.headers[0], paths.length, part.label),
      ...(allow.length === 0 ? {} : { allow }),
      // a series without owner is alone in its study: two patients must not meet there
      study: nameOfStudy(first.owner.trim() === '' ? name : first.owner),
      seriesNumber: first.seriesNumber,
    });
  }
}

function allowancesOf({ allowDerived = false, allowHarmonized = false }: FindOptions): InstanceAllowance[] {
  return [...(allowDerived ? ['derived' as const] : []), ...(allowHarmonized ? ['harmonized' as const] : [])];
}

function byUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
