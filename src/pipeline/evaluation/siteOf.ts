import { relative, sep } from 'node:path';

import type { CovariateTable } from '../../core/featureTable.ts';
import type { ValidationRecord } from '../../core/validationRecord.ts';
import type { ScanInput } from '../../formats/scan.ts';
import { subjectOf } from './matchScans.ts';

export type SiteLabels = Readonly<{
  from: ValidationRecord['methods']['sitesFrom'];
  before: (input: ScanInput) => string;
  reference: (input: ScanInput) => string;
  notes: readonly string[];
}>;

type Found = Readonly<{ before: readonly ScanInput[]; reference: readonly ScanInput[] }>;

/**
 * Where each scan comes from: the site column, if it knows everybody and nobody is in both sets; else the first folders
 * below --before, if there are several; else one site each for --before and --reference.
 */
export function siteLabels(found: Found, beforePath: string, { sites }: CovariateTable): SiteLabels {
  const notes: string[] = [];
  const reference = (): string => 'reference';
  if (sites !== null) {
    const subjects = [...found.before, ...found.reference].map(({ name }) => subjectOf(name));
    const unknown = [...new Set(subjects.filter((subject) => !sites.has(subject)))];
    const sources = new Set(found.before.map(({ name }) => subjectOf(name)));
    const isShared = found.reference.some(({ name }) => sources.has(subjectOf(name)));
    if (unknown.length === 0 && !isShared) {
      const bySubject = ({ name }: ScanInput): string => sites.get(subjectOf(name))!;
      return { from: 'column', before: bySubject, reference: bySubject, notes };
    }
    notes.push(isShared ? 'Some people are in both sets, so one site a person cannot hold: the site column is not used.' : `The site column does not know ${unknown.length} of the subjects: it is not used.`);
  }
  const folderOf = ({ paths }: ScanInput): string => {
    const parts = relative(beforePath, paths[0] ?? '').split(sep);
    return parts.length > 1 && !/^(sub|ses)-|^\.\.$/.test(parts[0]!) ? parts[0]!.replace(/[^A-Za-z0-9]/g, '') : '';
  };
  const folders = new Set(found.before.map(folderOf));
  if (folders.size > 1 && !folders.has('')) return { from: 'folders', before: folderOf, reference, notes };
  return { from: 'roles', before: () => 'source', reference, notes };
}
