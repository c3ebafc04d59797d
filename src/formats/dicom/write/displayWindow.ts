import { histogram, otsuThreshold, quantiles } from '../../../core/statistics.ts';

/** Centre and width of a linear window, in the unit of the values after rescaling. */
export type DisplayWindow = Readonly<{ center: number; width: number }>;

/** Percentiles of so many voxels do not change visibly with more. */
const ENOUGH = 500_000;
const BINS = 256;
/** A few very bright vessels must not set the histogram's end. */
const HISTOGRAM_END = 0.999;

/**
 * The window of harmonized MR signal: the 1st to 99th percentile of the foreground, one for the whole series, so that
 * slices are shown alike (dicom.md D-24).
 */
export function displayWindow(allSamples: Float32Array, factor: number): DisplayWindow {
  const samples = everyNth(allSamples, Math.ceil(allSamples.length / ENOUGH));
  const [low, end] = quantiles(samples, [0, HISTOGRAM_END]) as [number, number];
  if (end <= low) return { center: low * factor, width: 1 };
  const threshold = otsuThreshold(histogram(samples, BINS, low, end), low, end);
  const [first, last] = quantiles(samples.filter((value) => value > threshold), [0.01, 0.99]) as [number, number];
  const width = Math.max((last - first) * factor, 1);
  return { center: ((first + last) / 2) * factor, width };
}

function everyNth(samples: Float32Array, step: number): Float32Array {
  return Float32Array.from({ length: Math.ceil(samples.length / step) }, (_, index) => samples[index * step]!);
}

/** As VR DS, which has 16 characters. */
export function decimalString(value: number): string {
  return String(Number(value.toPrecision(6))).slice(0, 16);
}
