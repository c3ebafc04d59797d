import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { packageRoot } from '../config/packageRoot.ts';
import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { renderViewerPage } from '../report/viewer/viewerPage.ts';
import { viewerImages } from './evaluation/viewerImages.ts';

/** Said whenever a viewer is written: it is the one output of an evaluation that holds an image to be cut anew. */
export const VIEWER_WARNING = 'viewer.html holds voxels of one person’s upper head, above the eyes. Treat it as you treat the scan; the report itself stays free of them.';

const BUNDLE = join(packageRoot, 'dist', 'viewer', 'page.js');

/**
 * Writes viewer.html beside a report.
 *
 * @returns its path
 * @throws CONCORD_VIEWER where the viewer was not built; CONCORD_USAGE where the subject has no pair of scans
 */
export async function writeViewer(folder: string, subject: string, paths: Readonly<{ before: string; after: string }>, concordVersion: string, bundle = BUNDLE): Promise<string> {
  const script = await readFile(bundle, 'utf8').catch((cause: unknown) => {
    throw new ConcordError('CONCORD_VIEWER', 'The viewer is not part of this installation: dist/viewer/page.js is missing.', { cause });
  });
  const path = join(folder, 'viewer.html');
  await writeFileAtomic(path, renderViewerPage(await viewerImages(subject, paths), script, concordVersion));
  return path;
}
