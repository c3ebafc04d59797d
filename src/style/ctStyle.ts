import { ConcordError } from '../core/errors.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import type { CtProtocol } from '../config/protocol.ts';
import type { CtStyle } from '../config/styleFile.ts';
import { gainStatistics, isSupported } from '../field/gainStatistics.ts';
import type { BandEnergies } from '../field/gainStatistics.ts';
import { startGains, startSize } from '../field/gainStart.ts';
import type { KernelLook } from '../field/kernelLook.ts';
import { pooledNoise } from '../field/noisePower.ts';
import type { NoisePower } from '../field/noisePower.ts';
import { GROUP_COUNT } from '../field/patchSpectra.ts';
import { BAND_COUNT } from '../field/radialBands.ts';
import { pooledSkin } from '../field/skinEdge.ts';
import type { SkinEdge } from '../field/skinEdge.ts';
import type { CtBundle } from '../inference/bundle.ts';
import { encoderSha256, sharedAcquisition } from './referenceStyle.ts';
import { styleDistance } from './styleDistance.ts';

export type CtReferenceScan = Readonly<{
  energies: BandEnergies;
  look: Readonly<{ noise: NoisePower; spectra: Float64Array | undefined; sampled: number; skin: SkinEdge; amplitude: readonly number[]; detailSd: number }>;
  acquisition: Acquisition;
}>;

/** The style code of a scan as it came, not started: the encoder must see its own look. */
export async function encodeCt(energies: BandEnergies, bundle: CtBundle): Promise<Float32Array> {
  const { shape: [, z, y, x], samples } = gainStatistics(energies);
  return bundle.encodeStyle(samples, [z, y, x]);
}

/**
 * The style of CT scans of one scanner and kernel; scans are taken one at a time.
 *
 * @throws CONCORD_REFERENCE when there is no scan
 */
export async function createCtStyle(
  id: string, scans: AsyncIterable<CtReferenceScan> | Iterable<CtReferenceScan>, bundle: CtBundle, protocol: CtProtocol,
): Promise<CtStyle> {
  const codes: Float32Array[] = [];
  const all: Omit<CtReferenceScan, 'energies'>[] = [];
  for await (const { energies, look, acquisition } of scans) {
    codes.push(await encodeCt(energies, bundle));
    all.push({ look, acquisition });
  }
  if (codes.length === 0) throw new ConcordError('CONCORD_REFERENCE', 'A style needs at least one usable scan, got none.');
  const looks = all.map(({ look }) => look);
  const spectra = looks.map((look) => look.spectra).filter((values) => values !== undefined);
  const noise = pooledNoise(looks.map((look) => look.noise));
  const skin = pooledSkin(looks.map((look) => look.skin));
  const code = meanOf(codes);
  const codeSpread = bundle.manifest.calibration.codeSpread;
  const style: CtStyle = {
    schemaVersion: 1, id, modality: 'CT', protocol: `${protocol.id}/${protocol.version}`,
    code,
    nps: Array.from(noise.nps),
    patches: noise.patches,
    spectra: spectra.length === 0 ? null : meanOf(spectra),
    sampled: Math.min(...looks.map(({ sampled }) => sampled)),
    skin: { amplitude: Array.from(skin.amplitude), patches: skin.patches },
    amplitude: meanOf(looks.map(({ amplitude }) => amplitude)),
    detailSd: meanOf(looks.map(({ detailSd }) => [detailSd]))[0]!,
    scans: codes.length,
    encoderSha256: encoderSha256(bundle.manifest),
    acquisition: sharedAcquisition(all.map(({ acquisition }) => acquisition)),
    dispersion: Math.sqrt(codes.reduce((sum, each) => sum + styleDistance(each, code, codeSpread) ** 2, 0) / codes.length),
  };
  const spread = await kernelSpread(looks.map((look) => ({ ...look, ...look.noise })), style, bundle, protocol);
  return { ...style, ...(spread !== undefined && { kernelSpread: spread }) };
}

/** A style as the kernel reader takes it. */
export function lookOfStyle(style: CtStyle): KernelLook {
  return { ...style, spectra: style.spectra ?? undefined };
}

/** Of the scans that show enough tissue; undefined from fewer than two. */
async function kernelSpread(looks: readonly KernelLook[], style: CtStyle, bundle: CtBundle, { field: bounds }: CtProtocol): Promise<number | undefined> {
  const starts = [];
  for (const look of looks) starts.push(await startGains(look, lookOfStyle(style), bundle.readKernels, bounds));
  const sizes = starts.filter(({ isRead }) => isRead).map(({ gains }) => startSize(gains));
  return sizes.length < 2 ? undefined : Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0) / sizes.length);
}

/** Element by element; at least one row, all of one length. */
function meanOf(rows: readonly ArrayLike<number>[]): number[] {
  return Array.from(rows[0]!, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
}

/** Log powers of patches as the denoiser takes them, [48]. */
export function spectraInput(spectra: ArrayLike<number> | undefined): Float32Array {
  return Float32Array.from({ length: GROUP_COUNT * BAND_COUNT }, (_, n) => (spectra === undefined ? 0 : spectra[n]! / 4));
}

/**
 * How badly the model redraws a scan from its code: root mean square, over nodes with tissue, of the style map minus
 * the statistics measured there. `map`: [class · band].
 */
export function redrawCtError(map: Float32Array, energies: BandEnergies): number {
  const { samples, shape: [, z, y, x] } = gainStatistics(energies);
  const count = x * y * z;
  let [squares, nodes] = [0, 0];
  for (let channel = 0; channel < map.length; channel++) {
    for (let cell = 0; cell < count; cell++) {
      if (!isSupported(energies, Math.floor(channel / BAND_COUNT) * count + cell)) continue;
      squares += (samples[channel * count + cell]! - map[channel]!) ** 2;
      nodes++;
    }
  }
  return Math.sqrt(squares / nodes);
}
