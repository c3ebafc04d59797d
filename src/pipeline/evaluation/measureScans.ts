import type { PairValues } from '../../core/featureTable.ts';
import { ScanRefusal } from '../../core/issues.ts';
import type { Volume } from '../../core/volume.ts';
import { readScan, type ScanInput } from '../../formats/scan.ts';
import { fidelityTo } from '../../metrics/pairFidelity.ts';
import type { ArmId } from './arms/armCatalogue.ts';
import { type ArmReference, type ArmStatistics, armStatistics } from './arms/armReference.ts';
import { imageArms, pairValues } from './arms/imageArms.ts';
import type { CtArmId, CtArmLook } from './ct/ctArms.ts';
import { measureCtPair, measureCtReference } from './ct/measureCtScans.ts';
import { conformAlone } from './conformPair.ts';
import { evaluatePair, type PairFeatures } from './evaluatePair.ts';
import { measuredScan, type MeasuredScan } from './features.ts';
import { matchKey, type ScanPair, subjectOf } from './matchScans.ts';
import { scanFeatures, type ScanFeatures } from './scanFeatures.ts';

/** What every task says: of which modality the scans are, and where the scratch file of a large CT may lie. */
type Place = Readonly<{ modality: 'MR' | 'CT'; scratchDir: string }>;
export type ReferenceTask = Place & Readonly<{ input: ScanInput; site: string }>;
export type MeasuredReference = Readonly<{ name: string; features: ScanFeatures; forArms: OfArms; measured: MeasuredScan }>;

/** What arms need to know of a reference scan. */
type OfArms = Readonly<{ modality: 'MR'; statistics: ArmStatistics } | { modality: 'CT'; look: CtArmLook }>;
/** Arms to be made of a scan, and the reference that they are fitted to. */
export type ForArms = Readonly<{ modality: 'MR'; arms: readonly ArmId[]; reference: ArmReference; seed: number } | { modality: 'CT'; arms: readonly CtArmId[]; reference: CtArmLook }>;
/** A pair, and the arms that are to be made of its first scan. */
export type PairTask = Place & Readonly<{ pair: ScanPair; site: string; forArms: ForArms }>;
export type MeasuredPair = Readonly<{ pair: ScanPair; features: PairFeatures; measured: readonly MeasuredScan[]; values: readonly PairValues[] }>;

/**
 * Measures scans, each task by itself, so that processes can share them; some kilobytes are left of each. Rejects with a
 * ScanRefusal where the scan is at fault.
 */
export type ScanMeasurer = Readonly<{
  /** Tasks at a time. */
  workers: number;
  reference: (task: ReferenceTask) => Promise<MeasuredReference>;
  pair: (task: PairTask) => Promise<MeasuredPair>;
}>;

export const inThisProcess: ScanMeasurer = { workers: 1, reference: measureReference, pair: measurePair };

export function measureReference(task: ReferenceTask): Promise<MeasuredReference> {
  return task.modality === 'CT' ? measureCtReference(task) : measureHeadReference(task);
}

export function measurePair(task: PairTask): Promise<MeasuredPair> {
  return task.modality === 'CT' ? measureCtPair(task) : measureHeadPair(task);
}

async function measureHeadReference({ input, site }: ReferenceTask): Promise<MeasuredReference> {
  const image = conformAlone(await volumeOf(input));
  const is = { name: matchKey(input.name), subject: subjectOf(input.name), site, role: 'reference', arm: 'reference' } as const;
  return { name: input.name, features: scanFeatures(image), forArms: { modality: 'MR', statistics: armStatistics(image) }, measured: measuredScan(is, image) };
}

/** Every image is read once, whatever is made and measured of it. */
async function measureHeadPair({ pair, site, forArms }: PairTask): Promise<MeasuredPair> {
  const { before, after, truth } = pair;
  const { images, sharesGrid, ...features } = evaluatePair({ before: await volumeOf(before), after: await volumeOf(after), truth: truth === null ? null : await volumeOf(truth) });
  const is = { name: pair.key, subject: pair.subject, site };
  const fidelity = fidelityTo(images.before.working, images.before);
  const source = measuredScan({ ...is, role: 'before', arm: 'before' }, images.before);
  const output = measuredScan({ ...is, role: 'after', arm: 'harmonized' }, images.after, sharesGrid ? source.row : undefined);
  const kept = pairValues({ ...is, arm: 'harmonized' }, images.before, images.after.working, fidelity);
  const made = forArms.modality === 'CT' ? [] : imageArms({ ...images.before, row: source.row, fidelity }, is, forArms);
  const { ssim = null, nmi = null } = sharesGrid ? kept.values : {};
  return {
    pair,
    features: { ...features, fidelity: { ...features.fidelity, ssim, nmi } },
    measured: [source, output, ...made.flatMap((outcome) => ('unavailable' in outcome ? [] : [outcome.measured]))],
    values: [kept, ...made.flatMap((outcome) => ('unavailable' in outcome ? [] : [outcome.pair]))],
  };
}

async function volumeOf(input: ScanInput): Promise<Volume<'scanner'>> {
  const { volume, modality } = await readScan(input);
  if (modality === 'CT') throw new ScanRefusal('WRONG_MODALITY', 'the other scans are MR; this is CT');
  return volume;
}
