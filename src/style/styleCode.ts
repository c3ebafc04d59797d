import { equalise } from '../field/equalise.ts';
import { localStatistics } from '../field/localStatistics.ts';
import type { GridTensor } from '../field/cellGrid.ts';
import type { Volume } from '../core/volume.ts';
import type { MrBundle } from '../inference/bundle.ts';

/** A conformed scan as styles see it: the working grid, what of it is in view, and where the brain is. */
export type StyleScan = Readonly<{ working: Volume<'model'>; inView: Uint8Array; brain: Uint8Array }>;

/** A scan's style code with the local statistics it was made from. */
export type EncodedStyle = Readonly<{ statistics: GridTensor; code: Float32Array }>;

/** The scan as it came, not started: the encoder must see its own look. */
export async function encodeScan(scan: StyleScan, bundle: MrBundle): Promise<EncodedStyle> {
  const statistics = localStatistics(scan.working, scan.inView, bundle.manifest.statistics);
  return { statistics, code: await bundle.encodeStyle(statistics.samples) };
}

/**
 * Share of each brain tissue in each voxel, [4, voxels].
 *
 * @throws NO_HEAD when the brain ellipsoid is empty
 */
export function findTissue({ working, inView, brain }: StyleScan, bundle: MrBundle, quantiles: number): Promise<Float32Array> {
  return bundle.findTissue(equalise(working, inView, brain, quantiles));
}

/**
 * How badly the model redraws a scan from its code: root mean square over the nodes of decoded minus measured statistics.
 * A style or an anatomy that the model does not know cannot be redrawn.
 */
export function redrawError(redrawn: Float32Array, measured: Float32Array): number {
  let squares = 0;
  for (let n = 0; n < measured.length; n++) squares += (redrawn[n]! - measured[n]!) ** 2;
  return Math.sqrt(squares / measured.length);
}
