import { eachPlane } from '../../../core/planes.ts';
import type { SlicedVolume } from '../../../core/planes.ts';
import { quantiles } from '../../../core/statistics.ts';
import { voxelCount } from '../../../core/volume.ts';

/** Centre and width of a linear window, in the unit of the values after rescaling. */
export type DisplayWindow = Readonly<{ center: number; width: number }>;

/** Percentiles of so many voxels do not change visibly with more. */
const ENOUGH = 500_000;
/** A few very bright vessels must not decide what counts as dark. */
const BRIGHT = 0.999;
/** Air lies below this share of the bright end. Otsu's threshold is no help: bright fat draws it up into the brain. */
const AIR_SHARE = 0.1;

/**
 * The window of harmonized MR signal: the 1st to 99th percentile of what is not air, one for the whole series, so that
 * slices are shown alike (dicom.md D-24).
 */
export function displayWindow(volume: SlicedVolume, factor: number): DisplayWindow {
  const samples = everyNth(volume, Math.ceil(voxelCount(volume.shape) / ENOUGH));
  const [low, end] = quantiles(samples, [0, BRIGHT]) as [number, number];
  if (end <= low) return { center: low * factor, width: 1 };
  const air = low + AIR_SHARE * (end - low);
  const [first, last] = quantiles(samples.filter((value) => value > air), [0.01, 0.99]) as [number, number];
  return { center: ((first + last) / 2) * factor, width: Math.max((last - first) * factor, 1) };
}

function everyNth(volume: SlicedVolume, step: number): Float32Array {
  const samples = new Float32Array(Math.ceil(voxelCount(volume.shape) / step));
  let [taken, next] = [0, 0];
  for (const plane of eachPlane(volume)) {
    for (; next < plane.length; next += step) samples[taken++] = plane[next]!;
    next -= plane.length;
  }
  return samples;
}

/** As VR DS, which has 16 characters. */
export function decimalString(value: number): string {
  return String(Number(value.toPrecision(6))).slice(0, 16);
}
