import { smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';
import { sample } from '../diffusion/styleFieldSampler.ts';
import type { SamplerSettings } from '../diffusion/styleFieldSampler.ts';
import { HU_RANGE } from '../field/applyGainField.ts';
import { PADDING_HU, softShare } from '../field/huClasses.ts';
import type { ChangedSlice } from '../field/slicePairs.ts';
import type { DetailCondition } from './noiseScale.ts';
import type { SlabNoise } from './slabNoise.ts';
import { tileAxis } from './tileLayout.ts';
import type { TileAxis } from './tileLayout.ts';

/** One tile for the network: `image` [3, J, I], `noisyDetail` [J, I]; answers v [J, I]. */
export type PredictDetail = (tile: Readonly<{ image: Float32Array; noisyDetail: Float32Array; condition: Float32Array; timestep: number; height: number; width: number }>) => Promise<Float32Array>;

export type DetailSettings = Readonly<{
  condition: DetailCondition;
  /** The network's answer is the missing detail over the noise scale, times this. */
  scale: number;
  sampler: SamplerSettings;
  /** Largest |ΔHU| of the stage's own change. */
  capHu: number;
  /** Largest |ΔHU| of a voxel of soft tissue against the source. */
  softCapHu: number;
}>;

/** What the stage did to a scan, over voxels of weight above 0. */
export type DetailFacts = Readonly<{ slices: number; tiles: number; meanChangeHu: number; largestChangeHu: number }>;

/** Changes `after` of each slice as it comes, in rising order of k. */
export type DetailStage = Readonly<{ apply: (slice: ChangedSlice) => Promise<void>; facts: () => DetailFacts }>;

/** HU of the smoothed slice that the network calls 1. */
const LOW_HU = 500;
const CHANNELS = 3;

/**
 * Few-step diffusion of the detail that the gain field left wrong: what a Gaussian of 2 mm removes. Tiles overlap and are blended; the sum is
 * high-passed (the low band stays), bounded, and weighted: exactly 0 outside the body, in padding and in metal. A tile without body is not run.
 * Holds some planes of scratch; slices stream.
 */
export function createDetailStage(predict: PredictDetail, smoother: SliceSmoother, noise: SlabNoise, settings: DetailSettings): DetailStage {
  const { width, height } = smoother;
  const [across, down] = [tileAxis(width), tileAxis(height)];
  const plane = (): Float32Array => new Float32Array(width * height);
  const [noises, detail, shares, low] = [plane(), plane(), plane(), plane()];
  const image = Array.from({ length: CHANNELS }, plane);
  const tile = new Float32Array(CHANNELS * across.padded * down.padded);
  const noisy = new Float32Array(across.padded * down.padded);
  let [slices, tiles, voxels, sum, largest] = [0, 0, 0, 0, 0];

  async function denoise(left: number, top: number): Promise<void> {
    const [w, h] = [across.padded, down.padded];
    for (let c = 0; c < CHANNELS; c++) cut(image[c]!, width, left, top, across, down, tile.subarray(c * w * h, (c + 1) * w * h));
    cut(noises, width, left, top, across, down, noisy);
    const out = await sample(
      (noisyDetail, timestep) => predict({ image: tile, noisyDetail, condition: settings.condition.numbers, timestep, height: h, width: w }),
      noisy, 1, settings.sampler,
    );
    blend(out, detail, shares, width, left, top, across, down);
    tiles++;
  }

  return {
    apply: async (slice) => {
      const { before, after, parts } = slice;
      noise(noises);
      describe(before, after, parts, settings.condition.scaleHu, image);
      detail.fill(0);
      shares.fill(0);
      for (const top of down.starts) {
        for (const left of across.starts) if (holdsBody(parts.weight, width, left, top, across, down)) await denoise(left, top);
      }
      const toHu = settings.condition.scaleHu / settings.scale;
      for (let n = 0; n < detail.length; n++) detail[n] = shares[n] === 0 ? 0 : (toHu * detail[n]!) / shares[n]!;
      smoothSlice(smoother, detail, low);
      for (let n = 0; n < detail.length; n++) {
        if (parts.weight[n] === 0) continue;
        const change = parts.weight[n]! * Math.min(Math.max(detail[n]! - low[n]!, -settings.capHu), settings.capHu);
        after[n] = bounded(before[n]!, after[n]! + change, softShare(parts, n), settings.softCapHu);
        voxels++;
        sum += Math.abs(change);
        largest = Math.max(largest, Math.abs(change));
      }
      slices++;
    },
    facts: () => ({ slices, tiles, meanChangeHu: voxels === 0 ? 0 : sum / voxels, largestChangeHu: largest }),
  };
}

/** `value` as near to `source` as the gain field would have kept it: capped by the share of soft tissue, nobody pushed out of the HU range. */
function bounded(source: number, value: number, soft: number, softCapHu: number): number {
  const wanted = value - source;
  const moved = source + wanted + soft * (Math.min(Math.max(wanted, -softCapHu), softCapHu) - wanted);
  return Math.min(Math.max(moved, Math.min(HU_RANGE[0], source)), Math.max(HU_RANGE[1], source));
}

/** Fills the three input planes: the source's detail and the gain field's over the noise scale, and the low band. Padding reads as air in both. */
function describe(before: Float32Array, after: Float32Array, { hu, smoothed }: ChangedSlice['parts'], scaleHu: number, image: readonly Float32Array[]): void {
  const [source, started, slow] = image as [Float32Array, Float32Array, Float32Array];
  for (let n = 0; n < hu.length; n++) {
    source[n] = (hu[n]! - smoothed[n]!) / scaleHu;
    started[n] = ((before[n]! < PADDING_HU ? hu[n]! : after[n]!) - smoothed[n]!) / scaleHu;
    slow[n] = smoothed[n]! / LOW_HU;
  }
}

function holdsBody(weight: Float32Array, width: number, left: number, top: number, across: TileAxis, down: TileAxis): boolean {
  for (let y = 0; y < down.covered; y++) {
    const row = (top + y) * width + left;
    for (let n = row; n < row + across.covered; n++) if (weight[n] !== 0) return true;
  }
  return false;
}

/** Copies a tile out of a plane; its last row and column are repeated up to the padded size. */
function cut(plane: Float32Array, width: number, left: number, top: number, across: TileAxis, down: TileAxis, out: Float32Array): void {
  for (let y = 0, n = 0; y < down.padded; y++) {
    const row = (top + Math.min(y, down.covered - 1)) * width + left;
    for (let x = 0; x < across.padded; x++, n++) out[n] = plane[row + Math.min(x, across.covered - 1)]!;
  }
}

/** Adds a tile and its shares to the slice's sums. */
function blend(tile: Float32Array, sums: Float32Array, shares: Float32Array, width: number, left: number, top: number, across: TileAxis, down: TileAxis): void {
  for (let y = 0; y < down.covered; y++) {
    const row = (top + y) * width + left;
    for (let x = 0; x < across.covered; x++) {
      const share = down.shares[y]! * across.shares[x]!;
      sums[row + x]! += share * tile[y * across.padded + x]!;
      shares[row + x]! += share;
    }
  }
}
