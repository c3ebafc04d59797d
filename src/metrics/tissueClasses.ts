/** One class of a three-class intensity model; mean and SD in the samples' unit. */
export type TissueClass = Readonly<{ mean: number; sd: number; weight: number }>;
/** In order of brightness. In T1w: fluid, grey matter, white matter. */
export type TissueClasses = readonly [dark: TissueClass, middle: TissueClass, bright: TissueClass];

const ITERATIONS = 200;
/** A class narrower than this share of the whole spread has collapsed onto a spike. */
const NARROWEST = 0.02;

/**
 * Three Gaussians fitted to ascending brain intensities by expectation–maximisation, started at the 10th, 50th and
 * 90th percentile. A thousand quantiles are as good as all voxels. Undefined where the intensities do not hold three classes.
 *
 * Source: the intensity model of Van Leemput et al. 1999, without its spatial prior.
 */
export function fitTissueClasses(ascending: ArrayLike<number>): TissueClasses | undefined {
  const n = ascending.length;
  if (n < 16) return undefined;
  const at = (p: number): number => ascending[Math.round(p * (n - 1))]!;
  const spread = (at(0.9) - at(0.1)) / 2;
  if (!(spread > 0)) return undefined;
  let classes = [at(0.1), at(0.5), at(0.9)].map((mean): TissueClass => ({ mean, sd: spread / 2, weight: 1 / 3 }));
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    classes = maximised(ascending, classes, NARROWEST * spread);
  }
  const [dark, middle, bright] = classes.sort((a, b) => a.mean - b.mean);
  if (dark === undefined || middle === undefined || bright === undefined) return undefined;
  return classes.some(({ weight, mean }) => weight < 0.01 || !Number.isFinite(mean)) ? undefined : [dark, middle, bright];
}

function maximised(values: ArrayLike<number>, classes: readonly TissueClass[], narrowest: number): TissueClass[] {
  const sums = classes.map(() => ({ weight: 0, x: 0, xx: 0 }));
  const shares = new Float64Array(classes.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let total = 0;
    classes.forEach(({ mean, sd, weight }, c) => {
      shares[c] = (weight / sd) * Math.exp(-((value - mean) ** 2) / (2 * sd * sd));
      total += shares[c];
    });
    if (!(total > 0)) continue;
    sums.forEach((sum, c) => {
      const share = shares[c]! / total;
      sum.weight += share;
      sum.x += share * value;
      sum.xx += share * value * value;
    });
  }
  return sums.map(({ weight, x, xx }): TissueClass => {
    const mean = x / weight;
    return { mean, sd: Math.max(Math.sqrt(Math.max(xx / weight - mean * mean, 0)), narrowest), weight: weight / values.length };
  });
}
