import type { ScanInput } from '../../formats/scan.ts';
import type { RoleIssue } from './matchScans.ts';
import { findInOneForm } from './oneForm.ts';

type Role = 'before' | 'after' | 'reference' | 'truth';

/** The scans of each set, what could not be listed, and what a reader should know of the listing. */
export type FoundSets = Readonly<Record<Role, readonly ScanInput[]>> & Readonly<{ issues: readonly RoleIssue[]; notes: readonly string[] }>;

/** @param paths files or folders; null for a set that was not given */
export async function findSets(paths: Readonly<Record<Role, string | null>>): Promise<FoundSets> {
  const issues: RoleIssue[] = [];
  const notes: string[] = [];
  const find = async (role: Role, path: string | null): Promise<readonly ScanInput[]> => {
    if (path === null) return [];
    const listing = await findInOneForm(path);
    if (listing.copies > 0) notes.push(`${listing.copies} DICOM series of the --${role} scans lie beside their NIfTI copies: these were evaluated, and each scan counts once.`);
    issues.push(...listing.issues.map((listed) => ({ role, scan: listed.name, issue: listed.issue })));
    return listing.inputs;
  };
  return {
    before: await find('before', paths.before),
    after: await find('after', paths.after),
    reference: await find('reference', paths.reference),
    truth: await find('truth', paths.truth),
    issues,
    notes,
  };
}
