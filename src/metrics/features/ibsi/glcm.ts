import { directionSteps, type LevelVolume } from './levels.ts';

/**
 * IBSI's grey level co-occurrence features, in this order; p(i, j) is symmetric. Three are left out because they are
 * others of this list: difference average = dissimilarity, sum average = 2 · joint average, sum variance = cluster tendency.
 */
export const glcmFeatures = [
  { id: 'jointMaximum', ibsi: 'Joint maximum', formula: 'max p(i, j)' },
  { id: 'jointAverage', ibsi: 'Joint average', formula: 'μ = Σ i p(i, j)' },
  { id: 'jointVariance', ibsi: 'Joint variance', formula: 'Σ (i − μ)² p(i, j)' },
  { id: 'jointEntropy', ibsi: 'Joint entropy', formula: '−Σ p(i, j) log₂ p(i, j)' },
  { id: 'differenceVariance', ibsi: 'Difference variance', formula: 'variance of |i − j|' },
  { id: 'differenceEntropy', ibsi: 'Difference entropy', formula: 'entropy of |i − j|' },
  { id: 'sumEntropy', ibsi: 'Sum entropy', formula: 'entropy of i + j' },
  { id: 'angularSecondMoment', ibsi: 'Angular second moment', formula: 'Σ p(i, j)²' },
  { id: 'contrast', ibsi: 'Contrast', formula: 'Σ (i − j)² p(i, j)' },
  { id: 'dissimilarity', ibsi: 'Dissimilarity', formula: 'Σ |i − j| p(i, j)' },
  { id: 'inverseDifference', ibsi: 'Inverse difference', formula: 'Σ p(i, j) / (1 + |i − j|)' },
  { id: 'normalisedInverseDifference', ibsi: 'Normalised inverse difference', formula: 'Σ p(i, j) / (1 + |i − j| / N)' },
  { id: 'inverseDifferenceMoment', ibsi: 'Inverse difference moment', formula: 'Σ p(i, j) / (1 + (i − j)²)' },
  { id: 'normalisedInverseDifferenceMoment', ibsi: 'Normalised inverse difference moment', formula: 'Σ p(i, j) / (1 + (i − j)² / N²)' },
  { id: 'inverseVariance', ibsi: 'Inverse variance', formula: 'Σ over i ≠ j of p(i, j) / (i − j)²' },
  { id: 'correlation', ibsi: 'Correlation', formula: 'Σ (i − μ)(j − μ) p(i, j) / σ²' },
  { id: 'autocorrelation', ibsi: 'Autocorrelation', formula: 'Σ i j p(i, j)' },
  { id: 'clusterTendency', ibsi: 'Cluster tendency', formula: 'Σ (i + j − 2μ)² p(i, j)' },
  { id: 'clusterShade', ibsi: 'Cluster shade', formula: 'Σ (i + j − 2μ)³ p(i, j)' },
  { id: 'clusterProminence', ibsi: 'Cluster prominence', formula: 'Σ (i + j − 2μ)⁴ p(i, j)' },
  { id: 'informationCorrelation1', ibsi: 'First measure of information correlation', formula: '(HXY − HXY1) / HX' },
  { id: 'informationCorrelation2', ibsi: 'Second measure of information correlation', formula: 'sqrt(1 − exp(−2 (HXY2 − HXY)))' },
] as const;

/** The 22 features of a region, distance 1, all 13 directions merged into one matrix (IBSI: 3D, with merging). */
export function glcm(volume: LevelVolume): Float64Array {
  const N = volume.count;
  const p = cooccurrence(volume);
  const single = new Float64Array(N + 1);
  const difference = new Float64Array(N);
  const sum = new Float64Array(2 * N + 1);
  let [maximum, squares, joint, product] = [0, 0, 0, 0];
  for (let i = 1; i <= N; i++) {
    for (let j = 1; j <= N; j++) {
      const share = p[i * (N + 1) + j]!;
      if (share === 0) continue;
      single[i]! += share;
      difference[Math.abs(i - j)]! += share;
      sum[i + j]! += share;
      if (share > maximum) maximum = share;
      squares += share * share;
      joint -= share * Math.log2(share);
      product += i * j * share;
    }
  }
  const average = expectation(single, (i) => i);
  const variance = expectation(single, (i) => (i - average) ** 2);
  const dissimilarity = expectation(difference, (k) => k);
  const about = (power: number): number => expectation(sum, (k) => (k - 2 * average) ** power);
  const information = informationCorrelation(p, single, joint);
  return Float64Array.of(
    maximum, average, variance, joint,
    expectation(difference, (k) => (k - dissimilarity) ** 2), entropy(difference), entropy(sum), squares,
    expectation(difference, (k) => k * k), dissimilarity,
    expectation(difference, (k) => 1 / (1 + k)), expectation(difference, (k) => 1 / (1 + k / N)),
    expectation(difference, (k) => 1 / (1 + k * k)), expectation(difference, (k) => 1 / (1 + (k * k) / (N * N))),
    expectation(difference, (k) => (k === 0 ? 0 : 1 / (k * k))),
    (product - average * average) / variance, product, about(2), about(3), about(4), ...information,
  );
}

/** Shares of neighbouring level pairs, both ways, row i of N + 1. */
function cooccurrence({ shape, levels, count }: LevelVolume): Float64Array {
  const side = count + 1;
  const pairs = new Float64Array(side * side);
  let total = 0;
  for (const step of directionSteps(shape)) {
    for (let voxel = 0; voxel < levels.length - step; voxel++) {
      const [i, j] = [levels[voxel]!, levels[voxel + step]!];
      if (i === 0 || j === 0) continue;
      pairs[i * side + j]! += 1;
      pairs[j * side + i]! += 1;
      total += 2;
    }
  }
  return pairs.map((pair) => pair / total);
}

function informationCorrelation(p: Float64Array, single: Float64Array, joint: number): [number, number] {
  const side = single.length;
  let [crossed, independent] = [0, 0];
  for (let i = 1; i < side; i++) {
    for (let j = 1; j < side; j++) {
      const both = single[i]! * single[j]!;
      if (both === 0) continue;
      crossed -= p[i * side + j]! * Math.log2(both);
      independent -= both * Math.log2(both);
    }
  }
  return [(joint - crossed) / entropy(single), Math.sqrt(Math.max(0, 1 - Math.exp(-2 * (independent - joint))))];
}

function expectation(shares: Float64Array, of: (k: number) => number): number {
  let total = 0;
  for (let k = 0; k < shares.length; k++) total += shares[k]! * of(k);
  return total;
}

function entropy(shares: Float64Array): number {
  return expectation(shares, (k) => (shares[k] === 0 ? 0 : -Math.log2(shares[k]!)));
}
