import type { Protocol } from '../config/protocol.ts';
import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { Volume } from '../core/volume.ts';
import { readScan } from '../formats/scan.ts';
import type { ScanInput } from '../formats/scan.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { conform } from '../preprocess/conform.ts';
import { createReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferenceScan, ReferenceStyle } from '../style/referenceStyle.ts';
import { checkModality } from './modality.ts';

export type StyleJob = Readonly<{ id: string; inputs: readonly ScanInput[]; biasCorrection: boolean }>;

export type CreatedStyle = Readonly<{
  style: ReferenceStyle;
  /** The first usable scan on the working grid, for pictures. */
  preview: Volume<'model'>;
  /** Scans that could not serve, and why. */
  refused: readonly Readonly<{ scan: string; issue: Issue }>[];
}>;

/**
 * The style of a scan or a folder of scans, conformed as a source would be. A scan at fault is listed and left out.
 *
 * @throws CONCORD_REFERENCE when none of the scans can serve
 */
export async function createStyle(job: StyleJob, protocol: Protocol, bundle: ModelBundle): Promise<CreatedStyle> {
  const refused: { scan: string; issue: Issue }[] = [];
  const previews: Volume<'model'>[] = [];
  const { biasField } = protocol.conform;
  const settings = { ...protocol.conform, biasField: { ...biasField, enabled: biasField.enabled && job.biasCorrection } };
  async function* usableScans(): AsyncGenerator<ReferenceScan> {
    for (const input of job.inputs) {
      try {
        const scan = await readScan(input);
        checkModality(scan, protocol.modality);
        const conformed = conform(scan.volume, settings);
        if (previews.length === 0) previews.push(conformed.working);
        yield { ...conformed, acquisition: scan.acquisition };
      } catch (error) {
        if (!(error instanceof ScanRefusal)) throw error;
        refused.push({ scan: input.name, issue: error.issue });
      }
    }
  }
  const style = await createReferenceStyle(job.id, usableScans(), bundle, protocol).catch((cause: unknown) => {
    const reasons = refused.map(({ issue }) => `${issue.code} (${issue.detail})`).join('; ');
    if (refused.length < job.inputs.length) throw cause;
    throw new ConcordError('CONCORD_REFERENCE', `Expected a usable reference scan, got none: ${reasons}.`, { cause });
  });
  return { style, preview: previews[0]!, refused };
}
