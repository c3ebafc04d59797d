import { ConcordError } from '../core/errors.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import type { Manifest } from '../config/manifest.ts';
import type { MrProtocol, Protocol } from '../config/protocol.ts';
import type { MrStyle, StyleFile } from '../config/styleFile.ts';
import { cellShares } from '../field/cellGrid.ts';
import { brainMask, outsideMask, regionQuantiles } from '../field/headRegions.ts';
import { meanQuantiles } from '../field/startCurve.ts';
import { meanLook, tissueLook, withAmounts } from '../field/tissueLook.ts';
import type { TissueLook } from '../field/tissueLook.ts';
import type { MrBundle } from '../inference/bundle.ts';
import { wasserstein1OfQuantiles } from '../metrics/wasserstein1.ts';
import { encodeScan, findTissue } from './styleCode.ts';
import type { StyleScan } from './styleCode.ts';
import { styleDistance } from './styleDistance.ts';
import { tissueDistance } from './tissueDistance.ts';

/** The look of one scanner, from one scan or many: what a style file holds. */
export type ReferenceStyle = StyleFile;

export type ReferenceScan = StyleScan & Readonly<{ wholeBrain: Uint8Array; trace: Readonly<{ brainScale: number }>; acquisition: Acquisition }>;

/**
 * The style of a cohort of heads; scans are taken one at a time, so a cohort of any size fits into memory.
 *
 * @throws CONCORD_REFERENCE when there is no scan
 */
export async function createReferenceStyle(
  id: string, scans: AsyncIterable<ReferenceScan> | Iterable<ReferenceScan>, bundle: MrBundle, protocol: MrProtocol,
): Promise<MrStyle> {
  const codes: Float32Array[] = [];
  const looks: TissueLook[] = [];
  const outside: Float64Array[] = [];
  const acquisitions: Acquisition[] = [];
  let logScale = 0;
  for await (const scan of scans) {
    codes.push((await encodeScan(scan, bundle)).code);
    const tissue = await findTissue(scan, bundle, protocol.start.quantiles);
    looks.push(tissueLook(scan.working, brainMask(scan.working, scan.brain), tissue, protocol.start.quantiles));
    const { cellVoxels } = protocol.statistics;
    const beyondBrain = outsideMask(scan.working, scan.inView, { brainShare: cellShares(scan.wholeBrain, scan.working.shape, cellVoxels), tissue }, cellVoxels);
    const beyond = regionQuantiles(scan.working, beyondBrain, protocol.start.quantiles);
    if (beyond !== null) outside.push(beyond);
    acquisitions.push(scan.acquisition);
    logScale += Math.log(scan.trace.brainScale);
  }
  if (codes.length === 0) throw new ConcordError('CONCORD_REFERENCE', 'A style needs at least one usable scan, got none.');
  const code = meanQuantiles(codes);
  const tissues = meanLook(looks);
  const brainSpread = spreadOf(looks.map((look) => tissueDistance(look, tissues)));
  const meanOutside = outside.length === 0 ? null : meanQuantiles(outside);
  const outsideSpread = spreadOf(outside.map((each) => wasserstein1OfQuantiles(each, meanOutside!)));
  const spread = bundle.manifest.calibration.codeSpread;
  return {
    schemaVersion: 1, id, modality: 'MR', protocol: `${protocol.id}/${protocol.version}`,
    code: [...code],
    quantiles: [...withAmounts(tissues.amounts, tissues)],
    tissues: { amounts: tissues.amounts, quantiles: tissues.quantiles.map((each) => Array.from(each)) },
    outsideQuantiles: meanOutside && [...meanOutside],
    personSpread: brainSpread === null ? null : { brain: brainSpread, outside: outsideSpread },
    brainScale: Math.exp(logScale / codes.length),
    scans: codes.length,
    encoderSha256: encoderSha256(bundle.manifest),
    acquisition: sharedAcquisition(acquisitions),
    dispersion: Math.sqrt(codes.reduce((sum, each) => sum + styleDistance(each, code, spread) ** 2, 0) / codes.length),
  };
}

/** RMS of the scans' distances from their cohort, with n − 1; null from fewer than two scans. */
function spreadOf(distances: readonly number[]): number | null {
  return distances.length < 2 ? null : Math.sqrt(distances.reduce((sum, each) => sum + each ** 2, 0) / (distances.length - 1));
}

/**
 * A style speaks the language of the encoder that made it, and of the protocol that conformed its scans.
 *
 * @throws CONCORD_REFERENCE when the bundle or the protocol is another one
 */
export function checkReferenceStyle(style: ReferenceStyle, manifest: Manifest, protocol: Protocol): void {
  const fact = `Style ${style.id}`;
  const expected = encoderSha256(manifest);
  if (style.encoderSha256 !== expected) {
    throw new ConcordError(
      'CONCORD_REFERENCE',
      `${fact} was made by encoder ${style.encoderSha256.slice(0, 12)}, bundle ${manifest.id} ${manifest.version} has ${expected.slice(0, 12)}.`,
    );
  }
  if (style.code.length !== manifest.style.codeLength) {
    throw new ConcordError('CONCORD_REFERENCE', `${fact}: expected ${manifest.style.codeLength} code numbers, got ${style.code.length}.`);
  }
  if (style.modality !== protocol.modality) {
    throw new ConcordError('CONCORD_REFERENCE', `${fact} is of ${style.modality}, protocol ${protocol.id} is for ${protocol.modality}.`);
  }
  if (style.modality === 'MR' && protocol.modality === 'MR') {
    const other = [style.quantiles, ...style.tissues.quantiles].find(({ length }) => length !== protocol.start.quantiles);
    if (other !== undefined) throw new ConcordError('CONCORD_REFERENCE', `${fact}: expected ${protocol.start.quantiles} quantiles, got ${other.length}.`);
  }
  const made = style.protocol.split('/')[0];
  if (made !== protocol.id) {
    throw new ConcordError('CONCORD_REFERENCE', `${fact} was made under protocol ${style.protocol}, this run uses ${protocol.id}.`);
  }
}

/** The encoder's hash stands in every saved style. */
export function encoderSha256(manifest: Manifest): string {
  const { path } = manifest.networks.style_encoder;
  const file = manifest.files.find((entry) => entry.path === path);
  if (file === undefined) throw new ConcordError('CONCORD_MODEL_HASH', `The manifest lists no sha256 for ${path}.`);
  return file.sha256;
}

/** The header facts that every scan of a cohort shares. */
export function sharedAcquisition(all: readonly Acquisition[]): Acquisition {
  const [first = {}, ...rest] = all;
  const shared = Object.entries(first).filter(([key, value]) => rest.every((other) => other[key as keyof Acquisition] === value));
  return Object.fromEntries(shared);
}
