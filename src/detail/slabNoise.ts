import { randomStream } from '../core/random.ts';

/**
 * Correlation of the noise of neighbouring slices: what a slice profile of `thickness` mm shares with the next one, `spacing` mm on.
 * Slices that meet or leave gaps share nothing; an unknown thickness counts as meeting.
 */
export function sliceCorrelation(spacing: number, thickness: number | undefined): number {
  return thickness === undefined || !(thickness > 0) ? 0 : Math.max(0, 1 - spacing / thickness);
}

/** Fills a plane with the noise of the next slice: standard normal, correlated with the one before. Slices are asked for in rising order. */
export type SlabNoise = (plane: Float32Array) => void;

/** `key` names the scan by its content, with the seed: the same key gives the same noise, whatever else runs. First-order autoregression along z. */
export function createSlabNoise(key: string, pixels: number, correlation: number): SlabNoise {
  const last = new Float32Array(pixels);
  const fresh = Math.sqrt(1 - correlation ** 2);
  let k = 0;
  return (plane) => {
    const { nextNormal } = randomStream(`${key}|slice ${k}`);
    for (let n = 0; n < pixels; n++) last[n] = k === 0 ? nextNormal() : correlation * last[n]! + fresh * nextNormal();
    plane.set(last);
    k++;
  };
}
