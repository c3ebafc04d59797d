import { quantiles } from '../core/statistics.ts';
import type { Volume } from '../core/volume.ts';
import { evaluateCurve, styleProbabilities } from './startCurve.ts';

/** Tissues that the network tells apart, in its order; the look of what is none of them comes last. */
const TISSUES = ['fluid', 'grey', 'deep grey', 'white'] as const;

/** What a brain is made of, and how each tissue looks: the two things that its histogram mixes. */
export type TissueLook = Readonly<{
  /** Share of the brain's voxels that each tissue holds, [5]; sums to 1. */
  amounts: readonly number[];
  /** Intensity quantiles of each tissue at the style's probabilities, model scale, [5][count]. */
  quantiles: readonly ArrayLike<number>[];
}>;

const OUTSIDE = 255;

/** Less than this of a tissue says nothing of its look. */
const LEAST_AMOUNT = 0.002;

/**
 * A voxel counts for what it holds most of.
 *
 * @param shares of each tissue in each voxel, [4, voxels] one tissue after another
 * @param mask the brain's voxels; there must be some
 */
export function tissueLook({ samples }: Volume<'model'>, mask: Uint8Array, shares: Float32Array, count: number): TissueLook {
  const kinds = Uint8Array.from(mask, (inside, voxel) => (inside === 1 ? mostOf(shares, voxel, mask.length) : OUTSIDE));
  const whole = samples.filter((_, voxel) => mask[voxel] === 1);
  const looks = Array.from({ length: TISSUES.length + 1 }, (_, kind) => {
    const own = samples.filter((__, voxel) => kinds[voxel] === kind);
    const amount = own.length / whole.length;
    return { amount, quantiles: quantiles(amount > LEAST_AMOUNT ? own : whole, styleProbabilities(count)) };
  });
  return { amounts: looks.map(({ amount }) => amount), quantiles: looks.map((look) => look.quantiles) };
}

/** Index of the largest share of a voxel; what is no tissue comes last. */
function mostOf(shares: Float32Array, voxel: number, voxels: number): number {
  let rest = 1;
  let best = 0;
  for (let tissue = 0; tissue < TISSUES.length; tissue++) {
    const share = shares[tissue * voxels + voxel]!;
    rest -= share;
    if (share > shares[best * voxels + voxel]!) best = tissue;
  }
  return rest > shares[best * voxels + voxel]! ? TISSUES.length : best;
}

/** Of a cohort: the mean over its scans. */
export function meanLook(looks: readonly TissueLook[]): TissueLook {
  const mean = (of: (look: TissueLook) => ArrayLike<number>): Float64Array =>
    Float64Array.from(of(looks[0]!), (_, i) => looks.reduce((sum, look) => sum + of(look)[i]!, 0) / looks.length);
  return { amounts: [...mean(({ amounts }) => amounts)], quantiles: looks[0]!.quantiles.map((_, tissue) => mean(({ quantiles }) => quantiles[tissue]!)) };
}

/**
 * The histogram of a brain of these amounts whose tissues look like that, as quantiles. Two scanners are compared as if they had seen the same brain:
 * more fluid or less white matter is the person's, not the scanner's.
 *
 * Source: direct standardization, the mixture of class-conditional distributions under another population's shares.
 */
export function withAmounts(amounts: readonly number[], { quantiles: looks }: Pick<TissueLook, 'quantiles'>): Float64Array {
  // each quantile stands for an equal part of its tissue, and lies at the middle of that part's weight
  const parts = looks.flatMap((look, kind) => Array.from(look, (value) => ({ value, weight: amounts[kind]! / look.length })));
  parts.sort((a, b) => a.value - b.value);
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  const middles = parts.map(({ weight }) => (below += weight) - weight / 2);
  const curve = {
    x: Float64Array.from([0, ...middles, total], (weight) => weight / total),
    y: Float64Array.from([parts[0]!, ...parts, parts.at(-1)!], ({ value }) => value),
  };
  return Float64Array.from(styleProbabilities(looks[0]!.length), (p) => evaluateCurve(curve, p));
}
