import type { CtProtocol, MrProtocol, Protocol } from '../config/protocol.ts';
import type { CtPicture } from '../core/ctRecord.ts';
import { ConcordError } from '../core/errors.ts';
import { issueText, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { Volume } from '../core/volume.ts';
import { openShelf } from '../formats/planeShelf.ts';
import { readPlanes, readScan } from '../formats/scan.ts';
import type { ScanInput } from '../formats/scan.ts';
import { bundleOf } from '../inference/bundle.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import { conform } from '../preprocess/conform.ts';
import { createCtStyle } from '../style/ctStyle.ts';
import type { CtReferenceScan } from '../style/ctStyle.ts';
import { createReferenceStyle } from '../style/referenceStyle.ts';
import type { ReferenceScan, ReferenceStyle } from '../style/referenceStyle.ts';
import { measureCt } from './measureCt.ts';
import { checkModality } from './modality.ts';

export type StyleJob = Readonly<{
  id: string;
  inputs: readonly ScanInput[];
  biasCorrection: boolean;
  /** Folder for the scratch file of a large CT. */
  scratchDir: string;
}>;

/** Of the first usable scan, for the report: a head on the working grid, or pieces of CT slices. */
export type ReferencePreview =
  | Readonly<{ modality: 'MR'; working: Volume<'model'> }>
  | Readonly<{ modality: 'CT'; pictures: readonly CtPicture[] }>;

export type CreatedStyle = Readonly<{
  style: ReferenceStyle;
  preview: ReferencePreview;
  /** Scans that could not serve, and why. */
  refused: readonly Readonly<{ scan: string; issue: Issue }>[];
}>;

/**
 * The style of a scan or a folder of scans, measured as a source would be. A scan at fault is listed and left out.
 *
 * @throws CONCORD_REFERENCE when none of the scans can serve
 */
export async function createStyle(job: StyleJob, protocol: Protocol, bundle: ModelBundle): Promise<CreatedStyle> {
  const refused: { scan: string; issue: Issue }[] = [];
  const previews: ReferencePreview[] = [];
  async function* usable<Measured>(measure: (input: ScanInput) => Promise<Readonly<{ measured: Measured; preview: ReferencePreview }>>): AsyncGenerator<Measured> {
    for (const input of job.inputs) {
      try {
        const { measured, preview } = await measure(input);
        if (previews.length === 0) previews.push(preview);
        yield measured;
      } catch (error) {
        if (!(error instanceof ScanRefusal)) throw error;
        refused.push({ scan: input.name, issue: error.issue });
      }
    }
  }
  const created = protocol.modality === 'CT'
    ? createCtStyle(job.id, usable((input) => measureCtScan(input, protocol, job.scratchDir)), bundleOf(bundle, 'CT'), protocol)
    : createReferenceStyle(job.id, usable((input) => measureHead(input, protocol, job.biasCorrection)), bundleOf(bundle, 'MR'), protocol);
  const style = await created.catch((cause: unknown) => {
    const reasons = refused.map(({ issue }) => issueText(issue)).join('; ');
    if (refused.length < job.inputs.length) throw cause;
    throw new ConcordError('CONCORD_REFERENCE', `Expected a usable reference scan, got none: ${reasons}.`, { cause });
  });
  return { style, preview: previews[0]!, refused };
}

async function measureHead(
  input: ScanInput, { modality, conform: settings }: MrProtocol, biasCorrection: boolean,
): Promise<Readonly<{ measured: ReferenceScan; preview: ReferencePreview }>> {
  const scan = await readScan(input);
  checkModality(scan, modality);
  const biasField = { ...settings.biasField, enabled: settings.biasField.enabled && biasCorrection };
  const conformed = conform(scan.volume, { ...settings, biasField });
  return { measured: { ...conformed, acquisition: scan.acquisition }, preview: { modality, working: conformed.working } };
}

async function measureCtScan(
  input: ScanInput, protocol: CtProtocol, scratchDir: string,
): Promise<Readonly<{ measured: CtReferenceScan; preview: ReferencePreview }>> {
  const shelf = openShelf(scratchDir);
  try {
    const scan = await readPlanes(input, shelf.hold);
    checkModality(scan, 'CT');
    const { energies, look } = measureCt(scan.volume, protocol);
    return { measured: { energies, look, acquisition: scan.acquisition }, preview: { modality: 'CT', pictures: look.pictures } };
  } finally {
    shelf.close();
  }
}
