// Data table: colour ramps whose luminance rises steadily, so they survive grey printing and colour blindness.

/** Red, green, blue, 0…255. */
export type Rgb = readonly [number, number, number];

/** Grey, for intensities. */
export const greyRamp: readonly Rgb[] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** Dark blue (lower) over grey (unchanged) to pale yellow (higher); after cividis (Nuñez et al. 2018). */
export const signedRamp: readonly Rgb[] = [
  [0, 18, 74],
  [0, 62, 138],
  [70, 98, 140],
  [124, 124, 124],
  [172, 158, 96],
  [226, 198, 72],
  [255, 238, 170],
];

/** Black over blue and grey to yellow: zero is dark, much is bright. */
export const amountRamp: readonly Rgb[] = [
  [0, 0, 0],
  [0, 40, 100],
  [74, 92, 122],
  [140, 136, 116],
  [206, 184, 84],
  [255, 236, 140],
];

/** The colour at `share` in [0, 1] of a ramp; outside, its end colours. */
export function rampColor(ramp: readonly Rgb[], share: number): Rgb {
  const position = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const below = Math.min(Math.floor(position), ramp.length - 2);
  const low = ramp[below] ?? [0, 0, 0];
  const high = ramp[below + 1] ?? low;
  const mix = (channel: 0 | 1 | 2): number => Math.round(low[channel] + (position - below) * (high[channel] - low[channel]));
  return [mix(0), mix(1), mix(2)];
}
