import type { DistanceRow, Estimate } from '../../core/cohortRecord.ts';
import { randomStream } from '../../core/random.ts';
import { binWidth, type HistogramBins, pooledShares, widerBins } from '../../metrics/intensityHistogram.ts';
import { jsd } from '../../metrics/jsd.ts';
import { ksOfHistograms } from '../../metrics/ks.ts';
import { groupPermutationP, LEAST_SUBJECTS, pairedPermutationP, shuffled } from '../../metrics/permutation.ts';
import { wasserstein1OfHistograms } from '../../metrics/wasserstein1.ts';
import { clustersOf, estimated, valueOf, type Clusters, type StatisticsPlan } from './estimates.ts';
import type { Compared } from './compared.ts';
import type { ScanFeatures } from './scanFeatures.ts';

/** Features and subjects of the scans of one set, in one order; before and after are paired by position. */
export type CohortFeatures = Readonly<{
  before: readonly ScanFeatures[];
  after: readonly ScanFeatures[];
  subjects: readonly string[];
  reference: readonly ScanFeatures[];
  referenceSubjects: readonly string[];
  compared: Compared;
}>;

/** More random halves than this change the floor's third digit at most. */
const HALVES = 200;

/** Fine bins per bin of the divergence: 0.04 for the brain, 50 HU for the body. It is the one measure that sees empty bins. */
const DIVERGENCE_BINS = 10;

type Distance = (a: Float64Array, b: Float64Array) => number;
const measures: Readonly<Record<'wasserstein1' | 'ks' | 'jsd', (bins: HistogramBins) => Distance>> = {
  wasserstein1: (bins) => (a, b) => wasserstein1OfHistograms(a, b, binWidth(bins)),
  ks: () => ksOfHistograms,
  jsd: () => (a, b) => jsd(widerBins(a, DIVERGENCE_BINS), widerBins(b, DIVERGENCE_BINS)),
};

/** Every measure of every feature: before and after against the reference, its floor, the gain, and how sure they are. */
export function distanceRows(cohort: CohortFeatures, plan: StatisticsPlan): DistanceRow[] {
  return Object.entries(cohort.compared.bins).flatMap(([feature, bins]) =>
    Object.entries(measures).map(([measure, distanceOf]) => distanceRow(cohort, { feature, measure, distance: distanceOf(bins) }, plan)),
  );
}

type Row = Readonly<{ feature: string; measure: string; distance: Distance }>;

function distanceRow(cohort: CohortFeatures, { feature, measure, distance }: Row, plan: StatisticsPlan): DistanceRow {
  const shares = (scans: readonly ScanFeatures[]): Float64Array[] => scans.map(({ histograms }) => histograms[feature]!);
  const [before, after, reference] = [shares(cohort.before), shares(cohort.after), shares(cohort.reference)];
  const pooledReference = pooledShares(reference);
  const clusters = clustersOf(cohort.subjects);
  const toReference = (set: readonly Float64Array[]) => (items: readonly number[]): number => distance(pooledShares(items.map((n) => set[n]!)), pooledReference);
  const floor = splitHalfFloor(reference, cohort.referenceSubjects, distance, plan.seed);
  const floorValue = valueOf(floor);
  const p = (set: readonly Float64Array[]): Estimate => sitePermutation(set, reference, cohort, distance, plan);
  return {
    feature,
    measure,
    before: estimated(toReference(before), clusters, plan),
    after: estimated(toReference(after), clusters, plan),
    floor,
    gain: floorValue === null ? { unavailable: 'ONE_REFERENCE' } : gainOf(toReference(before), toReference(after), floorValue, clusters, plan),
    pBefore: p(before),
    pAfter: p(after),
    pGain: gainPermutation(before, after, pooledReference, clusters, distance, plan),
  };
}

/** Mean distance between random halves of the reference's subjects. */
function splitHalfFloor(reference: readonly Float64Array[], subjects: readonly string[], distance: Distance, seed: number): Estimate {
  const clusters = clustersOf(subjects);
  if (clusters.length < 2) return { unavailable: 'ONE_REFERENCE' };
  const random = randomStream(`${seed}|halves`);
  const pooled = (half: Clusters): Float64Array => pooledShares(half.flat().map((n) => reference[n]!));
  let total = 0;
  for (let n = 0; n < HALVES; n++) {
    const order = shuffled(clusters, random);
    const middle = Math.floor(order.length / 2);
    total += distance(pooled(order.slice(0, middle)), pooled(order.slice(middle)));
  }
  return { value: total / HALVES };
}

/** Source: validation.md V-21. */
function gainOf(
  before: (items: readonly number[]) => number,
  after: (items: readonly number[]) => number,
  floor: number,
  clusters: Clusters,
  plan: StatisticsPlan,
): Estimate {
  if (before(clusters.flat()) <= floor) return { unavailable: 'BEFORE_AT_FLOOR' };
  return estimated((items) => 1 - (after(items) - floor) / (before(items) - floor), clusters, plan);
}

/** Is the set farther from the reference than random regroupings of the same people are? */
function sitePermutation(set: readonly Float64Array[], reference: readonly Float64Array[], cohort: CohortFeatures, distance: Distance, plan: StatisticsPlan): Estimate {
  const [first, second] = [clustersOf(cohort.subjects), clustersOf(cohort.referenceSubjects)];
  if (Math.min(first.length, second.length) < LEAST_SUBJECTS) return { unavailable: 'FEW_SUBJECTS' };
  if (cohort.subjects.some((subject) => cohort.referenceSubjects.includes(subject))) return { unavailable: 'SHARED_SUBJECTS' };
  // one histogram a subject: the subject is the unit
  const people = [...first.map((items) => pooledShares(items.map((n) => set[n]!))), ...second.map((items) => pooledShares(items.map((n) => reference[n]!)))];
  const statistic = (isFirst: readonly boolean[]): number =>
    distance(pooledShares(people.filter((_, n) => isFirst[n])), pooledShares(people.filter((_, n) => !isFirst[n])));
  return { value: groupPermutationP(statistic, { first: first.length, second: second.length }, plan) };
}

/** Is after closer than before, beyond what exchanging the two of random subjects gives? */
function gainPermutation(
  before: readonly Float64Array[],
  after: readonly Float64Array[],
  pooledReference: Float64Array,
  clusters: Clusters,
  distance: Distance,
  plan: StatisticsPlan,
): Estimate {
  if (clusters.length < LEAST_SUBJECTS) return { unavailable: 'FEW_SUBJECTS' };
  const pooled = (set: 'before' | 'after', exchanged: readonly boolean[]): Float64Array =>
    pooledShares(clusters.flatMap((items, n) => items.map((item) => ((set === 'before') === exchanged[n] ? after : before)[item]!)));
  const statistic = (exchanged: readonly boolean[]): number =>
    distance(pooled('before', exchanged), pooledReference) - distance(pooled('after', exchanged), pooledReference);
  return { value: pairedPermutationP(statistic, clusters.length, plan) };
}
