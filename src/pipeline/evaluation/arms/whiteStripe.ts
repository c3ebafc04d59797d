import { mean, standardDeviation } from '../../../core/moments.ts';
import { quantile, quantiles } from '../../../core/statistics.ts';

/** Mean and SD of the intensities around a tissue's mode. */
export type Stripe = Readonly<{ mean: number; sd: number }>;

/** Share of the brain on either side of the mode (Shinohara et al. 2014, τ = 5 %). */
const HALF_WIDTH = 0.05;
/** What is brighter belongs to vessels and fat. */
const TAIL = 0.96;
const GRID = 80;
/** Fine bins that stand for the voxels in the density: a tenth of the narrowest bandwidth of a brain. */
const FINE_BINS = 4096;

/**
 * The white stripe of a brain: all voxels within 5 % of the brain's distribution of the brightest mode. In T1w that is
 * white matter. Undefined for a flat brain.
 *
 * Source: Shinohara et al. 2014, §2.3.
 */
export function whiteStripe(brain: Float32Array): Stripe | undefined {
  const mode = brightestMode(brain);
  if (mode === undefined) return undefined;
  const below = brain.reduce((count, value) => count + (value < mode ? 1 : 0), 0) / brain.length;
  const [low, high] = quantiles(brain, [Math.max(below - HALF_WIDTH, 0), Math.min(below + HALF_WIDTH, 1)]) as [number, number];
  const stripe = brain.filter((value) => value > low && value < high);
  const sd = stripe.length === 0 ? 0 : standardDeviation(stripe);
  return sd > 0 ? { mean: mean(stripe), sd } : undefined;
}

/** The last maximum of a Gaussian kernel density (Scott 1992) on 80 points, the brightest 4 % left out; the highest where none is inner. */
function brightestMode(brain: Float32Array): number | undefined {
  if (brain.length === 0) return undefined;
  const ceiling = quantile(brain, TAIL);
  const values = brain.filter((value) => value <= ceiling);
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(greatest > least)) return undefined;
  const n = values.length;
  const bandwidth = standardDeviation(values) * Math.sqrt(n / (n - 1)) * n ** -0.2;
  const grid = Array.from({ length: GRID }, (_, g) => least + ((greatest - least) * g) / (GRID - 1));
  const density = densityAt(grid, values, [least, greatest], bandwidth);
  const inner = grid.findLastIndex((_, g) => g > 0 && g < GRID - 1 && density[g]! > density[g - 1]! && density[g]! > density[g + 1]!);
  return grid[inner < 0 ? density.indexOf(density.reduce((a, b) => Math.max(a, b), 0)) : inner];
}

function densityAt(grid: readonly number[], values: Float32Array, [least, greatest]: readonly [number, number], bandwidth: number): Float64Array {
  const width = (greatest - least) / FINE_BINS;
  const counts = new Float64Array(FINE_BINS);
  for (let n = 0; n < values.length; n++) counts[Math.min(Math.floor((values[n]! - least) / width), FINE_BINS - 1)]! += 1;
  return Float64Array.from(grid, (at) => {
    let total = 0;
    for (let bin = 0; bin < FINE_BINS; bin++) {
      const off = (least + (bin + 0.5) * width - at) / bandwidth;
      total += counts[bin]! * Math.exp((-off * off) / 2);
    }
    return total;
  });
}
