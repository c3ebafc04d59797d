import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { loadStyleFile } from '../config/styleFile.ts';
import type { LocalPool } from '../cohort/localPool.ts';
import type { Manifest } from '../config/manifest.ts';
import { ConcordError } from '../core/errors.ts';
import { issueText } from '../core/issues.ts';
import { findScans } from '../formats/scan.ts';
import type { ScanInput } from '../formats/scan.ts';
import type { ReferencePreview, StyleJob } from '../pipeline/createStyle.ts';
import { mixedKernels } from '../pipeline/kernelSpeaker.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import { findStyle } from '../config/styleLibrary.ts';
import type { CommandContext } from './command.ts';

/** What `--reference` means: a style that is there, or scans to make one from. */
export type ReferenceSource =
  | Readonly<{ kind: 'style'; style: ReferenceStyle }>
  | Readonly<{ kind: 'scans'; id: string; inputs: readonly ScanInput[] }>;

/**
 * A path wins over an id: a style file, a scan, or a folder of scans; else a style of the bundle.
 *
 * @throws CONCORD_REFERENCE when it is none of them
 */
export async function findReference(reference: string, bundleDir: string): Promise<ReferenceSource> {
  const status = await stat(reference).catch(() => undefined);
  if (status?.isFile() === true && /\.json$/i.test(reference)) return { kind: 'style', style: await loadStyleFile(reference) };
  if (status === undefined) {
    const style = await findStyle(bundleDir, reference);
    if (style !== undefined) return { kind: 'style', style };
    throw new ConcordError('CONCORD_REFERENCE', 'Expected a scan, a folder, a style file or the id of a style that comes with the bundle, got none of them.');
  }
  const { inputs, issues } = await findScans(reference);
  if (inputs.length === 0) {
    const reasons = issues.map(({ issue }) => issueText(issue)).join('; ');
    throw new ConcordError('CONCORD_REFERENCE', `Expected at least one reference scan, got none${reasons === '' ? '' : `: ${reasons}`}.`);
  }
  return { kind: 'scans', id: styleIdOf(basename(reference)), inputs };
}

/** Says, before any scan is harmonized, that a style was made of more than one kernel. */
export function warnOfMixture(style: ReferenceStyle, role: 'cohort' | 'reference', { modality, calibration }: Manifest, context: CommandContext): void {
  if (style.modality !== 'CT' || modality !== 'CT') return;
  for (const { code, detail, remedy } of mixedKernels(role, style, calibration.shrinkage)) {
    context.say(`Style ${style.id}: ${code}: ${detail}\n  ${remedy}`);
    context.log.warn({ code }, `${role} of more than one kernel`);
  }
}

export type Reference = Readonly<{ style: ReferenceStyle; preview: ReferencePreview | null }>;

/** The style itself; scans are read and encoded by a worker, and those that cannot serve are named. */
export async function loadReference(
  source: ReferenceSource, pool: LocalPool, options: Pick<StyleJob, 'biasCorrection' | 'scratchDir'>, context: CommandContext, role: 'reference' | 'source' = 'reference',
): Promise<Reference> {
  if (source.kind === 'style') return { style: source.style, preview: null };
  const { id, inputs } = source;
  context.say(`Reading ${inputs.length} ${role} ${inputs.length === 1 ? 'scan' : 'scans'}`);
  const reply = await pool.submit({ kind: 'style', job: { id, inputs, ...options } }, inputs.length).catch((cause: unknown) => {
    if (!(cause instanceof ConcordError) || !['CONCORD_TIMEOUT', 'CONCORD_WORKER', 'CONCORD_INPUT_UNREADABLE'].includes(cause.code)) throw cause;
    throw new ConcordError('CONCORD_REFERENCE', `The ${role} scans could not be read: ${cause.message}`, { cause });
  });
  if (reply.kind !== 'style') throw new ConcordError('CONCORD_INTERNAL', `Expected a style, got ${reply.kind}.`);
  const { style, preview, refused } = reply.created;
  for (const { scan, issue } of refused) {
    context.say(`Style of the ${role}: ${scan} left out: ${issue.code}: ${issue.detail}`);
    context.log.warn({ code: issue.code }, `${role} scan left out`);
  }
  return { style, preview };
}

/** A style's id from a file or folder name: safe characters only. */
export function styleIdOf(name: string): string {
  const id = name.replace(/\.(nii(\.gz)?|json|dcm)$/i, '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64);
  return id === '' ? 'reference' : id;
}
